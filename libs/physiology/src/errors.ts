/** Every code of this library; `docs/errors.md` explains each. */
export type PhysiologyErrorCode =
  | 'BCM-PHYSIOLOGY-COVARIATE'
  | 'BCM-PHYSIOLOGY-INFUSION'
  | 'BCM-PHYSIOLOGY-PARAMETERS'
  | 'BCM-PHYSIOLOGY-SERIES'
  | 'BCM-PHYSIOLOGY-STEP';

/** Root of the closed tree of exceptions: something that no model can be fed with. */
export abstract class PhysiologyError extends Error {
  abstract readonly code: PhysiologyErrorCode;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A person's age, weight or height is not a number above zero. */
export class CovariateError extends PhysiologyError {
  readonly code = 'BCM-PHYSIOLOGY-COVARIATE';
}

/** A rate, dose, target or limit is negative or not finite. */
export class InfusionError extends PhysiologyError {
  readonly code = 'BCM-PHYSIOLOGY-INFUSION';
}

/** A model has no meaning for these values: a volume or rate constant that is not positive, a gain matrix without inverse. */
export class ParametersError extends PhysiologyError {
  readonly code = 'BCM-PHYSIOLOGY-PARAMETERS';
}

/** A series of measurements is too short, out of order or has a target of zero. */
export class SeriesError extends PhysiologyError {
  readonly code = 'BCM-PHYSIOLOGY-SERIES';
}

/** A stretch of time is negative or not finite. */
export class StepError extends PhysiologyError {
  readonly code = 'BCM-PHYSIOLOGY-STEP';
}

/** @throws {InfusionError} unless the value is finite and at least 0; `what` names it. */
export function demandNotNegative(value: number, what: string): void {
  if (!Number.isFinite(value) || value < 0) {
    throw new InfusionError(`${what} must be 0 or more, this is ${String(value)}`);
  }
}

/** @throws {StepError} unless the stretch of time is finite and at least 0. */
export function demandDuration(value: number, unit: string): void {
  if (!Number.isFinite(value) || value < 0) {
    throw new StepError(`time runs forward by 0 ${unit} or more, not by ${String(value)}`);
  }
}
