import { demandDuration, demandNotNegative, ParametersError } from '../errors.js';
import { at, exponential, type Matrix } from './matrix.js';

/**
 * A mammillary model of up to three compartments with an effect site, by its central volume and rate constants.
 *
 * Amounts are mg or µg as the drug's model says; concentrations are then mg/L = µg/ml or µg/L = ng/ml.
 */
export interface RateConstants {
  readonly v1L: number;
  readonly k10PerMin: number;
  readonly k12PerMin: number;
  readonly k13PerMin: number;
  readonly k21PerMin: number;
  readonly k31PerMin: number;
  /** 0 where a model has no effect site; the effect concentration then stays 0. */
  readonly ke0PerMin: number;
}

/** Concentrations in plasma, in the fast and the slow compartment, and at the effect site. */
export interface PkState {
  readonly plasma: number;
  readonly fast: number;
  readonly slow: number;
  readonly effect: number;
}

export const EMPTY: PkState = { plasma: 0, fast: 0, slow: 0, effect: 0 };

type Row = readonly [number, number, number, number];

/** One exact step of a fixed length: next = transition · state + input · rate, for a rate that is constant during it. */
export interface PkStep {
  readonly minutes: number;
  readonly transition: readonly [Row, Row, Row, Row];
  /** Concentrations at the step's end from a rate of 1 amount per minute on an empty body. */
  readonly input: Row;
}

/** Volumes and clearances as papers print them. */
export interface VolumesAndClearances {
  readonly volumesL: readonly [central: number, fast: number, slow: number];
  readonly clearancesLPerMin: readonly [elimination: number, fast: number, slow: number];
  readonly ke0PerMin: number;
}

/** Rate constants from volumes and clearances: k = Cl / V. */
export function fromClearances(parameters: VolumesAndClearances): RateConstants {
  const [v1L, v2L, v3L] = parameters.volumesL;
  const [cl1, cl2, cl3] = parameters.clearancesLPerMin;
  return {
    v1L,
    k10PerMin: cl1 / v1L,
    k12PerMin: cl2 / v1L,
    k13PerMin: cl3 / v1L,
    k21PerMin: cl2 / v2L,
    k31PerMin: cl3 / v3L,
    ke0PerMin: parameters.ke0PerMin,
  };
}

/** @throws {ParametersError} unless the volume is positive and no rate constant is negative or missing. */
export function demandConstants(constants: RateConstants): void {
  const { v1L, ...rates } = constants;
  const sound = v1L > 0 && Object.values(rates).every((rate) => Number.isFinite(rate) && rate >= 0);
  if (!sound || !Number.isFinite(v1L)) {
    throw new ParametersError(`the model has no meaning with ${JSON.stringify(constants)}`);
  }
}

/** The system's matrix with the infusion as a fifth state that does not change. */
function augmented(c: RateConstants): Matrix {
  return [
    [-(c.k10PerMin + c.k12PerMin + c.k13PerMin), c.k12PerMin, c.k13PerMin, 0, 1 / c.v1L],
    [c.k21PerMin, -c.k21PerMin, 0, 0, 0],
    [c.k31PerMin, 0, -c.k31PerMin, 0, 0],
    [c.ke0PerMin, 0, 0, -c.ke0PerMin, 0],
    [0, 0, 0, 0, 0],
  ];
}

/**
 * The exact discretisation for steps of one length; make it once and use it for every step.
 *
 * @throws {ParametersError} for constants without meaning, {StepError} for a negative length.
 */
export function discretise(constants: RateConstants, minutes: number): PkStep {
  demandConstants(constants);
  demandDuration(minutes, 'min');
  const result = exponential(augmented(constants).map((row) => row.map((value) => value * minutes)));
  const row = (index: number): Row => [
    at(result, index, 0),
    at(result, index, 1),
    at(result, index, 2),
    at(result, index, 3),
  ];
  return {
    minutes,
    transition: [row(0), row(1), row(2), row(3)],
    input: [at(result, 0, 4), at(result, 1, 4), at(result, 2, 4), at(result, 3, 4)],
  };
}

/** The state one step later. Demands a rate that is finite and not negative; {@link infuse} checks it. */
export function advancePk(step: PkStep, state: PkState, ratePerMin: number): PkState {
  const [p, f, s, e] = step.transition;
  const [bp, bf, bs, be] = step.input;
  const { plasma, fast, slow, effect } = state;
  return {
    plasma: p[0] * plasma + p[1] * fast + p[2] * slow + bp * ratePerMin,
    fast: f[0] * plasma + f[1] * fast + f[2] * slow + bf * ratePerMin,
    slow: s[0] * plasma + s[1] * fast + s[2] * slow + bs * ratePerMin,
    effect: e[0] * plasma + e[1] * fast + e[2] * slow + e[3] * effect + be * ratePerMin,
  };
}

/** The state after an infusion of any length at a constant rate. */
export function infuse(
  constants: RateConstants,
  state: PkState,
  minutes: number,
  ratePerMin: number,
): PkState {
  demandNotNegative(ratePerMin, 'an infusion');
  return advancePk(discretise(constants, minutes), state, ratePerMin);
}

/** The state right after a bolus that mixes at once with the central compartment. */
export function giveBolus(constants: RateConstants, state: PkState, amount: number): PkState {
  demandNotNegative(amount, 'a bolus');
  return { ...state, plasma: state.plasma + amount / constants.v1L };
}
