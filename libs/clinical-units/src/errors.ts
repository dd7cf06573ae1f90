/** Every code of this library; `docs/errors.md` explains each. */
export type ClinicalUnitsErrorCode =
  | 'BCM-UNITS-CONCENTRATION-ZERO'
  | 'BCM-UNITS-DIMENSION'
  | 'BCM-UNITS-NEGATIVE'
  | 'BCM-UNITS-NUMBER'
  | 'BCM-UNITS-STEP-ZERO'
  | 'BCM-UNITS-UNKNOWN-UNIT'
  | 'BCM-UNITS-WEIGHT-MISSING'
  | 'BCM-UNITS-WEIGHT-RANGE'
  | 'BCM-UNITS-WEIGHT-UNUSED';

/**
 * Root of the closed tree of exceptions: a quantity that was offered cannot be reckoned with.
 *
 * Nothing is guessed or repaired. Whoever shows the message to a clinician may show it as it is: it names the quantity
 * and carries nothing about a patient but the weight that was typed.
 */
export abstract class ClinicalUnitsError extends Error {
  abstract readonly code: ClinicalUnitsErrorCode;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A number is not finite, or a text is not plain decimal digits with at most one point between digits. */
export class NotDecimalError extends ClinicalUnitsError {
  readonly code = 'BCM-UNITS-NUMBER';
}

/** A dose, rate, volume, amount or concentration is below zero. */
export class NegativeQuantityError extends ClinicalUnitsError {
  readonly code = 'BCM-UNITS-NEGATIVE';
}

/** A unit is not one of the closed set, or does not have the shape that the place demands. */
export class UnknownUnitError extends ClinicalUnitsError {
  readonly code = 'BCM-UNITS-UNKNOWN-UNIT';
}

/** Two quantities measure different things: mass, units of activity and amount of substance never mix. */
export class DimensionError extends ClinicalUnitsError {
  readonly code = 'BCM-UNITS-DIMENSION';
}

/** A concentration, or the volume or amount that it was made of, is zero; no rate carries a dose then. */
export class ZeroConcentrationError extends ClinicalUnitsError {
  readonly code = 'BCM-UNITS-CONCENTRATION-ZERO';
}

/** A dose per kilogram came without the patient's weight. */
export class WeightMissingError extends ClinicalUnitsError {
  readonly code = 'BCM-UNITS-WEIGHT-MISSING';
}

/** A weight came with a dose that is not per kilogram; somebody means another dose than the one that is written. */
export class WeightUnusedError extends ClinicalUnitsError {
  readonly code = 'BCM-UNITS-WEIGHT-UNUSED';
}

/** A weight lies outside of what is taken to be a patient. */
export class WeightRangeError extends ClinicalUnitsError {
  readonly code = 'BCM-UNITS-WEIGHT-RANGE';
}

/** The smallest step of a pump's rate is zero. */
export class ZeroStepError extends ClinicalUnitsError {
  readonly code = 'BCM-UNITS-STEP-ZERO';
}
