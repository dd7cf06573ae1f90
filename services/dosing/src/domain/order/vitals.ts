import type { VitalsSample } from './commands.js';
import { refuse, type Refusal, type UsedVitals } from './events.js';

/** How far a monitor's clock may be ahead before its times mean nothing. */
const MAX_LEAD_MS = 1_000;

/** What a drug demands of the vitals on which its dose rests. */
export interface VitalsDemand {
  readonly maxAgeMs: number;
  readonly frozenAfterMs: number;
}

/**
 * Refuses vitals on which no dose may rest: none, too old, from the future, or frozen. Living vitals move: when every sample back
 * over the whole span is the same to the last digit, the monitor repeats itself. Samples come newest first.
 */
export function judgeVitals(samples: readonly VitalsSample[], demand: VitalsDemand): Refusal | undefined {
  const [newest] = samples;
  if (newest === undefined || isEmpty(newest)) {
    return refuse(
      'vitals-missing',
      'There are no vitals of this patient, and this drug is not given without.',
    );
  }
  if (newest.ageMs < -MAX_LEAD_MS) {
    return refuse('vitals-ahead', 'The vitals carry a time in the future; one of the clocks is wrong.');
  }
  if (newest.ageMs > demand.maxAgeMs) {
    const detail = { limit: seconds(demand.maxAgeMs), value: seconds(newest.ageMs) };
    return refuse('vitals-stale', `The newest vitals are ${detail.value} old.`, detail);
  }
  const flat = flatForMs(samples, newest);
  if (flat >= demand.frozenAfterMs) {
    const detail = { limit: seconds(demand.frozenAfterMs), value: seconds(flat) };
    return refuse('vitals-frozen', `The vitals have not moved at all for ${detail.value}.`, detail);
  }
  return undefined;
}

/** The vitals as the authorisation records them. */
export function usedVitals({ ageMs: _, ...sample }: VitalsSample): UsedVitals {
  return sample;
}

function flatForMs(samples: readonly VitalsSample[], newest: VitalsSample): number {
  const changed = samples.findIndex((sample) => !sameValues(sample, newest));
  const last = changed === -1 ? samples.at(-1) : samples[changed - 1];
  return (last ?? newest).ageMs - newest.ageMs;
}

function sameValues(a: VitalsSample, b: VitalsSample): boolean {
  return (
    a.heartRateBpm === b.heartRateBpm &&
    a.meanArterialPressureMmHg === b.meanArterialPressureMmHg &&
    a.saturationPercent === b.saturationPercent
  );
}

function isEmpty(sample: VitalsSample): boolean {
  return (
    sample.heartRateBpm === undefined &&
    sample.meanArterialPressureMmHg === undefined &&
    sample.saturationPercent === undefined
  );
}

const seconds = (ms: number): string => `${String(Math.floor(ms / 1000))} s`;
