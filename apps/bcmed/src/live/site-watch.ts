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

/** What is known of one pump from its events. */
export interface PumpView {
  readonly serial: string;
  readonly connected: boolean;
  readonly state: string;
  readonly rateMlPerHour: number | undefined;
  readonly volumeInfusedMl: number | undefined;
  readonly pressureMmHg: number | undefined;
  readonly drugName: string | undefined;
  /** Newest event that is not a sample. */
  readonly lastEvent: string;
}

export interface SiteSnapshot {
  readonly pumps: readonly PumpView[];
  readonly events: number;
  readonly eventsPerSecond: number;
  readonly blocks: number;
  readonly lastBlock:
    { readonly number: string; readonly leaves: number; readonly blockHash: string } | undefined;
  readonly rejected: number;
  readonly latencyMs: Quantiles | null;
}

const RATE_WINDOW_MS = 10_000;

/**
 * Follows the two streams and keeps what a live view shows. It checks nothing: what it shows is a view, not a proof.
 * Latency is from the time inside the event (the reading at the pump) to the storage of the confirmation of its block.
 */
export class SiteWatch {
  readonly #abort = new AbortController();
  readonly #pumps = new Map<string, PumpView>();
  readonly #times = new Map<bigint, number>();
  readonly #recent: number[] = [];
  readonly #latency: LatencyWindow;
  #events = 0;
  #blocks = 0;
  #rejected = 0;
  #lastBlock: SiteSnapshot['lastBlock'];

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
    void this.#follow(this.logs.events, event + 1n, (message) => this.#onEvent(message));
    void this.#follow(this.logs.blocks, block + 1n, (message) => this.#onBlock(message));
  }

  stop(): void {
    this.#abort.abort();
  }

  snapshot(nowMs = Date.now()): SiteSnapshot {
    while ((this.#recent[0] ?? nowMs) < nowMs - RATE_WINDOW_MS) this.#recent.shift();
    return {
      pumps: [...this.#pumps.values()].sort((a, b) => a.serial.localeCompare(b.serial)),
      events: this.#events,
      eventsPerSecond: this.#recent.length / (RATE_WINDOW_MS / 1_000),
      blocks: this.#blocks,
      lastBlock: this.#lastBlock,
      rejected: this.#rejected,
      latencyMs: this.#latency.quantiles(),
    };
  }

  async #follow(log: EventLog, from: bigint, look: (message: LogMessage) => void): Promise<void> {
    for await (const message of log.tail(from, { signal: this.#abort.signal })) look(message);
  }

  #onEvent(message: LogMessage): void {
    this.#events++;
    this.#recent.push(message.timestampMs);
    const parsed = parseEvent(message.body);
    if (!parsed.ok) return;
    this.#times.set(message.position, Date.parse(parsed.event.time));
    this.#onPump(parsed.event);
  }

  #onBlock(message: LogMessage): void {
    const parsed = parseEvent(message.body);
    if (!parsed.ok || !isEvent(parsed.event, BlockAnchored)) return;
    const { header, leafHashes, exceptions, blockHash } = parsed.event.data;
    const refused = new Set(exceptions.map(({ position }) => position));
    this.#blocks++;
    this.#rejected += refused.size;
    this.#lastBlock = { number: header.number, leaves: leafHashes.length, blockHash };
    for (let position = BigInt(header.firstSequence); position <= BigInt(header.lastSequence); position++) {
      const time = this.#times.get(position);
      this.#times.delete(position);
      if (time !== undefined && !refused.has(position.toString()))
        this.#latency.add(message.timestampMs - time);
    }
  }

  #onPump(event: StreamEvent): void {
    if (!event.type.startsWith('bcmed.pump.')) return;
    const before = this.#pumps.get(event.subject) ?? newPump(event.subject);
    const after = { ...before, connected: !isEvent(event, PumpLost) };
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

function newPump(serial: string): PumpView {
  return {
    serial,
    connected: false,
    state: '',
    rateMlPerHour: undefined,
    volumeInfusedMl: undefined,
    pressureMmHg: undefined,
    drugName: undefined,
    lastEvent: '',
  };
}
