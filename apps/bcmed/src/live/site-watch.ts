import {
  BlockAnchored,
  PumpConnected,
  PumpLost,
  StatusSampled,
  isEvent,
  parseEvent,
  type StreamEvent,
} from '@bcmed/events';
import type { EventLog, LogMessage } from '@bcmed/event-log';
import { LatencyWindow, type Quantiles } from '@bcmed/telemetry';
import { follow } from './follow.js';

/** What is known of one pump from its events. Of one that was not heard of for too long only its name and its newest event are known. */
export interface PumpView {
  readonly serial: string;
  /** Undefined: nothing was heard for too long, not even that it was lost. */
  readonly connected: boolean | undefined;
  readonly state: string;
  readonly rateMlPerHour: number | undefined;
  readonly volumeInfusedMl: number | undefined;
  readonly pressureMmHg: number | undefined;
  readonly drugName: string | undefined;
  /** Newest event that is not a sample. */
  readonly lastEvent: string;
}

/** How the site is at one moment. A value that is older than its limit is not there. */
export interface SiteSnapshot {
  readonly pumps: readonly PumpView[];
  readonly events: number;
  /** Null while the stream is not followed. */
  readonly eventsPerSecond: number | null;
  readonly blocks: number;
  /** Undefined before the first, and when there was none for too long. */
  readonly lastBlock:
    { readonly number: string; readonly leaves: number; readonly blockHash: string } | undefined;
  readonly rejected: number;
  readonly latencyMs: Quantiles | null;
}

const RATE_WINDOW_MS = 10_000;
/** An adapter samples a pump that does not change every 10 s; half as long again without a word is too long, and so it is without a block. */
const LIMIT_MS = 15_000;

/**
 * Follows the two streams, also after they were lost, and keeps what a live view shows. It checks nothing: what it shows is a view, not
 * a proof.
 * Latency is from the time inside the event (the reading at the pump) to the storage of the confirmation of its block.
 */
export class SiteWatch {
  readonly #abort = new AbortController();
  readonly #pumps = new Map<string, PumpView & { readonly heardMs: number }>();
  readonly #times = new Map<bigint, number>();
  readonly #recent: number[] = [];
  readonly #latency: LatencyWindow;
  #events = 0;
  #blocks = 0;
  #rejected = 0;
  #lastBlock: SiteSnapshot['lastBlock'];
  #lastBlockMs = -Infinity;
  #following = false;

  constructor(
    private readonly logs: { readonly events: EventLog; readonly blocks: EventLog },
    options: { readonly latencySamples?: number } = {},
  ) {
    this.#latency = new LatencyWindow(options.latencySamples);
  }

  /** Follows from here until {@link stop}; what came before is not looked at. */
  async start(): Promise<void> {
    const [event, block] = await Promise.all([
      this.logs.events.lastPosition(),
      this.logs.blocks.lastPosition(),
    ]);
    const { signal } = this.#abort;
    this.#following = true;
    void follow(this.logs.events, event + 1n, (message) => this.#onEvent(message), {
      signal,
      heard: (following) => (this.#following = following),
    });
    void follow(this.logs.blocks, block + 1n, (message) => this.#onBlock(message), { signal });
  }

  stop(): void {
    this.#abort.abort();
  }

  /** From the reading at the pump to the storage of the confirmation, of the newest samples that are kept; null before the first. */
  latencyMs(): Quantiles | null {
    return this.#latency.quantiles();
  }

  snapshot(nowMs = Date.now()): SiteSnapshot {
    const blocksCome = nowMs - this.#lastBlockMs <= LIMIT_MS;
    while ((this.#recent[0] ?? nowMs) < nowMs - RATE_WINDOW_MS) this.#recent.shift();
    return {
      pumps: [...this.#pumps.values()]
        .map(({ heardMs, ...pump }) =>
          // One that was lost is silent until it comes back: what was said of it last still holds.
          nowMs - heardMs <= LIMIT_MS || pump.connected === false ? pump : unheard(pump),
        )
        .sort((a, b) => a.serial.localeCompare(b.serial)),
      events: this.#events,
      eventsPerSecond: this.#following ? this.#recent.length / (RATE_WINDOW_MS / 1_000) : null,
      blocks: this.#blocks,
      lastBlock: blocksCome ? this.#lastBlock : undefined,
      rejected: this.#rejected,
      latencyMs: blocksCome ? this.latencyMs() : null,
    };
  }

  #onEvent(message: LogMessage): void {
    this.#events++;
    this.#recent.push(message.timestampMs);
    const parsed = parseEvent(message.body);
    if (!parsed.ok) return;
    this.#times.set(message.position, Date.parse(parsed.event.time));
    this.#onPump(parsed.event, message.timestampMs);
  }

  #onBlock(message: LogMessage): void {
    const parsed = parseEvent(message.body);
    if (!parsed.ok || !isEvent(parsed.event, BlockAnchored)) return;
    const { header, leafHashes, exceptions, blockHash } = parsed.event.data;
    const refused = new Set(exceptions.map(({ position }) => position));
    this.#blocks++;
    this.#rejected += refused.size;
    this.#lastBlockMs = message.timestampMs;
    this.#lastBlock = { number: header.number, leaves: leafHashes.length, blockHash };
    for (let position = BigInt(header.firstSequence); position <= BigInt(header.lastSequence); position++) {
      const time = this.#times.get(position);
      this.#times.delete(position);
      if (time !== undefined && !refused.has(position.toString()))
        this.#latency.add(message.timestampMs - time);
    }
  }

  #onPump(event: StreamEvent, heardMs: number): void {
    if (!event.type.startsWith('bcmed.pump.')) return;
    const before = this.#pumps.get(event.subject) ?? unheard({ serial: event.subject, lastEvent: '' });
    const after = { ...before, connected: !isEvent(event, PumpLost), heardMs };
    if (isEvent(event, StatusSampled)) {
      const { state, rateMlPerHour, volumeInfusedMl, pressureMmHg, drugName } = event.data;
      this.#pumps.set(event.subject, {
        ...after,
        state,
        rateMlPerHour,
        volumeInfusedMl,
        pressureMmHg,
        drugName,
      });
      return;
    }
    const serial = isEvent(event, PumpConnected) ? event.data.serial : before.serial;
    this.#pumps.set(event.subject, { ...after, serial, lastEvent: event.type.replace('bcmed.pump.', '') });
  }
}

function unheard({ serial, lastEvent }: Pick<PumpView, 'serial' | 'lastEvent'>): PumpView {
  return {
    serial,
    connected: undefined,
    state: '',
    rateMlPerHour: undefined,
    volumeInfusedMl: undefined,
    pressureMmHg: undefined,
    drugName: undefined,
    lastEvent,
  };
}
