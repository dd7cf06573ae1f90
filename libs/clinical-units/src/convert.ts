import { DimensionError, ZeroStepError } from './errors.js';
import {
  bolusIn,
  doseIn,
  notNegative,
  type Bolus,
  type Concentration,
  type Dose,
  type Exact,
} from './quantities.js';
import {
  divide,
  fraction,
  multiply,
  roundToInteger,
  subtract,
  ZERO,
  type Rational,
  type Rounding,
} from './rational.js';
import {
  bolusParts,
  concentrationParts,
  doseParts,
  type BolusUnit,
  type DoseUnit,
  type UnitParts,
} from './units.js';
import { weightFor } from './weight.js';

/** Millilitres (per hour, for a dose per time) that carry one of the unit. */
function millilitresOfOne(
  unit: string,
  parts: UnitParts,
  concentration: Concentration,
  weightKg: Exact | undefined,
): Rational {
  const inSyringe = concentrationParts(concentration.unit);
  if (inSyringe.dimension !== parts.dimension) {
    throw new DimensionError(
      `a dose in ${unit} (${parts.dimension}) cannot come from ${concentration.unit} (${inSyringe.dimension})`,
    );
  }
  const weight = weightFor(unit, parts.perKg, weightKg);
  const inConcentration = multiply(concentration.value, fraction(inSyringe.factor, parts.factor));
  return divide(multiply(weight, parts.perHour), inConcentration);
}

/**
 * The rate that gives a dose, exactly: dose × weight × time ÷ concentration. Round it with {@link roundedToPump}.
 *
 * @throws {DimensionError} when drug and dose measure different things, and the errors of the weight.
 */
export function rateMlPerHourOf(dose: Dose, concentration: Concentration, weightKg?: Exact): Rational {
  return multiply(dose.value, millilitresOfOne(dose.unit, doseParts(dose.unit), concentration, weightKg));
}

/** The dose that a rate gives, exactly; the inverse of {@link rateMlPerHourOf} for the same unit and weight. */
export function doseOf(
  rateMlPerHour: Exact,
  concentration: Concentration,
  unit: DoseUnit,
  weightKg?: Exact,
): Dose {
  const one = millilitresOfOne(unit, doseParts(unit), concentration, weightKg);
  return doseIn(divide(notNegative(rateMlPerHour, 'the rate'), one), unit);
}

/** The volume that holds a dose given at once, exactly. */
export function volumeMlOf(bolus: Bolus, concentration: Concentration, weightKg?: Exact): Rational {
  return multiply(bolus.value, millilitresOfOne(bolus.unit, bolusParts(bolus.unit), concentration, weightKg));
}

/** The dose that a volume holds, exactly; the inverse of {@link volumeMlOf}. */
export function bolusOf(
  volumeMl: Exact,
  concentration: Concentration,
  unit: BolusUnit,
  weightKg?: Exact,
): Bolus {
  const one = millilitresOfOne(unit, bolusParts(unit), concentration, weightKg);
  return bolusIn(divide(notNegative(volumeMl, 'the volume'), one), unit);
}

/** A rate that a pump can be set to. */
export interface PumpRate {
  /** A whole multiple of the step. */
  readonly rateMlPerHour: Rational;
  /**
   * (set − wanted) ÷ wanted, and 0 for a wanted rate of 0. It is −1 when the pump cannot go as slow as wanted: whoever
   * sets the pump must look at it, for the patient would get nothing.
   */
  readonly relativeDeviation: Rational;
}

/**
 * The nearest rate that a pump with this step can run, and by how much it misses.
 *
 * Promises at most half a step of difference, or less than one step and never more drug than wanted with `down`. Pumps
 * have several ranges of rates with a step each; the caller chooses the step.
 */
export function roundedToPump(
  rateMlPerHour: Exact,
  stepMlPerHour: Exact,
  rounding: Rounding = 'half-up',
): PumpRate {
  const wanted = notNegative(rateMlPerHour, 'the rate');
  const step = notNegative(stepMlPerHour, "the pump's step");
  if (step.numerator === 0n) throw new ZeroStepError("the pump's step is 0 ml/h");
  const steps = roundToInteger(divide(wanted, step), rounding);
  const set = multiply(fraction(steps, 1n), step);
  const relativeDeviation = wanted.numerator === 0n ? ZERO : divide(subtract(set, wanted), wanted);
  return { rateMlPerHour: set, relativeDeviation };
}
