import type { WardAction } from '../actions.js';
import { Dice } from '../random.js';
import type { PumpState, Syringe } from '../state.js';
import type { FaultStep } from './fault.js';

/** What the background faults may look at. */
export interface Patrol {
  readonly serials: readonly string[];
  readonly seed: number;
  /** How many times as often as on a real ward. */
  readonly factor: number;
  /** The pump at the moment of the last step that was about it. */
  readonly state: (serial: string) => PumpState;
}

/**
 * Rates per hour in which a pump infuses: the defaults derived in the project's reference, section 7.1. Empty syringes and
 * near ends follow from the volume; a syringe pump has no air detector, and free flow is too rare to wait for.
 */
const PER_RUNNING_HOUR = { occlusion: 0.1, disengaged: 0.15, held: 0.05, mainsLost: 0.001 } as const;
const TOTAL_PER_HOUR = Object.values(PER_RUNNING_HOUR).reduce((sum, rate) => sum + rate, 0);

/** Somebody comes after a log-normal time: median 45.6 s, 60 % within 68 s, mean 158 s (section 7.1, fitted to Vitoux). */
const RESPONSE = { mu: 3.82, sigma: 1.576 } as const;

/** Shares of section 7.1; how stiff the line is, and how long a transient closure takes, is ours. */
const CLAMPED = { share: 0.36, complianceMicrolitrePerMmHg: 1.2 } as const;
const GRADUAL = { share: 0.36, complianceMicrolitrePerMmHg: 2.8 } as const;
const TRANSIENT_SECONDS = [10, 60] as const;

const ROUND_MS = 10_000;
const HOUR_MS = 3_600_000;
const CALLING = new Set(['AL_SYRCO', 'AL_OCCLU', 'AL_EOIST']);

interface Task {
  readonly atMs: number;
  readonly serial: string;
  readonly kind: 'strike' | 'round' | 'help' | 'open-again';
}

/**
 * What goes wrong on an ordinary ward, without an end, and somebody who puts it right after a while. Strikes are a Poisson
 * process of each pump, thinned to the time in which it infuses. A pump that somebody else stopped is left alone.
 */
export function* backgroundFaults(patrol: Patrol): Generator<FaultStep, void> {
  const dice = new Dice(patrol.seed ^ 0x6c62272e);
  const agenda = new Agenda();
  const struck = new Map<string, Syringe | null>();
  const called = new Set<string>();
  const strikeLater = (serial: string, atMs: number): void => {
    const hours = -Math.log(1 - dice.next()) / (TOTAL_PER_HOUR * patrol.factor);
    agenda.add({ atMs: atMs + hours * HOUR_MS, serial, kind: 'strike' });
  };
  for (const [index, serial] of patrol.serials.entries()) {
    strikeLater(serial, 0);
    agenda.add({ atMs: ROUND_MS + index, serial, kind: 'round' });
  }
  for (let task = agenda.next(); task !== undefined; task = agenda.next()) {
    const { atMs, serial, kind } = task;
    yield { atMs, look: serial };
    const state = patrol.state(serial);
    const say = (action: WardAction): FaultStep => ({ atMs, fault: { pump: serial, action } });
    switch (kind) {
      case 'strike':
        if (state.running && state.occlusion === null && !struck.has(serial)) {
          struck.set(serial, state.syringe);
          const { action, opensAfterMs } = strike(dice);
          yield say(action);
          if (opensAfterMs !== null) agenda.add({ atMs: atMs + opensAfterMs, serial, kind: 'open-again' });
        }
        strikeLater(serial, atMs);
        break;
      case 'open-again':
        if (state.occlusion !== null) yield say({ action: 'release' });
        break;
      case 'round':
        if (!called.has(serial) && calls(state, struck.has(serial))) {
          called.add(serial);
          agenda.add({ atMs: atMs + responseMs(dice), serial, kind: 'help' });
        } else if (state.running && state.occlusion === null && state.mains) struck.delete(serial);
        agenda.add({ atMs: atMs + ROUND_MS, serial, kind: 'round' });
        break;
      case 'help':
        for (const action of remedy(state, struck.get(serial) ?? null)) yield say(action);
        called.delete(serial);
        struck.delete(serial);
        break;
      default:
        kind satisfies never;
    }
  }
}

function strike(dice: Dice): { readonly action: WardAction; readonly opensAfterMs: number | null } {
  let place = dice.next() * TOTAL_PER_HOUR;
  const isWithin = (rate: number): boolean => (place -= rate) < 0;
  const lasting = (action: WardAction) => ({ action, opensAfterMs: null });
  if (isWithin(PER_RUNNING_HOUR.disengaged)) return lasting({ action: 'remove-syringe' });
  if (isWithin(PER_RUNNING_HOUR.held)) return lasting({ action: 'stop' });
  if (isWithin(PER_RUNNING_HOUR.mainsLost)) return lasting({ action: 'mains-off' });
  const kind = dice.next();
  const { complianceMicrolitrePerMmHg } = kind < CLAMPED.share ? CLAMPED : GRADUAL;
  const action: WardAction = { action: 'occlude', complianceMicrolitrePerMmHg };
  if (kind < CLAMPED.share + GRADUAL.share) return lasting(action);
  return { action, opensAfterMs: 1000 * dice.between(...TRANSIENT_SECONDS) };
}

/** Whether somebody would come: an alarm that stopped the pump, or what we did and has been seen by now. */
function calls(state: PumpState, isStruck: boolean): boolean {
  if (!state.running && state.alarms.some((code) => CALLING.has(code))) return true;
  return isStruck && (!state.running || !state.mains);
}

function* remedy(state: PumpState, before: Syringe | null): Iterable<WardAction> {
  if (!state.mains) yield { action: 'mains-on' };
  if (state.running) return;
  if (state.occlusion !== null) yield { action: 'release' };
  const isEmpty = state.syringe?.contentMl === 0;
  if (isEmpty) yield { action: 'remove-syringe' };
  if (state.syringe === null || isEmpty) {
    const same = !isEmpty && before !== null && before.contentMl > 0;
    yield same ? { action: 'insert-syringe', ...before } : { action: 'insert-syringe' };
  }
  yield { action: 'start' };
}

function responseMs(dice: Dice): number {
  const normal = Math.sqrt(-2 * Math.log(1 - dice.next())) * Math.cos(2 * Math.PI * dice.next());
  return 1000 * Math.exp(RESPONSE.mu + RESPONSE.sigma * normal);
}

/** Tasks in the order of their times; of two at the same time the older one comes first. */
class Agenda {
  readonly #tasks: Task[] = [];

  add(task: Task): void {
    const after = this.#tasks.findIndex(({ atMs }) => atMs > task.atMs);
    this.#tasks.splice(after < 0 ? this.#tasks.length : after, 0, task);
  }

  next(): Task | undefined {
    return this.#tasks.shift();
  }
}
