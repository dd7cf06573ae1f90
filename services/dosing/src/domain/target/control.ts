import { pk, tci } from '@bcmed/physiology';
import { TARGET_MODELS, type TargetModelName } from './models.js';

/** What a target is reckoned with. Amounts are those of the model: mg for propofol, microgram for remifentanil. */
export interface TargetPlan {
  readonly model: TargetModelName;
  readonly site: 'plasma' | 'effect-site';
  /** In the model's unit of concentration: microgram/ml for propofol, ng/ml for remifentanil. */
  readonly target: number;
  readonly person: pk.Person;
  /** Amount in one millilitre of the syringe. */
  readonly amountPerMl: number;
  /** No step goes above it; people signed it. */
  readonly highestRateMlPerHour: number;
  /** Smallest step of the pump's rate. */
  readonly pumpStepMlPerHour: number;
}

/** What the patient is reckoned to have at a moment, from what the pump says that it gave. */
export interface Course {
  readonly state: pk.PkState;
  readonly atMs: number;
  /** The pump's own volume at that moment; undefined before it said one. */
  readonly volumeInfusedMl?: number;
}

/** A word of the pump about what it gave. */
export interface Delivered {
  readonly atMs: number;
  readonly volumeInfusedMl: number;
}

/** What went into a patient between two moments, millilitres of the syringe. */
export interface Given {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly ml: number;
}

export interface TargetStep {
  /** For the coming interval; a whole multiple of the pump's step, rounded down. */
  readonly rateMlPerHour: number;
  /**
   * What the pump is to run when no further step comes: clearance times target, with which plasma comes to the target in the end
   * and never passes it; never above this step's rate. A loading rate that nobody ends would otherwise go on.
   */
  readonly holdRateMlPerHour: number;
  readonly predictedPlasma: number;
  readonly predictedEffect: number;
}

/** How long a rate is kept, as in all sources of the method. */
export const STEP_SECONDS = 10;
/** A clock that jumps, or a pump that was silent for so long, is no basis: the course is unknown. */
export const LONGEST_SILENCE_MS = 120_000;

export const NOTHING_GIVEN = (atMs: number): Course => ({ state: pk.EMPTY, atMs });

/** So far back a patient's course is reckoned when a target begins. */
export const HISTORY_MS = 24 * 3_600_000;
/** A shorter time is none: what went in then went in at once. */
const LEAST_MINUTES = 1 / 60;

/**
 * The course of a patient who got the drug before anybody steered, by this pump or another, oldest first: what went in is spread evenly over
 * each time. Demands that nothing of one time lies in the next.
 */
export function courseOf(plan: TargetPlan, given: readonly Given[], atMs: number): Course {
  const constants = constantsOf(plan);
  let { state } = NOTHING_GIVEN(atMs);
  let reachedMs = given[0]?.fromMs ?? atMs;
  for (const { fromMs, untilMs, ml } of given) {
    const waits = (fromMs - reachedMs) / 60_000;
    if (waits > 0) state = pk.infuse(constants, state, waits, 0);
    reachedMs = Math.max(reachedMs, Math.min(untilMs, atMs));
    const minutes = Math.max(LEAST_MINUTES, (reachedMs - fromMs) / 60_000);
    state = pk.infuse(constants, state, minutes, (ml * plan.amountPerMl) / minutes);
  }
  const rests = (atMs - reachedMs) / 60_000;
  return { state: rests > 0 ? pk.infuse(constants, state, rests, 0) : state, atMs };
}

/**
 * The course after a word of the pump: what it gave since the last one, spread evenly over the time between.
 *
 * Reckons with what was delivered and never with what was ordered, so an occlusion or a stop by hand shows. A volume that became
 * smaller was cleared at the pump: what was given in between is then the new volume. Words that are older change nothing.
 */
export function courseAfter(plan: TargetPlan, before: Course, { atMs, volumeInfusedMl }: Delivered): Course {
  if (atMs <= before.atMs) return before;
  const known = before.volumeInfusedMl ?? volumeInfusedMl;
  const givenMl = volumeInfusedMl >= known ? volumeInfusedMl - known : volumeInfusedMl;
  const minutes = (atMs - before.atMs) / 60_000;
  const constants = constantsOf(plan);
  const state = pk.infuse(constants, before.state, minutes, (givenMl * plan.amountPerMl) / minutes);
  return { state, atMs, volumeInfusedMl };
}

/** The rate for the coming interval. Demands a course of this moment. */
export function nextStep(plan: TargetPlan, { state }: Course): TargetStep {
  const constants = constantsOf(plan);
  const perMin = (mlPerHour: number): number => (mlPerHour * plan.amountPerMl) / 60;
  const maxRatePerMin = perMin(plan.highestRateMlPerHour);
  const interval = pk.discretise(constants, STEP_SECONDS / 60);
  const wanted =
    plan.site === 'plasma'
      ? tci.plasmaTargetRatePerMin(interval, state, plan.target, maxRatePerMin)
      : tci.effectTargetRatePerMin(
          tci.effectController(constants, { intervalSeconds: STEP_SECONDS, maxRatePerMin }),
          state,
          plan.target,
        );
  const rateMlPerHour = settable(plan, wanted);
  const after = pk.advancePk(interval, state, perMin(rateMlPerHour));
  return {
    rateMlPerHour,
    holdRateMlPerHour: Math.min(
      rateMlPerHour,
      settable(plan, plan.target * constants.k10PerMin * constants.v1L),
    ),
    predictedPlasma: after.plasma,
    predictedEffect: after.effect,
  };
}

/** What a plan would do from here, step by step, if the pump did as told: what people see before they sign. */
export function predicted(
  plan: TargetPlan,
  from: Course,
  minutes: number,
): readonly (TargetStep & { readonly atMs: number })[] {
  const interval = pk.discretise(constantsOf(plan), STEP_SECONDS / 60);
  const steps: (TargetStep & { readonly atMs: number })[] = [];
  let course = from;
  for (let count = 0; count < (minutes * 60) / STEP_SECONDS; count++) {
    const step = nextStep(plan, course);
    steps.push({ ...step, atMs: course.atMs });
    const state = pk.advancePk(interval, course.state, (step.rateMlPerHour * plan.amountPerMl) / 60);
    course = { state, atMs: course.atMs + STEP_SECONDS * 1_000 };
  }
  return steps;
}

function constantsOf({ model, person }: TargetPlan): pk.RateConstants {
  return pk.constantsFor(TARGET_MODELS[model], person);
}

/** Down to what the pump can run, so that a step never gives more than was reckoned. */
function settable(
  { amountPerMl, pumpStepMlPerHour, highestRateMlPerHour }: TargetPlan,
  perMin: number,
): number {
  const mlPerHour = Math.min((perMin * 60) / amountPerMl, highestRateMlPerHour);
  const steps = Math.floor(mlPerHour / pumpStepMlPerHour + 1e-9);
  return Number((steps * pumpStepMlPerHour).toFixed(4));
}
