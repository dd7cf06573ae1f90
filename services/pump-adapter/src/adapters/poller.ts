import { asena } from '@bcmed/pump-protocols';
import type { Polled } from '../commands/recorder.js';
import type { Identity, Moment, PumpStatus, Reading, Silence, Syringe } from '../domain/index.js';
import { toAlarm, toIdentity, toStatus, toSyringe, toVtbi } from './asena-reader.js';
import type { Clock } from './clock.js';
import type { Answer, Line, LineFigures } from './line.js';
import type { PumpRegistry } from './pump-registry.js';
import { Wakeup } from './wakeup.js';

export interface PollerSettings {
  readonly line: Line;
  readonly clock: Clock;
  readonly registry: PumpRegistry;
  /** At most one poll in this time. */
  readonly intervalMs: number;
  /** Everything is asked anew at least this often, even when the pump's log stands still. */
  readonly slowBeatMs: number;
  /** Serial of the pump that was last seen on this line, so that its absence is noticed too. */
  readonly expected: string | undefined;
  /** Takes each poll; must neither wait nor throw. */
  readonly submit: (polled: Polled) => void;
  /** Told when two lines lead to the same pump. */
  readonly onTwice: (serial: string, line: string) => void;
}

/** Nothing to do on the line but the poll that follows every job. */
export const LOOK: LineJob = { urgent: false, run: () => Promise.resolve() };

/** Work that needs the line to itself for a moment. */
export interface LineJob {
  /** Goes before everything that is not. */
  readonly urgent: boolean;
  /** `serial` is the pump that answers on the line now, if one does. Must not throw. */
  run(line: Line, serial: string | undefined): Promise<void>;
}

/** How a line stands, for health and people. */
export interface LineState {
  readonly line: string;
  readonly state: 'closed' | 'silent' | 'polled' | 'refused';
  readonly serial?: string;
  readonly missedPolls: number;
  readonly detail: string;
}

type Extras = Pick<Reading, 'alarm' | 'vtbi' | 'syringe' | 'setRateMlPerHour'>;
/** Mutable while one poll collects it. */
type Collected = { -readonly [Key in keyof Extras]: Extras[Key] };

const POLLS_UNTIL_SEARCH = 3;
const POLLS_UNTIL_REOPEN = 5;
/** A pump that does not answer a question beside the status is asked again this often before the slow beat has to do. */
const EXTRA_TRIES = 3;

/**
 * Polls one line for ever: finds out which pump is there, then reads its status, and everything else when the pump's
 * log moved or at the slow beat. Every poll ends as a reading or a silence; the next one begins at its time, or at
 * once when this one took longer, but a missed beat is never made up for.
 */
export class Poller {
  readonly #stopping = new AbortController();
  #running: Promise<void> = Promise.resolve();
  readonly #jobs: LineJob[] = [];
  readonly #wakeup = new Wakeup();
  #identity: Identity | undefined;
  #syringeAtFirst: Syringe | undefined;
  #expected: string | undefined;
  #missed = 0;
  #refused: string | undefined;
  #lastLogEntryId: number | undefined;
  #alarmShown = true;
  #askedAllMs = -Infinity;
  #extraFailures = 0;
  #extrasOpen = true;

  constructor(private readonly settings: PollerSettings) {
    this.#expected = settings.expected;
  }

