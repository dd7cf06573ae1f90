import type { WardAction } from './domain/actions.js';
import type { BedAction, Floor } from './domain/bedside/floor.js';
import {
  EmulatedAsena,
  type ActingFrame,
  type LogEntry,
  type ResponseTime,
} from './domain/emulated-asena.js';
import { FaultPlayer, type FaultReport, type FaultStep } from './domain/faults/fault.js';
import type { Misbehaviour } from './domain/misbehaviour.js';
import { TICK_MS } from './domain/physics.js';
import type { PumpSetup, PumpState } from './domain/state.js';
import type { LineAddress, PumpLine } from './adapters/pump-line.js';
import { SessionPlayer, type SessionReport } from './sessions/player.js';
import type { Session } from './sessions/session.js';

/** The ground truth about one pump, for whoever judges what a driver made of it. */
export interface PumpTruth {
  readonly serial: string;
  readonly family: 'alaris-asena-gh';
  readonly line: LineAddress;
  readonly plugged: boolean;
  readonly misbehaviour: Misbehaviour;
  readonly state: PumpState;
}

/** A pump and its cable. */
export interface CabledPump {
  readonly setup: PumpSetup;
  readonly line: PumpLine;
  /** Whether somebody starts it at time 0. */
  readonly running?: boolean;
}

/** How the ward lives: the speed of its clock against ours, and how quick its pumps are to answer. */
export interface WardOptions {
  readonly speed: number;
  readonly seed: number;
  readonly responseTime: ResponseTime;
  /** The beds that the pumps stand at, where there are patients. */
  readonly floor?: Floor | undefined;
  /** Told when a script could not put a cable back. */
  readonly onLineLost?: (serial: string, error: unknown) => void;
  /** Told when a session came to its own end. */
  readonly onSessionEnd?: (report: SessionReport) => void;
}

const SHORTEST_BEAT_MS = 20;

/**
 * Binds the emulated pumps to real lines and the real clock. The only timers of the mock ICU are here: one beat for the
 * whole ward, and one per pump while an answer is on its way.
 */
export class Ward {
  readonly #options: WardOptions;
  readonly #pumps = new Map<
    string,
    { readonly emulated: EmulatedAsena; readonly cabled: CabledPump; timer: NodeJS.Timeout | null }
  >();
  readonly #serials: readonly string[];
  readonly #startedAt = performance.now();
  #beat: NodeJS.Timeout | null = null;
  #faults: FaultPlayer | null = null;
  #session: { readonly player: SessionPlayer; readonly startedAtMs: number } | null = null;

  constructor(pumps: readonly CabledPump[], options: WardOptions) {
    this.#options = options;
    this.#serials = pumps.map(({ setup }) => setup.serial);
    for (const cabled of pumps) {
      const { serial } = cabled.setup;
      const emulated = new EmulatedAsena(cabled.setup, options.responseTime);
      emulated.onSecond = (deliveredMl) => options.floor?.deliver(serial, deliveredMl);
      if (cabled.running === true) emulated.act({ action: 'start' }, 0);
      this.#pumps.set(serial, { emulated, cabled, timer: null });
      cabled.line.onBytes = (bytes) => {
        const nowMs = this.nowMs();
        this.#advanceScripts(nowMs);
        emulated.receive(bytes, nowMs);
        this.#deliver(serial);
      };
    }
  }

