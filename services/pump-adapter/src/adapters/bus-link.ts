import {
  connectNats,
  EventLog,
  JetStreamServer,
  requireStreams,
  STREAM,
  watchConnection,
  type BusCredentials,
} from '@bcmed/event-log';
import type { HealthResult } from '@bcmed/service-kit';
import type { INestApplication } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { TOLD } from '../errors.js';
import { blocksDurable } from '../reactions/on-block-anchored.controller.js';
import { siteDurable } from '../reactions/on-site-event.controller.js';
import type { AdapterLog } from './adapter-log.js';
import type { OutboxPublisher } from './outbox-publisher.js';
import type { SafetyStore } from './safety-store.js';
import type { Enrolment, SiteTrust } from '@bcmed/site-trust';
import { Wakeup } from './wakeup.js';

export interface BusLinkSettings {
  readonly servers: string;
  readonly site: string;
  readonly instance: string;
  readonly source: string;
  readonly credentials: BusCredentials | undefined;
  readonly drainMs: number;
}

/** The parts that need the bus. */
export interface BusLinkParts {
  readonly store: SafetyStore;
  readonly trust: SiteTrust;
  readonly publisher: OutboxPublisher;
  /** Reads what the site said while we were away; may be called again after it threw. */
  readonly catchUp: (events: EventLog) => Promise<void>;
  readonly log: AdapterLog;
}

const FIRST_CONNECT_MS = 2_000;
const PAUSE_MS = 500;

/**
 * The way from the adapter to the bus. Pumps are polled and events are spooled without it: it is sought for ever,
 * and only when it is there do the subscription to blocks and the publisher begin.
 */
export class BusLink {
  #connection: NatsConnection | undefined;
  #server: JetStreamServer | undefined;
  #fault = 'not connected yet';
  #stopping = false;
  #enrolment: Enrolment['state'] = 'unknown';
  readonly #wakeup = new Wakeup();
  #running: Promise<void> = Promise.resolve();

  constructor(
    private readonly settings: BusLinkSettings,
    private readonly parts: BusLinkParts,
  ) {}

  /** Connects, subscribes and publishes, in the background. Never throws: what hinders it is in {@link health}. */
  join(app: Pick<INestApplication, 'connectMicroservice' | 'startAllMicroservices'>): void {
    this.#running = this.#run(app).catch((error: unknown) => {
      this.#fault = error instanceof Error ? error.message : String(error);
      this.parts.log.error({
        msg: 'the link to the bus gave up; the adapter ends to be started anew',
        err: error,
      });
      // Polling alone would look well while no stop could reach a pump.
      process.exitCode = 1;
      process.kill(process.pid, 'SIGTERM');
    });
  }

  async health(): Promise<HealthResult> {
    if (!this.#connection) return { status: 'down', detail: `${this.#fault}; events are spooled` };
    const own = await watchConnection(this.#connection).health().check();
    if (own.status === 'down') return { ...own, detail: `${own.detail}; events are spooled` };
    return this.#server?.health().check() ?? { status: 'down', detail: this.#fault };
  }

  /** Stops seeking. A connection that is cut is closed, so that nothing waits for its return. */
  async leave(): Promise<void> {
    this.#stopping = true;
    this.#wakeup.call();
    const connection = this.#connection;
    if (connection && watchConnection(connection).state !== 'connected') await connection.close();
    await this.#running;
    await this.parts.publisher.ended();
  }

  async close(): Promise<void> {
    if (this.#connection && !this.#connection.isClosed()) await this.#connection.close();
  }

  async #run(app: Pick<INestApplication, 'connectMicroservice' | 'startAllMicroservices'>): Promise<void> {
    const connection = await this.#untilDone(() => this.#connect());
    if (!connection) return;
    const { site, instance, drainMs } = this.settings;
    const { store, publisher } = this.parts;
    const events = new EventLog(connection);
    await this.#untilDone(() => this.#prepare(connection));
    await this.#untilDone(async () => {
      await this.parts.catchUp(events);
      return true;
    });
    if (this.#isStopping()) return;
    const resumeAfter = {
      [blocksDurable(instance)]: () => Promise.resolve(store.blockProgress() ?? 0n),
      [siteDurable(instance)]: () => Promise.resolve(store.siteProgress() ?? 0n),
    };
    this.#server = new JetStreamServer({ connection, site, drainMs, resumeAfter });
    app.connectMicroservice({ strategy: this.#server });
    await app.startAllMicroservices();
    publisher.start(events);
  }

  async #connect(): Promise<NatsConnection> {
    const { servers, source, credentials } = this.settings;
    const firstConnectMs = FIRST_CONNECT_MS;
    this.#connection = await connectNats({ servers, name: source, credentials, firstConnectMs });
    return this.#connection;
  }

  /**
   * A store that never saw a block begins at the end of the stream: nothing of ours can stand before it. So does one that
   * saw more blocks than there are: the stream was restored or replaced. The same goes for commands: those that were given
   * before this store began were not given to it.
   */
  async #prepare(connection: NatsConnection): Promise<true> {
    const { store } = this.parts;
    await requireStreams(connection, this.settings.site);
    const last = await new EventLog(connection, { stream: STREAM.blocks }).lastPosition();
    const progress = store.blockProgress();
    if (progress === undefined || progress > last) store.beginBlocksAt(last);
    const lastEvent = await new EventLog(connection).lastPosition();
    const siteProgress = store.siteProgress();
    if (siteProgress === undefined || siteProgress > lastEvent) store.passSite(lastEvent);
    return true;
  }

  /** Tries until it works or the adapter stops. */
  async #untilDone<Result>(work: () => Promise<Result>): Promise<Result | undefined> {
    while (!this.#isStopping()) {
      try {
        return await work();
      } catch (error) {
        const fault = error instanceof Error ? error.message : String(error);
        if (fault !== this.#fault) this.parts.log.warn({ msg: `no bus: ${fault}` });
        this.#fault = fault;
        await this.#wakeup.wait(PAUSE_MS);
      }
    }
    return undefined;
  }

  /** Called after the site's keys may have changed: what was held back is sent, or nothing more. */
  trustChanged(): void {
    const { trust, publisher } = this.parts;
    const { state } = trust.enrolment;
    if (state !== this.#enrolment) this.#tell();
    this.#enrolment = state;
    publisher.wake();
  }

  #tell(): void {
    const { trust, log } = this.parts;
    const { state, detail } = trust.enrolment;
    if (state === 'revoked') log.error({ msg: detail, code: TOLD.keyRevoked });
    else log.log({ msg: `enrolment: ${detail}` });
  }

  /** A method, because the flag changes while something is awaited, which the compiler does not expect. */
  #isStopping(): boolean {
    return this.#stopping;
  }
}
