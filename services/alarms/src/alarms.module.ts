import { join } from 'node:path';
import { EventLog, JetStreamServer, NATS_CONNECTION, busCredentials, connectNats } from '@bcmed/event-log';
import type { KeyId } from '@bcmed/seal';
import { PassVerifier, REFUSED_PASSES, loadServiceIdentity, type PassTrust } from '@bcmed/site-trust';
import { HealthModule, HealthRegistry } from '@bcmed/service-kit';
import { loggerModule } from '@bcmed/telemetry';
import { Logger, Module, type DynamicModule } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { AlarmStore } from './adapters/alarm-store.js';
import { Clock } from './adapters/clock.js';
import { Courier } from './adapters/courier.js';
import { Heart } from './adapters/heart.js';
import { MailWay } from './adapters/mail-way.js';
import { OutboxPublisher } from './adapters/outbox-publisher.js';
import { StreamWay } from './adapters/stream-way.js';
import type { Way } from './adapters/way.js';
import { WebhookWay } from './adapters/webhook-way.js';
import { Alarms } from './alarms.js';
import { AlarmDesk } from './commands/alarm-desk.js';
import { Believer } from './commands/believer.js';
import { Door } from './commands/door.js';
import { Reviews } from './commands/reviews.js';
import { SitePeople } from './commands/site-people.js';
import { ThresholdBook } from './commands/threshold-book.js';
import type { AlarmsConfig } from './config.js';
import { DELIVERY_DEFAULTS } from './domain/delivery.js';
import { viewOf } from './domain/telling.js';
import type { WardRules } from './domain/ward.js';
import { EVENTS_DURABLE, OnEventAppended } from './reactions/on-event-appended.controller.js';
import { AlarmsController } from './views/alarms.controller.js';
import { ThresholdsController } from './views/thresholds.controller.js';
import { ReviewController } from './views/review.controller.js';

const PARTS = Symbol('parts of the alarm service without the bus');

type LocalParts = ReturnType<typeof localParts>;

/** The only wiring of the alarm service. */
@Module({})
export class AlarmsModule {
  static with(config: AlarmsConfig, clock = new Clock()): DynamicModule {
    const { BCMED_SITE: site } = config;
    const part = <Name extends keyof LocalParts>(name: Name) => ({
      inject: [PARTS],
      useFactory: (parts: LocalParts) => parts[name],
    });
    return {
      module: AlarmsModule,
      imports: [HealthModule, loggerModule({ service: 'alarms', level: config.LOG_LEVEL })],
      // Review and thresholds first: their paths would else be taken for an alarm's id.
      controllers: [OnEventAppended, ReviewController, ThresholdsController, AlarmsController],
      providers: [
        { provide: PARTS, useFactory: () => localParts(config, clock) },
        { provide: AlarmDesk, ...part('desk') },
        { provide: AlarmStore, ...part('store') },
        { provide: Clock, useValue: clock },
        { provide: StreamWay, ...part('stream') },
        { provide: Reviews, ...part('reviews') },
        { provide: ThresholdBook, ...part('thresholds') },
        { provide: Door, ...part('door') },
        { provide: REFUSED_PASSES, useExisting: Door },
        { provide: PassVerifier, ...part('passes') },
        {
          provide: NATS_CONNECTION,
          inject: [PARTS],
          useFactory: ({ identity: { source } }: LocalParts) =>
            connectNats({
              servers: config.NATS_URL,
              name: source,
              credentials: busCredentials('alarms', config.NATS_SEED_FILE),
            }),
        },
        {
          provide: EventLog,
          inject: [NATS_CONNECTION],
          useFactory: (connection: NatsConnection) => new EventLog(connection),
        },
        {
          provide: JetStreamServer,
          inject: [NATS_CONNECTION, AlarmDesk],
          useFactory: (connection: NatsConnection, desk: AlarmDesk) =>
            new JetStreamServer({
              connection,
              site,
              resumeAfter: { [EVENTS_DURABLE]: () => Promise.resolve(desk.position) },
            }),
        },
        {
          provide: Alarms,
          inject: [PARTS, EventLog, JetStreamServer, HealthRegistry],
          useFactory: (parts: LocalParts, log: EventLog, server: JetStreamServer, health: HealthRegistry) => {
            const mayPublish = (): boolean => parts.believer.enrolment === 'enrolled';
            const publisher = new OutboxPublisher({ store: parts.store, log, site, mayPublish });
            parts.followed.by = server;
            return new Alarms({ ...parts, publisher, log, server, health, clock }, site);
          },
        },
      ],
    };
  }
}