  /** Opens all lines and lets time pass. @throws LineUnavailableError */
  async open(): Promise<void> {
    for (const { cabled } of this.#pumps.values()) await cabled.line.open();
    const beatMs = Math.max(SHORTEST_BEAT_MS, TICK_MS / this.#options.speed);
    this.#beat = setInterval(() => this.#pass(), beatMs);
  }

  async close(): Promise<void> {
    if (this.#beat !== null) clearInterval(this.#beat);
    this.#beat = null;
    for (const pump of this.#pumps.values()) {
      if (pump.timer !== null) clearTimeout(pump.timer);
      await pump.cabled.line.close();
    }
  }

  /** Virtual milliseconds since the ward was made. */
  nowMs(): number {
    return (performance.now() - this.#startedAt) * this.#options.speed;
  }

  get serials(): readonly string[] {
    return this.#serials;
  }

  /** Undefined for a serial number that no pump here has. */
  truth(serial: string): PumpTruth | undefined {
    const pump = this.#pumps.get(serial);
    if (pump === undefined) return undefined;
    const { line } = pump.cabled;
    const { state, misbehaviour } = pump.emulated;
    return {
      serial,
      family: 'alaris-asena-gh',
      line: line.address,
      plugged: line.plugged,
      misbehaviour,
      state,
    };
  }

  log(serial: string): readonly LogEntry[] {
    return this.#pumps.get(serial)?.emulated.log ?? [];
  }

  frames(serial: string): readonly ActingFrame[] {
    return this.#pumps.get(serial)?.emulated.frames ?? [];
  }

  /** Null when the pump took it, else why not. */
  act(serial: string, action: WardAction): string | null {
    const nowMs = this.nowMs();
    this.#faults?.advance(nowMs);
    return this.#pumps.get(serial)?.emulated.act(action, nowMs) ?? null;
  }

  misbehave(serial: string, misbehaviour: Misbehaviour): void {
    const emulated = this.#pumps.get(serial)?.emulated;
    if (emulated !== undefined) emulated.misbehaviour = misbehaviour;
  }

  async unplug(serial: string): Promise<void> {
    const pump = this.#pumps.get(serial);
    pump?.emulated.unplugged();
    await pump?.cabled.line.unplug();
  }

  /** @throws LineUnavailableError */
  async replug(serial: string): Promise<void> {
    await this.#pumps.get(serial)?.cabled.line.replug();
  }

  /** Null when it was done at the bed, else why not. */
  actAtBed(bed: string, action: BedAction): string | null {
    const nowMs = this.nowMs();
    this.#advanceAll(nowMs);
    return this.#options.floor?.act(bed, action) ?? null;
  }

  /** Lets these faults happen at their virtual times, counted from time 0. Call it once. */
  suffer(steps: Iterator<FaultStep, void>): void {
    this.#faults = new FaultPlayer(steps, (step) => this.#sufferOne(step));
  }

  /** Null when no faults were asked for. */
  get faults(): FaultReport | null {
    return this.#faults?.report ?? null;
  }

  /** The pump as it was when it was last looked at, for who decides what goes wrong next. */
  state(serial: string): PumpState {
    return this.#emulated(serial).state;
  }

  /**
   * Begins a session in place of the one that is being played, if any, at the next full virtual second: from there on
   * its pumps do the same things at the same virtual times, however the lines are asked meanwhile.
   */
  play(session: Session, seconds: number): SessionReport {
    this.stopSession();
    const context = {
      pumps: this.#serials.length,
      seconds,
      seed: this.#options.seed,
      state: (pump: number) => this.#at(pump).state,
    };
    const startedAtMs = Math.ceil(this.nowMs() / 1000) * 1000;
    const hand = (pump: number, action: WardAction, atMs: number): string | null =>
      this.#at(pump).act(action, startedAtMs + atMs);
    const player = new SessionPlayer(session, context, hand);
    this.#session = { player, startedAtMs };
    return player.report;
  }

  /** The session that is being played or was last; null when there was none. */
  get session(): SessionReport | null {
    return this.#session?.player.report ?? null;
  }

  stopSession(): void {
    this.#session?.player.stop();
  }

  #at(index: number): EmulatedAsena {
    return this.#emulated(this.#serials[index] ?? String(index));
  }

  #emulated(serial: string): EmulatedAsena {
    const pump = this.#pumps.get(serial);
    if (pump === undefined) throw new RangeError(`there is no pump ${serial}`);
    return pump.emulated;
  }

  /** A fault of a bed is one of its patient: everybody lives up to it first. */
  #sufferOne(step: FaultStep): string | null {
    const { atMs } = step;
    if ('look' in step) {
      this.#emulated(step.look).advanceTo(atMs);
      return null;
    }
    const { fault } = step;
    if ('bed' in fault) {
      for (const { emulated } of this.#pumps.values()) emulated.advanceTo(atMs);
      return this.#options.floor?.act(fault.bed, fault.action) ?? null;
    }
    if ('action' in fault) return this.#emulated(fault.pump).act(fault.action, atMs);
    const plugged = fault.cable === 'unplug' ? this.unplug(fault.pump) : this.replug(fault.pump);
    plugged.catch((error: unknown) => this.#options.onLineLost?.(fault.pump, error));
    return null;
  }

  #pass(): void {
    const nowMs = this.nowMs();
    this.#advanceScripts(nowMs);
    for (const [serial, { emulated }] of this.#pumps) {
      emulated.advanceTo(nowMs);
      if (emulated.nextDueMs !== null) this.#deliver(serial);
    }
  }

  #advanceAll(nowMs: number): void {
    this.#advanceScripts(nowMs);
    for (const { emulated } of this.#pumps.values()) emulated.advanceTo(nowMs);
  }

  #advanceScripts(nowMs: number): void {
    this.#advanceSession(nowMs);
    this.#faults?.advance(nowMs);
  }

  #advanceSession(nowMs: number): void {
    if (this.#session === null) return;
    const { player, startedAtMs } = this.#session;
    const before = player.report.state;
    player.advance(nowMs - startedAtMs);
    if (before === 'running' && player.report.state === 'finished')
      this.#options.onSessionEnd?.(player.report);
  }

  /** Writes what is due and comes back when the next bytes are. */
  #deliver(serial: string): void {
    const pump = this.#pumps.get(serial);
    if (pump === undefined) return;
    if (pump.timer !== null) clearTimeout(pump.timer);
    pump.timer = null;
    for (const bytes of pump.emulated.takeDue(this.nowMs())) pump.cabled.line.write(bytes);
    const dueMs = pump.emulated.nextDueMs;
    if (dueMs === null) return;
    const waitMs = Math.ceil((dueMs - this.nowMs()) / this.#options.speed);
    pump.timer = setTimeout(() => this.#deliver(serial), Math.max(waitMs, 1));
  }
}
