import { asena } from '@bcmed/pump-protocols';
import { act, type WardAction } from './actions.js';
import { GUESSES } from './guesses.js';
import { ESCAPE, FaultyLine, type Misbehaviour } from './misbehaviour.js';
import { tick, TICK_MS } from './physics.js';
import { Dice } from './random.js';
import { answer } from './serial.js';
import { initialState, type PumpEvent, type PumpSetup, type PumpState } from './state.js';

/** How long the pump takes to answer, drawn anew for every request. */
export interface ResponseTime {
  readonly minMs: number;
  readonly maxMs: number;
}

/** One entry of the pump's own log, as ground truth for whoever judges a driver. */
export interface LogEntry {
  readonly id: number;
  readonly atMs: number;
  readonly event: PumpEvent;
}

/** A frame that came from the line and acts on the pump, whether or not the pump took it. */
export interface ActingFrame {
  readonly atMs: number;
  /** As `command-executed` writes it: without CRC and frame. */
  readonly text: string;
}

const KEPT_LOG_ENTRIES = 200;
const KEPT_FRAMES = 2_000;
const ACTING: ReadonlySet<string> = new Set(GUESSES.commandsThatNeedRemoteControl.value);
const WITHOUT_VALUE: ReadonlySet<string> = new Set(['INF_START', 'INF_STOP', 'INF_VI_CLEAR']);
const BITS_PER_BYTE_ON_THE_LINE = 10;

/**
 * One pump with its line, alive on virtual time: nothing in here knows a clock or waits. The same set-up, seed and
 * calls with the same times give the same bytes at the same times.
 *
 * Demands that times never run backwards. Promises bounded memory whatever the line delivers.
 */
export class EmulatedAsena {
  #state: PumpState;
  #nowMs = 0;
  #busyUntilMs = 0;
  #secondMl = 0;
  #lastEscapeMs = 0;
  #due: { readonly atMs: number; readonly bytes: Uint8Array }[] = [];
  readonly #parser = new asena.AsenaParser();
  readonly #line: FaultyLine;
  readonly #jitter: Dice;
  readonly #responseTime: ResponseTime;
  readonly #log: LogEntry[] = [];
  readonly #frames: ActingFrame[] = [];

  /** Told what went into the patient in each whole second of virtual time, in order, each second once. */
  onSecond: (deliveredMl: number) => void = () => undefined;

  constructor(setup: PumpSetup, responseTime: ResponseTime) {
    this.#state = initialState(setup);
    this.#responseTime = responseTime;
    this.#line = new FaultyLine(setup.seed ^ 0x5bd1e995);
    this.#jitter = new Dice(setup.seed ^ 0x1b873593);
  }

  get state(): PumpState {
    return this.#state;
  }

  /** The newest entries of the pump's own log, oldest first. */
  get log(): readonly LogEntry[] {
    return this.#log;
  }

  /** The newest frames from the line that act on the pump, oldest first: how often a driver really said it. */
  get frames(): readonly ActingFrame[] {
    return this.#frames;
  }

  get misbehaviour(): Misbehaviour {
    return this.#line.misbehaviour;
  }

  set misbehaviour(misbehaviour: Misbehaviour) {
    this.#line.misbehaviour = misbehaviour;
    this.#lastEscapeMs = this.#nowMs;
  }

  /** Lets virtual time pass up to `nowMs`. */
  advanceTo(nowMs: number): void {
    while (this.#state.elapsedMs + TICK_MS <= nowMs) {
      const ticked = tick(this.#state);
      this.#take(ticked.state, ticked.events);
      this.#secondMl += ticked.deliveredMl;
      if (ticked.state.elapsedMs % 1000 === 0) {
        this.onSecond(this.#secondMl);
        this.#secondMl = 0;
      }
    }
    this.#nowMs = Math.max(this.#nowMs, nowMs);
    const everyMs = this.misbehaviour.spontaneousEscapeEveryMs;
    if (everyMs > 0 && nowMs - this.#lastEscapeMs >= everyMs) {
      this.#lastEscapeMs = nowMs;
      this.#schedule(nowMs, ESCAPE);
    }
  }

  /** Bytes arrive from the driver. What is no frame with a right CRC is silence. */
  receive(bytes: Uint8Array, nowMs: number): void {
    this.advanceTo(nowMs);
    for (const finding of this.#parser.push(bytes)) {
      if (finding.kind === 'frame' && this.#due.length < GUESSES.answersInOrder.value)
        this.#answer(finding.frame);
    }
  }

  /** A hand at the pump or the bed. Returns null when done, else why the pump did not take it. */
  act(action: WardAction, nowMs: number): string | null {
    this.advanceTo(nowMs);
    const acted = act(this.#state, action);
    if (!acted.accepted) return acted.reason;
    this.#take(acted.state, acted.events);
    return null;
  }

  /** When the next bytes are due; null when none are. */
  get nextDueMs(): number | null {
    return this.#due[0]?.atMs ?? null;
  }

  /** Hands over the bytes that are due by `nowMs`, in order, once. */
  takeDue(nowMs: number): Uint8Array[] {
    this.advanceTo(nowMs);
    const later = this.#due.findIndex(({ atMs }) => atMs > nowMs);
    return this.#due.splice(0, later < 0 ? this.#due.length : later).map(({ bytes }) => bytes);
  }

  /** What was on its way when the plug was pulled is gone. */
  unplugged(): void {
    this.#due = [];
    this.#parser.reset();
  }

  #answer(request: asena.AsenaFrame): void {
    const { command, fields } = request;
    if (ACTING.has(command) && (fields.length > 0 || WITHOUT_VALUE.has(command))) {
      this.#frames.push({ atMs: this.#state.elapsedMs, text: [command, ...fields].join('^') });
      this.#frames.splice(0, this.#frames.length - KEPT_FRAMES);
    }
    const { state, events, reply } = answer(this.#state, request);
    this.#take(state, events);
    const bytes = this.#line.transmit(reply);
    const thinkingMs = this.#jitter.between(this.#responseTime.minMs, this.#responseTime.maxMs);
    if (bytes === null) return;
    const sendingMs = (bytes.length * BITS_PER_BYTE_ON_THE_LINE * 1000) / asena.LINE_SETTINGS.baudRate;
    const begin = Math.max(this.#nowMs, this.#busyUntilMs);
    this.#busyUntilMs = begin + thinkingMs + sendingMs;
    this.#schedule(this.#busyUntilMs + this.misbehaviour.lateMs, bytes);
  }

  #schedule(atMs: number, bytes: Uint8Array): void {
    this.#due.push({ atMs, bytes });
    this.#due.sort((one, other) => one.atMs - other.atMs);
  }

  #take(state: PumpState, events: readonly PumpEvent[]): void {
    const first = state.logEntryId - events.length + 1;
    const wrap = GUESSES.logEntryIdWrapsAfter.value + 1;
    for (const [index, event] of events.entries()) {
      this.#log.push({ id: (first + index + wrap) % wrap, atMs: state.elapsedMs, event });
    }
    this.#log.splice(0, this.#log.length - KEPT_LOG_ENTRIES);
    this.#state = state;
  }
}
