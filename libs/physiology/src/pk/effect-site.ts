import { demandNotNegative, SeriesError } from '../errors.js';

/** A recorded plasma concentration. */
export interface PlasmaSample {
  readonly minutes: number;
  readonly concentration: number;
}

/**
 * The effect-site concentration under a recorded plasma course, sample by sample, beginning with 0.
 *
 * Plasma is taken to rise on a straight line and to fall exponentially between samples; under that the result is exact.
 * Source: equation checked with the vector of stanpumpR tests/testthat/test-calculateCe.R.
 *
 * @throws {SeriesError} unless time grows from sample to sample.
 */
export function effectSiteOf(samples: readonly PlasmaSample[], ke0PerMin: number): number[] {
  demandNotNegative(ke0PerMin, 'ke0');
  let effect = 0;
  return samples.map((sample, index) => {
    const before = samples[index - 1];
    demandNotNegative(sample.concentration, 'a plasma concentration');
    if (before === undefined) return effect;
    const minutes = sample.minutes - before.minutes;
    if (!(minutes > 0)) throw new SeriesError(`sample ${String(index)} is not later than the one before it`);
    effect = effect * Math.exp(-ke0PerMin * minutes) + gained(before, sample, ke0PerMin);
    return effect;
  });
}

/** What flows from plasma to the effect site between two samples and is still there at the second. */
function gained(before: PlasmaSample, sample: PlasmaSample, ke0PerMin: number): number {
  const minutes = sample.minutes - before.minutes;
  const kept = Math.exp(-ke0PerMin * minutes);
  if (ke0PerMin === 0) return 0;
  if (sample.concentration >= before.concentration || sample.concentration === 0) {
    const slope = (sample.concentration - before.concentration) / minutes;
    return slope * minutes + (before.concentration - slope / ke0PerMin) * (1 - kept);
  }
  const slope = Math.log(sample.concentration / before.concentration) / minutes;
  // Equal exponents: the quotient below tends to minutes · kept.
  if (Math.abs(slope + ke0PerMin) < 1e-12) return before.concentration * ke0PerMin * minutes * kept;
  return ((before.concentration * ke0PerMin) / (slope + ke0PerMin)) * (Math.exp(slope * minutes) - kept);
}
