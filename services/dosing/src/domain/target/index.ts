export {
  HISTORY_MS,
  LONGEST_SILENCE_MS,
  NOTHING_GIVEN,
  STEP_SECONDS,
  courseAfter,
  courseOf,
  nextStep,
  predicted,
  type Course,
  type Delivered,
  type Given,
  type TargetPlan,
  type TargetStep,
} from './control.js';
export { LONGEST_TARGET_MS, targetOf, type TargetRead, type TargetTerms } from './order.js';
export {
  OLDEST_BASIS_MS,
  courseFrom,
  courseNow,
  dueStep,
  runAfter,
  type SaidStep,
  type TargetRun,
} from './run.js';
export { TARGET_MODELS, type TargetModelName } from './models.js';
