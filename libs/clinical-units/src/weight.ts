import { writeDecimal } from './decimal.js';
import { WeightMissingError, WeightRangeError, WeightUnusedError } from './errors.js';
import { exactly, type Exact } from './quantities.js';
import { compare, fraction, type Rational } from './rational.js';

/**
 * The lightest weight that is taken to be a patient's. Our choice: below any newborn that is treated, and high enough
 * that grams typed as kilograms and an untouched 0 are caught.
 */
export const MIN_WEIGHT_KG = fraction(1n, 5n);

/**
 * The heaviest. Our choice: above what bariatric beds and the studies behind dosing rules cover, and low enough that a
 * weight in grams (3500) or a slipped digit (800) is caught. A heavier patient is dosed by a person, not per kilogram.
 */
export const MAX_WEIGHT_KG = fraction(400n, 1n);

/**
 * The weight that a dose is multiplied with: exactly when the dose is per kilogram.
 *
 * @throws {WeightMissingError}, {WeightUnusedError} or {WeightRangeError}.
 */
export function weightFor(unit: string, perKg: boolean, weightKg: Exact | undefined): Rational {
  if (!perKg) {
    if (weightKg !== undefined) throw new WeightUnusedError(`a dose in ${unit} does not depend on a weight`);
    return fraction(1n, 1n);
  }
  if (weightKg === undefined) throw new WeightMissingError(`a dose in ${unit} needs the patient's weight`);
  const weight = exactly(weightKg);
  if (compare(weight, MIN_WEIGHT_KG) < 0 || compare(weight, MAX_WEIGHT_KG) > 0) {
    const shown = writeDecimal(weight, 3, 'half-even').text;
    throw new WeightRangeError(`${shown} kg is no patient's weight; between 0.2 and 400 kg is`);
  }
  return weight;
}
