import {
  advance,
  generatorFrom,
  initialState,
  monitorReadingOf,
  vitalsOf,
  type VirtualPatientOptions,
  type VirtualPatientState,
  type Vitals,
} from '@bcmed/physiology';
import { infusionsOf, potencyOf, type Potency } from './drug.js';

/** Quantities that the physiological model does not know: what the monitor shows all the time, where it shows any. */
export interface SetVitals {
  readonly saturationPercent?: number;
  readonly respiratoryRatePerMin?: number;
  readonly temperatureCelsius?: number;
  readonly urineOutputMlPerHour?: number;
}

/** What is in a syringe, as its label says. */
export interface SyringeLabel {
  readonly drug: string;
  readonly concentration: string;
  readonly lot?: string;
  readonly expiry?: string;
}

/** One pump of a patient, and what the patient has had of it before time 0. */
export interface ChannelPlan {
  readonly serial: string;
  readonly syringe: SyringeLabel;
  readonly startRateMlPerHour: number;
}

/** A patient in an intensive care bed, before anything happens. */
export interface StayPlan {
  readonly pseudonym: string;
  readonly virtual: VirtualPatientOptions;
  readonly setVitals: SetVitals;
  readonly seed: number;
  /** For so long the pumps have been running at their start rates when time begins. */
  readonly runningForMinutes: number;
  readonly channels: readonly ChannelPlan[];
}

interface Channel {
  readonly potency: Potency | null;
  /** Seconds that this pump has lived and the patient has not. */
  readonly waiting: number[];
}

/**
 * One virtual patient and the pumps that lead into it, alive on the pumps' virtual time: nothing in here knows a clock.
 *
 * The patient lives a second as soon as all its pumps have, under what they delivered in that very second. So how often and
 * in which order the pumps are looked at changes nothing, and a ward that runs a hundred times as fast sees the same.
 */
export class Stay {
  readonly plan: StayPlan;
  readonly #channels: ReadonlyMap<string, Channel>;
  #patient: VirtualPatientState;

  /** @throws PhysiologyError or ClinicalUnitsError for a plan that no model can be fed with. */
  constructor(plan: StayPlan) {
    this.plan = plan;
    const { weightKg } = plan.virtual.person;
    this.#channels = new Map(
      plan.channels.map(({ serial, syringe }) => [
        serial,
        { potency: potencyOf(syringe.drug, syringe.concentration, weightKg), waiting: [] },
      ]),
    );
    this.#patient = this.#settled();
  }

  /** Virtual seconds that the patient has lived since time 0. */
  get seconds(): number {
    return Math.round(this.#patient.timeSeconds - this.plan.runningForMinutes * 60);
  }

  /** What is true. */
  get vitals(): Vitals {
    return vitalsOf(this.#patient);
  }

  /** What a monitor that works would show. */
  get reading(): Vitals & SetVitals {
    return { ...monitorReadingOf(this.#patient), ...this.plan.setVitals };
  }

  /** The next second of one of its pumps. Demands every second of every pump, once and in order; another pump is ignored. */
  deliver(serial: string, deliveredMl: number): void {
    const channel = this.#channels.get(serial);
    if (channel === undefined) return;
    channel.waiting.push(deliveredMl);
    while (this.#everyPumpLived()) this.#live();
  }

  #everyPumpLived(): boolean {
    return [...this.#channels.values()].every(({ waiting }) => waiting.length > 0);
  }

  #live(): void {
    const given = [...this.#channels.values()].map(({ potency, waiting }) => ({
      potency,
      deliveredMl: waiting.shift() ?? 0,
    }));
    this.#patient = advance(this.#patient, 1, infusionsOf(given, 1));
  }

  #settled(): VirtualPatientState {
    const { virtual, seed, runningForMinutes, channels } = this.plan;
    const given = channels.map(({ serial, startRateMlPerHour }) => ({
      potency: this.#channels.get(serial)?.potency ?? null,
      deliveredMl: startRateMlPerHour / 3600,
    }));
    return advance(initialState(virtual, generatorFrom(seed)), runningForMinutes * 60, infusionsOf(given, 1));
  }
}
