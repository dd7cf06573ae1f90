import type { PumpOrder } from '@bcmed/events';
import {
  LONGEST_SILENCE_MS,
  STEP_SECONDS,
  courseAfter,
  nextStep,
  type Course,
  type Delivered,
  type TargetPlan,
  type TargetStep,
} from './control.js';

/** A pump that is steered to a concentration, from what the stream says; JSON, so that it can be kept. */
export interface TargetRun {
  readonly commandId: string;
  readonly orderId: string;
  readonly infusionId: string;
  readonly order: PumpOrder;
  readonly plan: TargetPlan;
  readonly untilMs: number;
  readonly course: Course;
  /** What the pump gave since the target was set. */
  readonly givenMl: number;
  /** Number of the last step that was said; 0 for none. */
  readonly lastStep: number;
  readonly lastStepMs: number;
  readonly rateMlPerHour: number;
  /** Nothing is authorised any more; one last step says so. */
  readonly isWithdrawn: boolean;
  readonly isEnded: boolean;
}

/** What a step says, apart from who says it. */
export interface SaidStep extends TargetStep {
  readonly step: number;
  readonly plasma: number;
  readonly effect: number;
  readonly volumeGivenMl: number;
  readonly isLast?: true;
}

/** What is known of the pump when a step is decided. */
export interface Now {
  readonly nowMs: number;
  /** 0 for a pump that is held. */
  readonly runsAtMlPerHour: number;
}

/** Older words of a pump than this are no basis for a step: then none is said, and the adapter holds. */
export const OLDEST_BASIS_MS = 15_000;
const STEP_MS = STEP_SECONDS * 1_000;

/** The run after a word of the pump about what it gave. */
export function runAfter(run: TargetRun, delivered: Delivered): TargetRun {
  const before = run.course.volumeInfusedMl;
  const course = courseAfter(run.plan, run.course, delivered);
  if (course === run.course) return run;
  const now = delivered.volumeInfusedMl;
  // A volume that fell was cleared; what it shows then went in since.
  const gained = before === undefined ? 0 : now >= before ? now - before : now;
  return { ...run, course, givenMl: run.givenMl + gained };
}

/** The course that a new target begins with: that of the one before, where it is of the same patient, model and syringe. */
export function courseFrom(
  before: TargetRun | undefined,
  { patient }: PumpOrder,
  plan: TargetPlan,
): Course | undefined {
  if (before === undefined || before.order.patient !== patient) return undefined;
  const same =
    before.plan.model === plan.model && JSON.stringify(before.plan.person) === JSON.stringify(plan.person);
  return same && before.plan.amountPerMl === plan.amountPerMl ? before.course : undefined;
}

/**
 * The step that is due now, or why none is. What the pump gave since its last word is reckoned with the rate that it shows.
 * The pump cannot run at nothing: where nothing is wanted it gets its smallest step, which the course counts.
 */
export function dueStep(
  run: TargetRun,
  now: Now,
): SaidStep | 'not-yet' | 'ended' | 'no-basis' | 'cap-reached' {
  const { nowMs } = now;
  if (run.isEnded || nowMs >= run.untilMs) return 'ended';
  if (run.isWithdrawn) return lastStep(run, now);
  if (nowMs - run.lastStepMs < STEP_MS) return 'not-yet';
  if (Math.abs(nowMs - run.course.atMs) > OLDEST_BASIS_MS) return 'no-basis';
  const { volumeMl = 0 } = run.order;
  if (run.givenMl >= volumeMl) return 'cap-reached';
  const course = courseNow(run, now);
  return said(run, course, nextStep(run.plan, course));
}

/** The course at this moment, with what the pump will have given since its last word. */
export function courseNow({ plan, course }: TargetRun, { nowMs, runsAtMlPerHour }: Now): Course {
  const sinceMs = nowMs - course.atMs;
  if (sinceMs <= 0 || sinceMs > LONGEST_SILENCE_MS) return course;
  const before = course.volumeInfusedMl ?? 0;
  const volumeInfusedMl = before + (runsAtMlPerHour * sinceMs) / 3_600_000;
  return courseAfter(plan, { ...course, volumeInfusedMl: before }, { atMs: nowMs, volumeInfusedMl });
}

/** Needs no basis: what the pump is left with never rests on where the course is, and is never faster than before. */
function lastStep(run: TargetRun, now: Now): SaidStep {
  const course = courseNow(run, now);
  const next = nextStep(run.plan, course);
  const before = run.lastStep === 0 ? next.holdRateMlPerHour : run.rateMlPerHour;
  const rateMlPerHour = Math.min(next.holdRateMlPerHour, before);
  return { ...said(run, course, { ...next, rateMlPerHour, holdRateMlPerHour: rateMlPerHour }), isLast: true };
}

function said({ plan, lastStep: step, givenMl }: TargetRun, { state }: Course, next: TargetStep): SaidStep {
  const { pumpStepMlPerHour, highestRateMlPerHour } = plan;
  const atLeast = (rate: number): number => Math.min(highestRateMlPerHour, Math.max(rate, pumpStepMlPerHour));
  return {
    step: step + 1,
    rateMlPerHour: atLeast(next.rateMlPerHour),
    holdRateMlPerHour: atLeast(next.holdRateMlPerHour),
    plasma: rounded(state.plasma),
    effect: rounded(state.effect),
    predictedPlasma: rounded(next.predictedPlasma),
    predictedEffect: rounded(next.predictedEffect),
    volumeGivenMl: Math.round(givenMl * 1_000) / 1_000,
  };
}

const rounded = (value: number): number => Math.round(value * 10_000) / 10_000;