  get state(): LineState {
    const { line } = this.settings;
    const missedPolls = this.#missed;
    const base = { line: line.address.name, missedPolls };
    if (this.#refused !== undefined)
      return { ...base, state: 'refused', serial: this.#refused, detail: 'another line leads to this pump' };
    const { closedWhy } = line;
    const serial = this.#identity?.serial;
    if (closedWhy !== undefined) return { ...base, state: 'closed', detail: closedWhy };
    if (serial === undefined) return { ...base, state: 'silent', detail: `no pump for ${missedPolls} polls` };
    const detail = missedPolls === 0 ? 'answers' : `no answer for ${missedPolls} polls`;
    return { ...base, state: 'polled', serial, detail };
  }

  get lineFigures(): LineFigures {
    return this.settings.line.figures;
  }

  start(): void {
    this.settings.line.start();
    this.#running = this.#run();
  }

  /** Runs the job between two polls, as soon as the poll in hand has ended; a poll follows at once and asks for everything. */
  perform(job: LineJob): void {
    const place = job.urgent ? this.#jobs.findIndex(({ urgent }) => !urgent) : -1;
    this.#jobs.splice(place === -1 ? this.#jobs.length : place, 0, job);
    this.#wakeup.call();
  }

  /** Resolves when no further poll comes. Jobs that were not begun are dropped. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#wakeup.call();
    this.settings.line.stop();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, intervalMs } = this.settings;
    const { signal } = this.#stopping;
    let dueMs = clock.steadyMs();
    while (!signal.aborted) {
      await this.#poll(clock.now());
      dueMs = Math.max(dueMs + intervalMs, clock.steadyMs());
      if (await this.#performUntil(dueMs)) dueMs = clock.steadyMs();
    }
  }

  /** Does jobs, or waits for them, until the next poll is due. True when there was one: then the poll is due at once. */
  async #performUntil(dueMs: number): Promise<boolean> {
    const { clock, line } = this.settings;
    let performed = false;
    while (!this.#isStopping()) {
      const job = this.#jobs.shift();
      if (job) {
        await job.run(line, this.#identity?.serial);
        performed = this.#extrasOpen = true;
        continue;
      }
      const leftMs = dueMs - clock.steadyMs();
      if (performed || leftMs <= 0) break;
      await this.#wakeup.wait(leftMs);
    }
    return performed;
  }

  /** A method, because the signal changes while something is awaited, which the compiler does not expect. */
  #isStopping(): boolean {
    return this.#stopping.signal.aborted;
  }

  async #poll(beganAt: Moment): Promise<void> {
    const { line, intervalMs } = this.settings;
    await line.whenOpen(intervalMs);
    if (this.#isStopping()) return;
    const identity = this.#identity ?? (await this.#identify(beganAt));
    if (!identity) return;
    const answer = await line.ask(asena.requests.status());
    if (this.#isStopping()) return;
    if (answer.outcome !== 'answered' || answer.reading.kind !== 'status') return this.#miss(beganAt, answer);
    if (answer.reading.serial !== identity.serial) {
      this.#anotherPump(beganAt, identity.serial);
      return;
    }
    const status = toStatus(answer.reading);
    if (!status) return this.#miss(beganAt, answer);
    const moment = this.settings.clock.now();
    const extras = await this.#extras(status, moment);
    this.#missed = 0;
    const { serial } = identity;
    const reading = { kind: 'reading', moment, identity, status, ...extras } as const;
    this.settings.submit({ serial, line: line.address.name, beganAt, ...reading });
  }

  /** Finds out who is there. Only the serial number is indispensable; an answer to the rest may fail. */
  async #identify(beganAt: Moment): Promise<Identity | undefined> {
    const { line, registry, onTwice } = this.settings;
    const { name } = line.address;
    const answer = await line.ask(asena.requests.serialNumber());
    const serial =
      answer.outcome === 'answered' && answer.reading.kind === 'serial-number' ? answer.reading.serial : '';
    if (serial === '' || serial.length > 64) {
      await this.#miss(beganAt, answer);
      return undefined;
    }
    if (!registry.claim(serial, name)) {
      if (this.#refused !== serial) onTwice(serial, name);
      this.#refused = serial;
      return undefined;
    }
    this.#refused = undefined;
    if (this.#expected !== undefined && this.#expected !== serial)
      this.#silence(beganAt, 'another-pump-answers');
    this.#expected = serial;
    const protocol = await line.ask(asena.requests.protocol());
    const known = protocol.outcome === 'answered' && protocol.reading.kind === 'protocol';
    const syringe = await line.ask(asena.requests.syringe());
    if (syringe.outcome === 'answered' && syringe.reading.kind === 'syringe')
      this.#syringeAtFirst = toSyringe(syringe.reading);
    await line.ask(asena.requests.stopSpontaneousQueries());
    this.#extrasOpen = this.#alarmShown = true;
    this.#extraFailures = 0;
    this.#identity = toIdentity(serial, known ? protocol.reading.protocol : 'unknown', line.address);
    return this.#identity;
  }

  /** What is asked beside the status: the alarm while there is or was one, the settings when the pump's log moved. */
  async #extras(status: PumpStatus, moment: Moment): Promise<Extras> {
    const moved = this.#lastLogEntryId !== status.logEntryId;
    this.#lastLogEntryId = status.logEntryId;
    if (moved) this.#extraFailures = 0;
    const slowBeat = moment.steadyMs - this.#askedAllMs >= this.settings.slowBeatMs;
    const all = moved || slowBeat || this.#extrasOpen;
    if (all) this.#askedAllMs = moment.steadyMs;
    const extras: Collected = this.#syringeAtFirst ? { syringe: this.#syringeAtFirst } : {};
    this.#syringeAtFirst = undefined;
    const complete =
      (!(all || status.alarmActive || this.#alarmShown) || (await this.#askAlarm(extras))) &&
      (!all || (await this.#askSettings(extras)));
    this.#extraFailures = complete ? 0 : this.#extraFailures + 1;
    this.#extrasOpen = !complete && this.#extraFailures < EXTRA_TRIES;
    return extras;
  }

  async #askAlarm(extras: Collected): Promise<boolean> {
    const answer = await this.settings.line.ask(asena.requests.alarm());
    if (answer.outcome !== 'answered' || answer.reading.kind !== 'alarm') return false;
    extras.alarm = toAlarm(answer.reading);
    this.#alarmShown = extras.alarm !== null;
    return true;
  }

  /** Stops at the first question without an answer, so that a poll stays short. */
  async #askSettings(extras: Collected): Promise<boolean> {
    const { line } = this.settings;
    const rate = await line.ask(asena.requests.rate());
    if (rate.outcome !== 'answered' || rate.reading.kind !== 'rate') return false;
    if (rate.reading.setRateMlPerHour >= 0 && rate.reading.setRateMlPerHour <= 2_000)
      extras.setRateMlPerHour = rate.reading.setRateMlPerHour;
    const vtbi = await line.ask(asena.requests.volumeToBeInfused());
    if (vtbi.outcome !== 'answered' || vtbi.reading.kind !== 'volume-to-be-infused') return false;
    extras.vtbi = toVtbi(vtbi.reading);
    const syringe = await line.ask(asena.requests.syringe());
    if (syringe.outcome !== 'answered' || syringe.reading.kind !== 'syringe') return false;
    const held = toSyringe(syringe.reading);
    if (held) extras.syringe = held;
    return true;
  }

  async #miss(beganAt: Moment, { outcome }: Answer): Promise<void> {
    const { line, registry } = this.settings;
    this.#refused = undefined;
    this.#missed += 1;
    this.#silence(beganAt, outcome === 'line-closed' ? 'line-closed' : 'no-answer');
    if (this.#missed >= POLLS_UNTIL_SEARCH || outcome === 'line-closed') this.#identity = undefined;
    if (this.#missed === POLLS_UNTIL_SEARCH && this.#expected !== undefined)
      registry.release(this.#expected, line.address.name);
    await line.checkPresence();
    // A device server that was switched off leaves a connection that looks open.
    if (line.address.transport === 'tcp' && this.#missed % POLLS_UNTIL_REOPEN === 0) line.reopen();
  }

  #anotherPump(beganAt: Moment, serial: string): void {
    this.#silence(beganAt, 'another-pump-answers');
    this.settings.registry.release(serial, this.settings.line.address.name);
    this.#identity = this.#expected = undefined;
  }

  /** Says nothing about a pump that answers on another line meanwhile. */
  #silence(beganAt: Moment, reason: Silence['reason']): void {
    const { clock, line, registry, submit } = this.settings;
    const serial = this.#expected;
    if (serial === undefined || registry.isElsewhere(serial, line.address.name)) return;
    const missedPolls = Math.max(this.#missed, 1);
    submit({
      serial,
      line: line.address.name,
      beganAt,
      kind: 'silence',
      moment: clock.now(),
      reason,
      missedPolls,
    });
  }
}
