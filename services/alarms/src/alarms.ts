import { requireStreams, watchConnection, type EventLog, type JetStreamServer } from '@bcmed/event-log';
import type { HealthCheck, HealthRegistry, HealthResult } from '@bcmed/service-kit';
import {
  Logger,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import type { AlarmStore } from './adapters/alarm-store.js';
import type { Clock } from './adapters/clock.js';
import type { Courier } from './adapters/courier.js';
import type { Heart } from './adapters/heart.js';
import type { ServiceIdentity } from '@bcmed/site-trust';
import type { OutboxPublisher } from './adapters/outbox-publisher.js';
import type { StreamWay } from './adapters/stream-way.js';
import type { AlarmDesk } from './commands/alarm-desk.js';
import type { Believer } from './commands/believer.js';
import type { Door } from './commands/door.js';
import type { ThresholdBook } from './commands/threshold-book.js';
import { TOLD } from './errors.js';

/** The parts of an alarm service, already made. */
export interface AlarmsParts {
  readonly identity: ServiceIdentity;
  readonly store: AlarmStore;
  readonly believer: Believer;
  readonly desk: AlarmDesk;
  readonly thresholds: ThresholdBook;
  readonly door: Door;
  readonly courier: Courier;
  readonly stream: StreamWay;
  readonly publisher: OutboxPublisher;
  readonly heart: Heart;
  readonly clock: Clock;
  readonly log: EventLog;
  readonly server: JetStreamServer;
  readonly health: HealthRegistry;
}

/** So long a high notification may wait before health says so. */
const LATE_MS = 10_000;
const STOP_MS = 3_000;

/** Starts the parts in order, ends them in order, and answers for their health. */
export class Alarms implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  readonly #log = new Logger('alarms');
  #catchUpTo = 0n;

  constructor(
    private readonly parts: AlarmsParts,
    private readonly site: string,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const { log, desk, server, health, heart, courier, stream, publisher } = this.parts;
    health.add(watchConnection(log.connection).health(), server.health(), ...this.#checks());
    await requireStreams(log.connection, this.site);
    this.#catchUpTo = await log.lastPosition();
    desk.listen({
      onChanged: (feed) => {
        if (feed.length > 0) stream.flush();
        courier.wake();
        publisher.wake();
        heart.set();
      },
      onPeople: () => stream.onPeople(),
    });
    this.parts.thresholds.onSaid = () => publisher.wake();
    this.parts.door.onSaid = () => publisher.wake();
    stream.onListener = () => {
      this.parts.store.parcels.hasten('stream', this.parts.clock.nowMs());
      courier.wake();
    };
    desk.onPosition = (position) => {
      if (!desk.isLive && position >= this.#catchUpTo) this.#goLive();
    };
    desk.onPosition(desk.position);
  }

  /** Listeners are let go first: the HTTP server waits for its answers to end. */
  async onModuleDestroy(): Promise<void> {
    await this.parts.stream.close();
  }

  async onApplicationShutdown(): Promise<void> {
    const { heart, courier, publisher, door, store, log } = this.parts;
    heart.stop();
    if (store.failure === undefined) door.sayCounts();
    let timer: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => (timer = setTimeout(resolve, STOP_MS)));
    // What is not finished then is done by the next life: receipts and events are recorded first, forgotten never.
    await Promise.race([Promise.all([courier.stop(), publisher.stop()]), patience]);
    clearTimeout(timer);
    store.close();
    await log.connection.close();
  }

  #goLive(): void {
    const { desk, publisher, heart } = this.parts;
    desk.goLive();
    publisher.start();
    heart.set();
    this.#log.log(`caught up at position ${desk.position.toString()}: ${desk.open.length} alarms are open`);
  }

  #checks(): HealthCheck[] {
    const check = (name: string, look: () => HealthResult): HealthCheck => ({
      name,
      check: () => Promise.resolve(look()),
    });
    return [
      check('alarms', () => this.#desk()),
      check('enrolment', () => this.#enrolment()),
      check('store', () => {
        const { failure } = this.parts.store;
        return failure === undefined ? { status: 'up' } : { status: 'down', detail: failure };
      }),
      check('notifications', () => this.#notifications()),
      check('publisher', () => {
        const { publisher, store } = this.parts;
        const detail = `${store.outboxDepth} events wait`;
        return publisher.fault === undefined
          ? { status: 'up', detail }
          : { status: 'degraded', detail: `${detail}: ${publisher.fault}` };
      }),
    ];
  }

  #desk(): HealthResult {
    const { desk, heart } = this.parts;
    const at = `position ${desk.position.toString()}, ${desk.open.length} alarms open`;
    if (!desk.isLive)
      return {
        status: 'down',
        detail: `${at}; catching up to ${this.#catchUpTo.toString()}, nothing is told`,
      };
    if (heart.fault !== undefined) return { status: 'down', detail: `${at}; ${heart.fault}` };
    if (desk.unusable > 0)
      return { status: 'degraded', detail: `${at}; ${TOLD.eventUnusable}: ${desk.unusable} since the start` };
    return { status: 'up', detail: at };
  }

  #enrolment(): HealthResult {
    const { believer, identity } = this.parts;
    const { enrolment } = believer;
    if (enrolment === 'no-epoch')
      return { status: 'down', detail: 'no epoch of the pinned root key: no event of any pump is believed' };
    if (enrolment === 'enrolled') return { status: 'up' };
    const detail = `${TOLD.notEnrolled}: key ${identity.sealer.keyId} is ${enrolment}; people are told, events wait`;
    return { status: 'degraded', detail };
  }

  #notifications(): HealthResult {
    const { store, clock, courier, stream } = this.parts;
    const { count, oldestHighMs } = store.parcels.waiting();
    const p99 = courier.quantiles?.p99;
    const detail = `${count} wait, ${stream.listeners} listen${p99 === undefined ? '' : `, p99 ${p99} ms`}`;
    if (courier.fault !== undefined) return { status: 'degraded', detail: `${detail}; ${courier.fault}` };
    const lateMs = oldestHighMs === undefined ? 0 : clock.nowMs() - oldestHighMs;
    return lateMs > LATE_MS
      ? { status: 'degraded', detail: `${detail}; a high one for ${Math.round(lateMs / 1_000)} s` }
      : { status: 'up', detail };
  }
}
