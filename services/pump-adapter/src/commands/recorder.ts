import { StoreUnwritableError } from '@bcmed/safety-store';
import { toToken } from '@bcmed/events';
import type { AdapterLog } from '../adapters/adapter-log.js';
import type { Clock } from '../adapters/clock.js';
import { beginPollTrace, type PollTrace } from '../adapters/poll-trace.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { Beside, NewEntry, StoredCommand, StoredPump } from '../adapters/safety-store-rows.js';
import {
  initialState,
  resume,
  step,
  type Acting,
  type Commanded,
  type CommandReport,
  type Input,
  type Moment,
  type PumpEvent,
  type Reading,
  type Rules,
  type Silence,
  type Steered,
} from '../domain/index.js';
import { TOLD } from '../errors.js';
import { infusionIdAt, newChainId, sealEvents, type Signature } from './seal-events.js';

/** What a poller brings: an answered or an unanswered poll of one pump, when it was begun and when it ended. */
export type Polled = { readonly serial: string; readonly line: string; readonly beganAt: Moment } & (
  Omit<Reading, 'newInfusionId'> | Silence
);

/** What became of a command: the pump's row, the report, and how far the command has come with it. */
export interface Reported {
  readonly entity: string;
  readonly report: CommandReport;
  readonly command: StoredCommand;
}

/** A poll and the moment at which it was whole: what an event of it waited for on the line is not counted as ours. */
type Handed = Polled & { readonly handedMs: number };

export interface RecorderSettings {
  readonly store: SafetyStore;
  readonly signature: Signature;
  readonly rules: Rules;
  readonly clock: Clock;
  readonly log: AdapterLog;
  /** Called after new entries are durable. */
  readonly onRecorded: () => void;
}

/** When something happened, when the line was first asked for it, and when it was handed in. */
interface HandedAt {
  readonly at: Moment;
  readonly beganMs: number;
  readonly handedMs: number;
}

/** A pump as it will be when its new entries are durable. */
interface Draft {
  readonly pump: StoredPump;
  readonly entries: readonly NewEntry[];
}

/** At the least this long between two commits under load; longer when the disk is slow, so that it never takes the loop. */
const MIN_SPACING_MS = 5;
const SPACING_PER_COMMIT = 3;

/**
 * The way in: turns polls into durable, sealed events.
 *
 * Polls are decided in order. Those of one moment share one transaction, which holds the pumps' new states, their
 * entries and their chain heads together; only when it is on disk does the recorder believe it. While the disk takes
 * nothing, nothing is believed and nothing is said: the first poll after it recovered is compared with the last durable state.
 */
export class Recorder {
  readonly #pumps: Map<string, StoredPump>;
  readonly #waiting: Handed[] = [];
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #lastCommitMs = -Infinity;
  #commitCostMs = 0;
  #events = 0;

  constructor(private readonly settings: RecorderSettings) {
    const { store } = settings;
    this.#pumps = new Map(store.pumps().map((pump) => [pump.entity, { ...pump, state: resume(pump.state) }]));
  }

