import { demandNotNegative } from '../errors.js';
import type { PkState, PkStep } from '../pk/compartments.js';

/**
 * The rate that brings plasma to a target at the end of one control interval, or as near as 0 and the maximum allow.
 *
 * The model is linear: the concentration is what remains plus what a unit of rate adds, times the rate. Keep the rate
 * for the whole of `step.minutes`, then ask again. Source: Jacobs 1990, reference section 2.3.
 *
 * @throws {InfusionError} for a negative target or maximum.
 */
export function plasmaTargetRatePerMin(
  step: PkStep,
  state: PkState,
  target: number,
  maxRatePerMin: number,
): number {
  demandNotNegative(target, 'a target');
  demandNotNegative(maxRatePerMin, 'a highest rate');
  const [[p, f, s]] = step.transition;
  const remaining = p * state.plasma + f * state.fast + s * state.slow;
  return clamped((target - remaining) / step.input[0], maxRatePerMin);
}

export function clamped(rate: number, max: number): number {
  return Math.min(max, Math.max(0, rate));
}
