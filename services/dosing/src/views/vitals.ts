import { isEvent, VitalsSampled, type StreamEvent } from '@bcmed/events';
import type { z } from 'zod';
import type { Clock } from '../adapters/clock.js';
import type { VitalsSample } from '../domain/order/index.js';
import { isAgain, placeOf } from './sender-place.js';
import { Table } from './table.js';

/** One sample as it was measured; what was repeated, or not measured, is absent. */
type Sample = Omit<VitalsSample, 'ageMs'>;

/** The newest sample, the first that had the same values up to now, and the one before that. */
interface Trail {
  readonly newest: Sample;
  readonly since: Sample;
  readonly before?: Sample;
  readonly place: string;
}

/**
 * The newest vitals of each patient, as few as show whether they move.
 *
 * A reading that the monitor itself calls frozen is not a measurement and does not come in: the last real one then ages.
 */
export class Vitals {
  readonly table = new Table<Trail>('vitals');
  /** When this process heard a sample, by both clocks. After a restart only the wall's clock is left. */
  readonly #heard = new WeakMap<Sample, { readonly wallMs: number; readonly steadyMs: number }>();

  constructor(private readonly clock: Pick<Clock, 'wallMs' | 'steadyMs'>) {}

  take(event: StreamEvent): void {
    if (!isEvent(event, VitalsSampled)) return;
    const sample = sampleOf(event);
    if (sample === undefined) return;
    const patient = event.subject;
    const trail = this.table.get(patient);
    const place = placeOf(event);
    if (trail !== undefined && isAgain(place, trail.place)) return;
    this.#heard.set(sample, { wallMs: this.clock.wallMs(), steadyMs: this.clock.steadyMs() });
    if (trail === undefined) this.table.set(patient, { newest: sample, since: sample, place });
    else if (same(trail.newest, sample)) this.table.set(patient, { ...trail, newest: sample, place });
    else this.table.set(patient, { newest: sample, since: sample, before: trail.newest, place });
  }

  /** Newest first, with their age now. */
  of(patient: string | undefined): VitalsSample[] {
    const trail = patient === undefined ? undefined : this.table.get(patient);
    if (trail === undefined) return [];
    const { newest, since, before } = trail;
    const samples = [newest, ...(since === newest ? [] : [since]), ...(before ? [before] : [])];
    return samples.map((sample) => ({ ...sample, ageMs: this.#ageMs(sample) }));
  }

  #ageMs(sample: Sample): number {
    const heard = this.#heard.get(sample);
    const measuredMs = Date.parse(sample.measuredAt);
    if (heard === undefined) return this.clock.wallMs() - measuredMs;
    return this.clock.steadyMs() - heard.steadyMs + heard.wallMs - measuredMs;
  }
}

const FIELDS = ['heartRateBpm', 'meanArterialPressureMmHg', 'saturationPercent'] as const;

function sampleOf({
  time: measuredAt,
  data,
}: StreamEvent<z.infer<typeof VitalsSampled.data>>): Sample | undefined {
  const values = FIELDS.flatMap((field) => {
    const reading = data[field];
    const measured = reading?.quality === 'good' || reading?.quality === 'questionable';
    return measured && reading.value !== undefined ? [[field, reading.value] as const] : [];
  });
  return values.length === 0 ? undefined : { measuredAt, ...Object.fromEntries(values) };
}

function same(one: Sample, other: Sample): boolean {
  return FIELDS.every((field) => one[field] === other[field]);
}