  /** Everything that is believed, durable but for the moments of polls without an event. */
  get pumps(): readonly StoredPump[] {
    return [...this.#pumps.values()];
  }

  /** Events recorded since the start. */
  get events(): number {
    return this.#events;
  }

  /**
   * Ends a chain that has no future: the site holds other events at its numbers, as after an old safety store was put
   * back. The pump's next event begins a new chain, openly. Does nothing when that has happened already.
   */
  beginAnew(entity: string, chain: string): void {
    const pump = this.#pumps.get(entity);
    if (pump?.chain !== chain) return;
    const { head: _, ...rest } = pump;
    this.#pumps.set(entity, { ...rest, chain: newChainId(), sequence: 0 });
    this.settings.log.warn({ msg: 'the chain was forked; a new one begins', pump: entity, chain });
  }

  /** Takes one poll. Never throws, never waits; what becomes of it is in {@link pumps} and the safety store. */
  submit(polled: Polled): void {
    this.#waiting.push({ ...polled, handedMs: this.settings.clock.steadyMs() });
    if (this.#timer !== undefined) return;
    const spacing = Math.max(MIN_SPACING_MS, SPACING_PER_COMMIT * this.#commitCostMs);
    const wait = this.#lastCommitMs + spacing - this.settings.clock.steadyMs();
    this.#timer = wait > 0 ? setTimeout(() => this.flush(), wait) : setImmediate(() => this.flush());
  }

  /**
   * Says what became of a command, in one transaction with the command's own row, after everything that was handed in before.
   * False when the disk takes nothing: then it was not said.
   */
  report({ entity, report, command }: Reported): boolean {
    const input = { kind: 'commanded', moment: this.settings.clock.now(), report } as const;
    return this.#sayNow(entity, input, { command });
  }

  /** Says what became of a target, in one transaction with the row of its steering. False when the disk takes nothing. */
  say(entity: string, event: PumpEvent, beside: Omit<Beside, 'command'>): boolean {
    return this.#sayNow(entity, { kind: 'steered', moment: this.settings.clock.now(), event }, beside);
  }

  #sayNow(entity: string, input: Commanded | Steered, beside: Beside): boolean {
    this.flush();
    const pump = this.#pumps.get(entity);
    if (!pump) return false;
    const { moment } = input;
    const traces: PollTrace[] = [];
    const handed = { at: moment, beganMs: moment.steadyMs, handedMs: moment.steadyMs };
    const draft = this.#apply(this.#ownChain(pump), input, handed, traces);
    const stored = this.#write([draft.pump], draft.entries, beside);
    for (const trace of traces) trace.end(stored);
    if (!stored) return false;
    this.#pumps.set(entity, draft.pump);
    this.#events += draft.entries.length;
    this.settings.onRecorded();
    return true;
  }

  /** Notes that a frame of a command is about to leave, so that what a reading shows of it is told as the command's. */
  expect(entity: string, awaited: Acting['awaited']): void {
    this.flush();
    const pump = this.#pumps.get(entity);
    if (!pump) return;
    const input = { kind: 'acting', moment: this.settings.clock.now(), awaited } as const;
    this.#pumps.set(entity, { ...pump, state: step(pump.state, input, this.settings.rules).state });
  }

  /** Decides and writes all that waits, now. */
  flush(): void {
    if (this.#timer !== undefined) {
      clearTimeout(this.#timer as NodeJS.Timeout);
      clearImmediate(this.#timer as NodeJS.Immediate);
    }
    this.#timer = undefined;
    const polls = this.#waiting.splice(0);
    if (polls.length === 0) return;
    const drafts = new Map<string, StoredPump>();
    const spoken = new Set<string>();
    const entries: NewEntry[] = [];
    const traces: PollTrace[] = [];
    for (const polled of polls) {
      const draft = this.#draft(polled, drafts, traces);
      if (draft === undefined) continue;
      drafts.set(draft.pump.entity, draft.pump);
      if (draft.entries.length > 0) spoken.add(draft.pump.entity);
      entries.push(...draft.entries);
    }
    const stored = this.#write(
      [...drafts.values()].filter(({ entity }) => spoken.has(entity)),
      entries,
    );
    for (const trace of traces) trace.end(stored);
    if (!stored) return;
    for (const [entity, pump] of drafts) this.#pumps.set(entity, pump);
    this.#events += entries.length;
    if (entries.length > 0) this.settings.onRecorded();
  }

  /**
   * What one poll makes of its pump; nothing when it cannot be made into events. Whatever is thrown here concerns this
   * poll alone: the other pumps must go on.
   */
  #draft(polled: Handed, drafts: ReadonlyMap<string, StoredPump>, traces: PollTrace[]): Draft | undefined {
    const entity = toToken(polled.serial);
    const before = drafts.get(entity) ?? this.#pumps.get(entity) ?? this.#newPump(polled, entity);
    if (before === undefined) return undefined;
    try {
      return this.#decide(polled, this.#ownChain(before), traces);
    } catch (error) {
      const { log } = this.settings;
      log.error({
        msg: 'a reading is no event; left out',
        code: TOLD.readingUnusable,
        pump: entity,
        err: error,
      });
      return undefined;
    }
  }

  #decide(polled: Handed, pump: StoredPump, traces: PollTrace[]): Draft {
    const input = polled.kind === 'silence' ? polled : { ...polled, newInfusionId: infusionIdAt(pump) };
    const line = polled.kind === 'silence' ? pump.line : polled.line;
    const { moment, beganAt, handedMs } = polled;
    const handed = { at: moment, beganMs: beganAt.steadyMs, handedMs };
    return this.#apply({ ...pump, line }, input, handed, traces);
  }

  #apply(pump: StoredPump, input: Input, { at, beganMs, handedMs }: HandedAt, traces: PollTrace[]): Draft {
    const { rules, signature } = this.settings;
    const { events, state } = step(pump.state, input, rules);
    if (events.length === 0) return { pump: { ...pump, state }, entries: [] };
    const { entries, end } = sealEvents(signature, pump, events, { at: at.at, handedMs });
    const trace = beginPollTrace(beganMs, entries.length);
    traces.push(trace);
    const { traceparent } = trace;
    const traced = traceparent === undefined ? entries : entries.map((entry) => ({ ...entry, traceparent }));
    return { pump: { ...pump, state, ...end }, entries: traced };
  }

  /** A silence is nobody's first word: only a reading begins a chain. */
  #newPump({ kind, serial, line }: Polled, entity: string): StoredPump | undefined {
    if (kind === 'silence') return undefined;
    const { keyId } = this.settings.signature.sealer;
    return { entity, serial, line, keyId, chain: newChainId(), sequence: 0, state: initialState };
  }

  /** Another key cannot go on with a chain: it begins a new one, openly. */
  #ownChain(pump: StoredPump): StoredPump {
    const { keyId } = this.settings.signature.sealer;
    if (pump.keyId === keyId) return pump;
    const { head: _, ...rest } = pump;
    return { ...rest, keyId, chain: newChainId(), sequence: 0 };
  }

  #write(pumps: readonly StoredPump[], entries: readonly NewEntry[], beside: Beside = {}): boolean {
    if (entries.length === 0) return true;
    const { store, clock, log } = this.settings;
    const began = clock.steadyMs();
    const failedBefore = store.failure !== undefined;
    try {
      store.record(pumps, entries, beside);
      if (failedBefore) log.log({ msg: 'the safety store takes events again' });
      return true;
    } catch (error) {
      if (!(error instanceof StoreUnwritableError)) throw error;
      if (!failedBefore) log.error({ msg: 'the safety store takes nothing', code: error.code, err: error });
      return false;
    } finally {
      this.#lastCommitMs = clock.steadyMs();
      this.#commitCostMs = this.#lastCommitMs - began;
    }
  }
}
