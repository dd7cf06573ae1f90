import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import {
  busCredentials,
  connectNats,
  EventLog,
  watchConnection,
  type OrderedAppend,
  type SealedEvent,
} from '@bcmed/event-log';
import type { Sealer } from '@bcmed/seal';
import type { GatewayOptions } from '../cli.js';
import type { Floor } from '../domain/bedside/floor.js';
import { StateFileError } from '../errors.js';
import type { Say } from '../icu.js';
import { AssociationBook } from './association-book.js';
import { tellAssociation } from './association-events.js';
import { SiteEnrolment, type Enrolment } from './enrolment.js';
import { AREAS, HOLDER, loadMonitorSealer } from './identity.js';
import { VitalsFeed, type FeedSignature } from './vitals-feed.js';

/** What the gateway says about itself. */
export interface GatewayHealth {
  /** `sending`, or `waiting`: readings are kept, and `detail` says what for. */
  readonly state: 'sending' | 'waiting';
  readonly detail: string;
  readonly keyId: string;
  readonly enrolment: Enrolment['state'];
  readonly vitals: {
    readonly sent: number;
    readonly queued: number;
    readonly dropped: number;
    readonly refused: number;
  };
  readonly associations: { readonly standing: number; readonly untold: number };
}

type Connection = Awaited<ReturnType<typeof connectNats>>;

/** Readings kept for each patient while they cannot be sent: an hour at the usual beat. */
const KEPT_READINGS = 720;
const FIRST_CONNECT_MS = 2_000;
const LOOK_AGAIN_MS = 1_000;
const ENROLLED_LOOK_AGAIN_MS = 30_000;

/**
 * The monitors' way to the bus: samples every occupied bed at a fixed beat of real time and appends what it saw, sealed and
 * chained for each patient; records which pump stands at whom.
 *
 * Works beside the pumps and never in their way: what cannot be sent is kept, newest first, and {@link health} says why.
 */
export class MonitorGateway {
  readonly #options: GatewayOptions;
  readonly #floor: Floor;
  readonly #say: Say;
  readonly #sealer: Sealer;
  readonly #signature: FeedSignature;
  readonly #enrolment: SiteEnrolment;
  readonly #book: AssociationBook;
  readonly #feeds = new Map<string, VitalsFeed>();
  #connection: Connection | undefined;
  #fault: string | null = 'not connected yet';
  #told = '';
  #sent = 0;
  #lookedMs = -Infinity;
  #stopping = false;
  #beat: NodeJS.Timeout | undefined;
  #wake: () => void = () => undefined;
  #running: Promise<void> = Promise.resolve();

  private constructor(options: GatewayOptions, floor: Floor, say: Say) {
    this.#options = options;
    this.#floor = floor;
    this.#say = say;
    const { site, rootKeyId, stateDir } = options;
    this.#sealer = loadMonitorSealer(stateDir);
    const { keyId } = this.#sealer;
    this.#signature = { site, source: HOLDER, sealer: this.#sealer, chain: randomUUID() };
    this.#enrolment = new SiteEnrolment({ site, rootKeyId, keyId, holder: HOLDER, areas: AREAS });
    this.#book = new AssociationBook(join(stateDir, 'associations.json'));
  }

  /** Begins at once, bus or not. @throws KeyFileError or StateFileError for a state folder that cannot be used. */
  static open(options: GatewayOptions, floor: Floor, say: Say): MonitorGateway {
    const gateway = new MonitorGateway(options, floor, say);
    gateway.#start();
    return gateway;
  }

  health(): GatewayHealth {
    const feeds = [...this.#feeds.values()].map(({ figures }) => figures);
    const sum = (of: (figures: (typeof feeds)[number]) => number): number =>
      feeds.reduce((total, figures) => total + of(figures), 0);
    const waitsFor = this.#waitsFor();
    return {
      state: waitsFor === null ? 'sending' : 'waiting',
      detail: waitsFor ?? this.#enrolment.now.detail,
      keyId: this.#sealer.keyId,
      enrolment: this.#enrolment.now.state,
      vitals: {
        sent: this.#sent,
        queued: sum(({ queued }) => queued),
        dropped: sum(({ dropped }) => dropped),
        refused: sum(({ refused }) => refused),
      },
      associations: {
        standing: this.#book.standing.length,
        untold: this.#book.untold,
      },
    };
  }

  /** Stops at once; what was not sent is gone, and the next start begins a new chain. */
  async close(): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#beat);
    this.#floor.onMoved = () => undefined;
    this.#wake();
    const connection = this.#connection;
    if (connection !== undefined && !connection.isClosed()) await connection.close();
    await this.#running;
  }

