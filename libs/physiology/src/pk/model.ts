import { demandConstants, type RateConstants } from './compartments.js';
import { demandPerson, type Person } from './person.js';

/** Ages and weights for which a public implementation accepts a model. An absent end has no limit there. */
export interface ModelRange {
  readonly minAgeYears?: number;
  readonly maxAgeYears?: number;
  readonly minWeightKg?: number;
  readonly maxWeightKg?: number;
}

/** A published set of parameters for one drug. */
export interface PkModel {
  readonly name: string;
  readonly drug: string;
  /** Amount of drug in rates (per minute) and boluses. */
  readonly amountUnit: 'mg' | 'microgram';
  /** What the concentrations of {@link PkState} then are. */
  readonly concentrationUnit: 'microgram/ml' | 'ng/ml';
  /** Where the numbers come from, and what about them is not verified. */
  readonly source: string;
  /** As opentiva a181499 has it, not checked against the papers; `undefined` where it names none. */
  readonly range: ModelRange | undefined;
  readonly constantsOf: (person: Person) => RateConstants;
}

/**
 * The constants of a model for a person, also outside of its range: ask {@link isWithinRange} and show the answer.
 *
 * @throws {CovariateError} for a person who cannot be, {ParametersError} where the model's formulas break down.
 */
export function constantsFor(model: PkModel, person: Person): RateConstants {
  demandPerson(person);
  const constants = model.constantsOf(person);
  demandConstants(constants);
  return constants;
}

/** Whether a person lies within the ages and weights that the model is accepted for. */
export function isWithinRange(model: PkModel, person: Person): boolean {
  const {
    minAgeYears = 0,
    maxAgeYears = Infinity,
    minWeightKg = 0,
    maxWeightKg = Infinity,
  } = model.range ?? {};
  return (
    person.ageYears >= minAgeYears &&
    person.ageYears <= maxAgeYears &&
    person.weightKg >= minWeightKg &&
    person.weightKg <= maxWeightKg
  );
}
