import { ParametersError } from '../errors.js';
import { demandConstants, type RateConstants } from './compartments.js';

type Three = readonly [number, number, number];
type Four = readonly [number, number, number, number];

/**
 * The model as a sum of exponentials, the second way to its solution and the way to its peak.
 *
 * After a unit bolus plasma is Σ plasma·e^(−λt), and the effect site Σ effect·e^(−λt) with −ke0 as fourth exponent. A
 * unit infusion from 0 gives Σ (coefficient/exponent)·(1 − e^(−exponent·t)).
 */
export interface ExponentialForm {
  readonly lambdasPerMin: Three;
  readonly plasma: Three;
  readonly effect: Four;
  readonly exponentsPerMin: Four;
}

/** Below this distance, relative to the largest, the differences in the denominators are rounding. */
const COINCIDENT = 1e-6;

/**
 * The three decay constants, largest first: roots of the characteristic cubic, which are real and not negative.
 *
 * A model of fewer compartments has zeros for the missing ones.
 */
export function decayConstantsPerMin(constants: Omit<RateConstants, 'v1L' | 'ke0PerMin'>): Three {
  const { k10PerMin: k10, k12PerMin: k12, k13PerMin: k13, k21PerMin: k21, k31PerMin: k31 } = constants;
  const sum = k10 + k12 + k13 + k21 + k31;
  const pairs = k10 * k21 + k10 * k31 + k21 * k31 + k13 * k21 + k12 * k31;
  const triple = k10 * k21 * k31;
  const spread = Math.max(0, sum * sum - 3 * pairs);
  if (spread === 0) return [sum / 3, sum / 3, sum / 3];
  const cosine = (2 * sum ** 3 - 9 * sum * pairs + 27 * triple) / (2 * spread ** 1.5);
  const angle = Math.acos(Math.min(1, Math.max(-1, cosine))) / 3;
  const root = (turn: number): number =>
    Math.max(0, (sum + 2 * Math.sqrt(spread) * Math.cos(angle + (turn * 2 * Math.PI) / 3)) / 3);
  return [root(0), root(2), root(1)];
}

/** @throws {ParametersError} where two exponents coincide; use the matrix exponential there. */
export function exponentialForm(constants: RateConstants): ExponentialForm {
  demandConstants(constants);
  const { v1L, k21PerMin, k31PerMin, ke0PerMin } = constants;
  const lambdas = decayConstantsPerMin(constants);
  const [a, b, c] = lambdas;
  const gaps = [a - b, b - c, a - ke0PerMin, b - ke0PerMin, c - ke0PerMin];
  if (gaps.some((gap) => Math.abs(gap) < COINCIDENT * a)) {
    throw new ParametersError('two exponents of the model coincide');
  }
  const coefficient = (own: number, first: number, second: number): number =>
    ((k21PerMin - own) * (k31PerMin - own)) / ((first - own) * (second - own) * v1L);
  const plasma: Three = [coefficient(a, b, c), coefficient(b, a, c), coefficient(c, a, b)];
  const atEffect = (index: 0 | 1 | 2): number => (plasma[index] * ke0PerMin) / (ke0PerMin - lambdas[index]);
  const effect: Three = [atEffect(0), atEffect(1), atEffect(2)];
  return {
    lambdasPerMin: lambdas,
    plasma,
    effect: [...effect, -(effect[0] + effect[1] + effect[2])],
    exponentsPerMin: [a, b, c, ke0PerMin],
  };
}

/** Concentrations a time after a bolus of 1 amount into an empty body. */
export function afterUnitBolus(
  form: ExponentialForm,
  minutes: number,
): { readonly plasma: number; readonly effect: number } {
  const [a, b, c, e] = form.exponentsPerMin;
  const decay: Four = [
    Math.exp(-a * minutes),
    Math.exp(-b * minutes),
    Math.exp(-c * minutes),
    Math.exp(-e * minutes),
  ];
  return {
    plasma: form.plasma.reduce((sum, value, index) => sum + value * (decay[index] ?? 0), 0),
    effect: form.effect.reduce((sum, value, index) => sum + value * (decay[index] ?? 0), 0),
  };
}

/** When the effect-site concentration is highest after a bolus, and how high it is for 1 amount. */
export function peakEffect(constants: RateConstants): {
  readonly minutes: number;
  readonly concentration: number;
} {
  const form = exponentialForm(constants);
  // At the peak plasma and effect site are equal; before it plasma is above.
  const rising = (minutes: number): boolean => {
    const { plasma, effect } = afterUnitBolus(form, minutes);
    return plasma > effect;
  };
  let late = 1;
  while (rising(late) && late < 1e6) late *= 2;
  const minutes = bisected(rising, 0, late);
  return { minutes, concentration: afterUnitBolus(form, minutes).effect };
}

/**
 * The ke0 for which the effect of a bolus peaks at a time. It belongs to that one set of constants and to nothing else:
 * a published ke0 and one of a time to peak are never mixed.
 */
export function ke0OfPeakTimePerMin(
  constants: Omit<RateConstants, 'ke0PerMin'>,
  peakMinutes: number,
): number {
  const slower = (ke0PerMin: number): boolean =>
    peakEffect({ ...constants, ke0PerMin }).minutes > peakMinutes;
  return bisected(slower, 1e-4, 100);
}

/** The place between where a condition holds (`from`) and where it does not (`to`), to the rounding of doubles. */
function bisected(holds: (value: number) => boolean, from: number, to: number): number {
  let low = from;
  let high = to;
  for (let count = 0; count < 100; count++) {
    const middle = (low + high) / 2;
    if (holds(middle)) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