  #start(): void {
    const record = (cause: 'disconnected' | 'patient-moved'): void => {
      this.#book.record(this.#floor.unit, this.#floor.beds, new Date().toISOString(), cause);
      this.#wake();
    };
    record('disconnected');
    this.#floor.onMoved = () => {
      try {
        record('patient-moved');
      } catch (error) {
        if (!(error instanceof StateFileError)) throw error;
        this.#fault = `${error.code}: ${error.message}`;
      }
    };
    this.#beat = setInterval(() => this.#sample(), this.#options.everySeconds * 1000);
    this.#sample();
    this.#running = this.#run();
  }

  #sample(): void {
    const at = new Date().toISOString();
    for (const { patient, reading } of this.#floor.readings()) {
      let feed = this.#feeds.get(patient);
      if (feed === undefined)
        this.#feeds.set(patient, (feed = new VitalsFeed(this.#signature, patient, KEPT_READINGS)));
      feed.offer({ at, reading });
    }
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping()) {
      let worked = false;
      try {
        worked = await this.#round();
        this.#fault = null;
      } catch (error) {
        if (!this.#isStopping()) this.#fault = wordsOf(error);
      }
      this.#tellChange();
      if (!worked) await this.#pause(LOOK_AGAIN_MS);
    }
  }

  /** True when there may be more to do at once. */
  async #round(): Promise<boolean> {
    const log = new EventLog(await this.#connected());
    const sinceLookMs = performance.now() - this.#lookedMs;
    if (this.#enrolment.now.state !== 'enrolled' || sinceLookMs > ENROLLED_LOOK_AGAIN_MS) {
      await this.#enrolment.look(log);
      this.#lookedMs = performance.now();
    }
    if (this.#enrolment.now.state !== 'enrolled') return false;
    const untold = this.#book.next;
    if (untold !== null) {
      await tellAssociation(log, this.#signature, untold);
      this.#book.told(untold.association, untold.what);
      return true;
    }
    return this.#sendOfEach(log);
  }

  /** One reading of each patient, in one go. */
  async #sendOfEach(log: EventLog): Promise<boolean> {
    const turns = [...this.#feeds.values()].flatMap((feed): (readonly [VitalsFeed, SealedEvent])[] => {
      const event = feed.next();
      return event === null ? [] : [[feed, event]];
    });
    if (turns.length === 0) return false;
    const { appended, failure }: OrderedAppend = await log.appendInOrder(turns.map(([, event]) => event));
    for (const [feed] of turns.slice(0, appended.length)) feed.stored();
    this.#sent += appended.length;
    if (failure !== undefined) throw failure;
    return true;
  }

  async #connected(): Promise<Connection> {
    if (this.#connection !== undefined) return this.#connection;
    const { servers, seedFile } = this.#options;
    const credentials = busCredentials('icu-monitor', seedFile ?? undefined);
    const connection = await connectNats({
      servers,
      name: HOLDER,
      firstConnectMs: FIRST_CONNECT_MS,
      credentials,
    });
    this.#connection = connection;
    watchConnection(connection).onChange(() => this.#wake());
    if (this.#isStopping()) await connection.close();
    return connection;
  }

  #waitsFor(): string | null {
    if (this.#fault !== null) return this.#fault;
    const line = this.#connection && watchConnection(this.#connection).state;
    if (line !== 'connected') return `the line to NATS is ${line ?? 'not there'}`;
    const { state, detail } = this.#enrolment.now;
    return state === 'enrolled' ? null : detail;
  }

  #tellChange(): void {
    const { state, detail } = this.health();
    const words = `${state}: ${detail}`;
    if (words === this.#told || this.#isStopping()) return;
    this.#told = words;
    this.#say({ fact: 'gateway', state, detail, keyId: this.#sealer.keyId });
  }

  async #pause(ms: number): Promise<void> {
    if (this.#isStopping()) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
    this.#wake = () => undefined;
  }

  /** A method, because the flag changes while something is awaited, which the compiler does not expect. */
  #isStopping(): boolean {
    return this.#stopping;
  }
}

function wordsOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return 'code' in error ? `${String(error.code)}: ${error.message}` : error.message;
}
