import { busCredentials } from '@bcmed/event-log';
import type { KeyId } from '@bcmed/seal';
import { HealthModule, HealthRegistry } from '@bcmed/service-kit';
import { LatencyWindow, loggerModule } from '@bcmed/telemetry';
import { Logger, Module, type DynamicModule } from '@nestjs/common';
import { join } from 'node:path';
import { BusLink } from './adapters/bus-link.js';
import { Clock } from './adapters/clock.js';
import { Line, LINE_DEFAULTS } from './adapters/line.js';
import { OutboxPublisher } from './adapters/outbox-publisher.js';
import { Poller } from './adapters/poller.js';
import { PumpRegistry } from './adapters/pump-registry.js';
import { SafetyStore } from './adapters/safety-store.js';
import { loadServiceIdentity, SiteTrust, type ServiceIdentity } from '@bcmed/site-trust';
import { CommandDesk } from './commands/command-desk.js';
import { Recorder } from './commands/recorder.js';
import type { AdapterConfig } from './config.js';
import { DEFAULT_RULES } from './domain/index.js';
import { TOLD } from './errors.js';
import { PumpAdapter, type AdapterParts } from './pump-adapter.js';
import { blocksDurable, onBlockAnchored } from './reactions/on-block-anchored.controller.js';
import { onSiteEvent, siteDurable } from './reactions/on-site-event.controller.js';
import { SettleOutbox } from './reactions/settle-outbox.js';
import { SiteInbox } from './reactions/site-inbox.js';
import { Bedsides } from './views/bedsides.js';
import { StatusController } from './views/status.controller.js';

/** The only wiring of the adapter: what is made, of what, in this order. */
@Module({})
export class PumpAdapterModule {
  static with(config: AdapterConfig): DynamicModule {
    return {
      module: PumpAdapterModule,
      imports: [HealthModule, loggerModule({ service: 'pump-adapter', level: config.LOG_LEVEL })],
      controllers: [
        onBlockAnchored(blocksDurable(config.BCMED_INSTANCE)),
        onSiteEvent(siteDurable(config.BCMED_INSTANCE)),
        StatusController,
      ],
      providers: [
        {
          provide: PumpAdapter,
          inject: [HealthRegistry],
          useFactory: (health: HealthRegistry) => new PumpAdapter(parts(config, health), config.DRAIN_MS),
        },
        {
          provide: SettleOutbox,
          inject: [PumpAdapter],
          useFactory: ({ parts: { outbox } }: PumpAdapter) => outbox,
        },
        {
          provide: SiteInbox,
          inject: [PumpAdapter],
          useFactory: ({ parts: { inbox } }: PumpAdapter) => inbox,
        },
        { provide: BusLink, inject: [PumpAdapter], useFactory: ({ parts: { bus } }: PumpAdapter) => bus },
      ],
    };
  }
}

function parts(config: AdapterConfig, health: HealthRegistry): AdapterParts {
  const { BCMED_SITE: site, BCMED_STATE_DIR: stateDir, BCMED_INSTANCE: instance } = config;
  const log = new Logger('pump-adapter');
  const clock = new Clock();
  const identity = loadServiceIdentity({
    stateDir,
    service: 'pump-adapter',
    instance,
    area: 'pump',
    kind: 'device',
  });
  const { source, sealer } = identity;
  const store = new SafetyStore(join(stateDir, 'safety-store.db'));
  // Configuration has checked the form of the root key's name.
  const rootKeyId = config.BCMED_ROOT_KID as KeyId;
  const allowDemonstration = config.ALLOW_DEMONSTRATION;
  const trust = new SiteTrust({
    site,
    rootKeyId,
    own: { keyId: sealer.keyId, source, area: 'pump' },
    allowDemonstration,
  });
  const mayPublish = (): boolean => trust.enrolment.state === 'enrolled';
  const resendAfterMs = config.RESEND_AFTER_MS;
  const publisher = new OutboxPublisher({ store, clock, log, mayPublish, resendAfterMs });
  const latency = new LatencyWindow();
  const onConfirmed = publisher.confirmed.bind(publisher);
  const validators = () => trust.validators;
  const recorder = recorderOf(config, identity, { store, clock, log, onRecorded: () => publisher.wake() });
  const onForked = recorder.beginAnew.bind(recorder);
  const outbox = new SettleOutbox({ site, store, clock, log, latency, validators, onForked, onConfirmed });
  const pollers = pollersOf(config, { clock, recorder, log });
  const bedsides = new Bedsides(config.BCMED_UNIT);
  const people = () => trust.people;
  const believes = (keyId: KeyId): boolean => trust.believes(keyId);
  const desk = new CommandDesk({ site, bedsides, store, recorder, pollers, clock, log, people, believes });
  const credentials = busCredentials('pump-adapter', config.NATS_SEED_FILE);
  const bus = new BusLink(
    { servers: config.NATS_URL, site, instance, source, credentials, drainMs: config.DRAIN_MS },
    { store, trust, publisher, log, catchUp: (events) => inbox.catchUp(events) },
  );
  const inbox = new SiteInbox({
    site,
    store,
    trust,
    bedsides,
    desk,
    log,
    onTrustChanged: () => bus.trustChanged(),
  });
  return {
    clock,
    store,
    recorder,
    pollers,
    trust,
    publisher,
    outbox,
    latency,
    bedsides,
    desk,
    inbox,
    bus,
    health,
  };
}

function recorderOf(
  config: AdapterConfig,
  { source, sealer }: ServiceIdentity,
  made: Pick<ConstructorParameters<typeof Recorder>[0], 'store' | 'clock' | 'log' | 'onRecorded'>,
): Recorder {
  const signature = { site: config.BCMED_SITE, source, sealer };
  return new Recorder({ ...made, signature, rules: { ...DEFAULT_RULES, slowBeatMs: config.SLOW_BEAT_MS } });
}

function pollersOf(
  config: AdapterConfig,
  { clock, recorder, log }: { readonly clock: Clock; readonly recorder: Recorder; readonly log: Logger },
): Poller[] {
  const registry = new PumpRegistry();
  const responseTimeoutMs = config.RESPONSE_TIMEOUT_MS;
  return config.PUMP_LINES.map((address) => {
    const before = recorder.pumps.find(
      ({ line, state }) => line === address.name && state.belief.contact !== 'lost',
    );
    return new Poller({
      line: new Line(address, { ...LINE_DEFAULTS, responseTimeoutMs }),
      clock,
      registry,
      intervalMs: config.POLL_INTERVAL_MS,
      slowBeatMs: config.SLOW_BEAT_MS,
      expected: before?.serial,
      submit: (polled) => recorder.submit(polled),
      onTwice: (serial, line) =>
        log.error({ msg: `${line} leads to ${serial}, which another line has`, code: TOLD.pumpTwice }),
    });
  });
}
