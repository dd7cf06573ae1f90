export {
  LONGEST_SILENCE_MS,
  NOTHING_GIVEN,
  STEP_SECONDS,
  courseAfter,
  nextStep,
  predicted,
  type Course,
  type Delivered,
  type TargetPlan,
  type TargetStep,
} from './control.js';
export { TARGET_MODELS, type TargetModelName } from './models.js';
