import { demandDuration, demandNotNegative, InfusionError, StepError } from '../errors.js';
import {
  advancePk,
  discretise,
  EMPTY,
  type PkState,
  type PkStep,
  type RateConstants,
} from '../pk/compartments.js';
import { clamped, plasmaTargetRatePerMin } from './plasma.js';

export interface EffectControllerOptions {
  /** How long a rate is kept; 10 s in all three sources. */
  readonly intervalSeconds?: number;
  /** Highest rate, in the drug's amount per minute: what the pump can do at this concentration of the syringe. */
  readonly maxRatePerMin: number;
  /** How near the effect site must be to the target, relative, before plasma is steered instead. */
  readonly effectTolerance?: number;
  /** How near plasma must be for that. */
  readonly plasmaTolerance?: number;
}

const DEFAULTS = { intervalSeconds: 10, effectTolerance: 0.05, plasmaTolerance: 0.2 } as const;

/** The guess settles in a few rounds; more rounds mean that it goes to and fro between two neighbours. */
const MAX_ROUNDS = 100;

/** Longest time to peak that is looked for; beyond it a model has no use for effect-site targets. */
const MAX_PEAK_SECONDS = 7_200;

/** What is worked out once for a model, an interval and a pump. Plain data; it has no state of its own. */
export interface EffectController {
  readonly options: Required<EffectControllerOptions>;
  readonly second: PkStep;
  readonly interval: PkStep;
  /** Effect-site concentration at each second from a rate of 1 that lasts one interval, up to its peak. */
  readonly unitResponse: readonly number[];
}

/**
 * Prepares effect-site targeting.
 *
 * @throws {StepError} unless the interval is a whole number of seconds, at least 1.
 * @throws {InfusionError} for a negative highest rate or a model without effect site.
 */
export function effectController(
  constants: RateConstants,
  chosen: EffectControllerOptions,
): EffectController {
  const options = { ...DEFAULTS, ...chosen };
  demandDuration(options.intervalSeconds, 's');
  if (!Number.isInteger(options.intervalSeconds) || options.intervalSeconds < 1) {
    throw new StepError(`a control interval is whole seconds, not ${String(options.intervalSeconds)}`);
  }
  demandNotNegative(options.maxRatePerMin, 'a highest rate');
  if (constants.ke0PerMin <= 0)
    throw new InfusionError('a model without effect site has no effect-site target');
  const second = discretise(constants, 1 / 60);
  const interval = discretise(constants, options.intervalSeconds / 60);
  return { options, second, interval, unitResponse: responseToPeak(second, options.intervalSeconds) };
}

function responseToPeak(second: PkStep, intervalSeconds: number): number[] {
  const response: number[] = [];
  let state = EMPTY;
  for (let time = 1; time <= MAX_PEAK_SECONDS; time++) {
    state = advancePk(second, state, time <= intervalSeconds ? 1 : 0);
    if (time > intervalSeconds && state.effect < (response.at(-1) ?? 0)) break;
    response.push(state.effect);
  }
  return response;
}

/**
 * The rate for the coming interval that brings the effect site to a target as fast as it can without passing it.
 *
 * Plasma overshoots on the way, as far as the highest rate lets it. Near the target plasma is steered instead, which
 * holds it without ripple. A target below the present course gives 0. Keep the rate for the interval, then ask again.
 *
 * Source: Shafer and Gregg 1992, and the switch of `tci` and PAS; reference section 2.3.
 */
export function effectTargetRatePerMin(controller: EffectController, state: PkState, target: number): number {
  demandNotNegative(target, 'a target');
  const { options, interval } = controller;
  if (target === 0) return 0;
  const effectNear = Math.abs(state.effect - target) <= options.effectTolerance * target;
  const plasmaNear = Math.abs(state.plasma - target) <= options.plasmaTolerance * target;
  if (effectNear && plasmaNear) {
    return plasmaTargetRatePerMin(interval, state, target, options.maxRatePerMin);
  }
  return clamped(rateToPeakAt(controller, state, target), options.maxRatePerMin);
}

function rateToPeakAt({ second, unitResponse }: EffectController, start: PkState, target: number): number {
  const course: number[] = [];
  let state = start;
  while (course.length < unitResponse.length) {
    state = advancePk(second, state, 0);
    course.push(state.effect);
  }
  if (Math.max(start.effect, ...course) >= target) return 0;

  let peak = unitResponse.length - 1;
  let rate = 0;
  for (let round = 0; round < MAX_ROUNDS; round++) {
    rate = (target - (course[peak] ?? 0)) / (unitResponse[peak] ?? 1);
    const next = highest(course, unitResponse, rate);
    if (next === peak) break;
    peak = next;
  }
  return rate;
}

/** Where the course with a rate for one interval is highest. */
function highest(course: readonly number[], response: readonly number[], rate: number): number {
  let best = 0;
  let bestValue = -Infinity;
  for (const [index, value] of course.entries()) {
    const sum = value + rate * (response[index] ?? 0);
    if (sum > bestValue) {
      best = index;
      bestValue = sum;
    }
  }
  return best;
}