/** Everything that does not need the bus. */
function localParts(config: AlarmsConfig, clock: Clock) {
  const { BCMED_SITE: site, BCMED_STATE_DIR: stateDir } = config;
  const rootKeyId = config.BCMED_ROOT_KID as KeyId; // the schema has checked its form
  const identity = loadServiceIdentity({
    stateDir,
    service: 'alarms',
    instance: config.BCMED_INSTANCE,
    area: 'alarm',
    kind: 'service',
  });
  const store = new AlarmStore(join(stateDir, 'alarms.db'), { site, rootKeyId });
  const { source, sealer } = identity;
  const people = new SitePeople(store.people, { allowDemonstration: config.ALLOW_DEMONSTRATION });
  const believer = new Believer(store, { site, rootKeyId, keyId: sealer.keyId, source, people });
  const signature = { site, source, sealer };
  const thresholds = new ThresholdBook({
    store,
    clock,
    signature,
    people,
    learnEveryMs: config.ALARMS_LEARN_EVERY_S * 1_000,
    windowMs: config.ALARMS_LEARN_DAYS * 86_400_000,
  });
  const delivery = { ...DELIVERY_DEFAULTS, ageLimitMs: config.ALARMS_GIVE_UP_AFTER_S * 1_000 };
  const log = new Logger('alarms');
  const ways = outerWays(config, clock);
  const rules = rulesOf(config, ['stream', ...ways.map(({ channel }) => channel)], thresholds);
  const desk = new AlarmDesk({ store, clock, log, believer, thresholds, rules, signature, delivery });
  const stream = new StreamWay(store, () => ({
    alarms: desk.open.map((episode) => viewOf(episode, clock.nowMs())),
  }));
  const courier = new Courier({ store, desk, clock, ways: [stream, ...ways] });
  // The bus comes later than what is local; until then nothing is followed.
  const followed: { by?: JetStreamServer } = {};
  const trust = passTrust(config, {
    desk,
    believer,
    people,
    isFollowed: () => followed.by?.isFollowing ?? false,
  });
  const passes = new PassVerifier(trust);
  const door = new Door({
    store,
    clock,
    signature,
    trust,
    resourceOf: (source, unit) => desk.resourceOf(source, unit),
    countForMs: config.ALARMS_READS_RECORDED_S * 1_000,
  });
  const heart = new Heart({ desk, thresholds, door, store, clock, courier, stream });
  const reviews = new Reviews({ store, desk, clock, signature });
  return {
    identity,
    store,
    people,
    believer,
    thresholds,
    desk,
    stream,
    courier,
    heart,
    reviews,
    door,
    passes,
    followed,
  };
}

/** What passes are verified by: people and keys as of the last batch, and nobody at all while the stream is not followed. */
function passTrust(
  { BCMED_SITE: site }: AlarmsConfig,
  parts: {
    readonly desk: AlarmDesk;
    readonly believer: Believer;
    readonly people: SitePeople;
    readonly isFollowed: () => boolean;
  },
): PassTrust {
  const { desk, believer, people, isFollowed } = parts;
  return {
    site,
    get isCurrent() {
      return desk.isLive && isFollowed();
    },
    get people() {
      return people.people;
    },
    trustedKey: (keyId) => believer.trustedKey(keyId),
    hasEnded: (sessionId) => people.hasEnded(sessionId),
  };
}

function outerWays(config: AlarmsConfig, clock: Clock): Way[] {
  const ways: Way[] = [];
  const { ALARMS_MAIL_URL: mail, ALARMS_WEBHOOK_URL: webhook } = config;
  if (mail !== undefined)
    ways.push(
      new MailWay({
        url: mail,
        from: config.ALARMS_MAIL_FROM ?? '',
        to: config.ALARMS_MAIL_TO ?? [],
        user: config.ALARMS_MAIL_USER,
        password: config.ALARMS_MAIL_PASSWORD_FILE,
      }),
    );
  if (webhook !== undefined) {
    const secret = Buffer.from(config.ALARMS_WEBHOOK_SECRET_FILE ?? '', 'utf8');
    ways.push(new WebhookWay({ url: webhook, secret, clock }));
  }
  return ways;
}

function rulesOf(
  config: AlarmsConfig,
  channels: WardRules['channels'],
  thresholds: ThresholdBook,
): WardRules {
  const places = config.ALARMS_WARD_FILE;
  return {
    site: config.BCMED_SITE,
    channels,
    placeOf: (pump) => places?.get(pump) ?? {},
    silenceMs: config.ALARMS_SILENCE_S * 1_000,
    vitalsSilenceMs: config.ALARMS_VITALS_SILENCE_S * 1_000,
    vitalsFrozenMs: config.ALARMS_VITALS_FROZEN_S * 1_000,
    pressureSlopeMmHgPerMin: config.ALARMS_PRESSURE_SLOPE,
    joinWindowMs: config.ALARMS_JOIN_WINDOW_S * 1_000,
    escalateAfterMs: {
      high: config.ALARMS_ESCALATE_HIGH_S,
      medium: config.ALARMS_ESCALATE_MEDIUM_S,
      low: config.ALARMS_ESCALATE_LOW_S,
    },
    acknowledgedUnresolvedMs: {
      high: config.ALARMS_ACKNOWLEDGED_HIGH_S * 1_000,
      medium: config.ALARMS_ACKNOWLEDGED_MEDIUM_S * 1_000,
      low: undefined,
    },
    notifyAfterMs: (condition, place) => thresholds.delayFor(condition, place),
  };
}
