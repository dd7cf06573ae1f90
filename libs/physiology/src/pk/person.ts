import { CovariateError } from '../errors.js';

/** What the pharmacokinetic models ask about a person. */
export interface Person {
  readonly ageYears: number;
  readonly weightKg: number;
  readonly heightCm: number;
  readonly sex: 'female' | 'male';
}

/** @throws {CovariateError} unless age, weight and height are numbers above zero. */
export function demandPerson(person: Person): void {
  for (const name of ['ageYears', 'weightKg', 'heightCm'] as const) {
    if (!Number.isFinite(person[name]) || person[name] <= 0) {
      throw new CovariateError(`${name} must be above 0, this is ${String(person[name])}`);
    }
  }
}

export function bodyMassIndex({ weightKg, heightCm }: Person): number {
  return weightKg / (heightCm / 100) ** 2;
}

/**
 * Lean body mass after James 1976; it falls again for very obese people, which makes models that use it fail there.
 *
 * Source: reference section 2.1 (stanpumpR R/lbmJames.R, PAS).
 */
export function jamesLeanBodyMassKg({ weightKg, heightCm, sex }: Person): number {
  const ratio = (weightKg / heightCm) ** 2;
  return sex === 'male' ? 1.1 * weightKg - 128 * ratio : 1.07 * weightKg - 148 * ratio;
}

/** Fat-free mass after Al-Sallami 2015, for all ages. Source: reference section 2.1 (PAS pk_models.py). */
export function fatFreeMassKg(person: Person): number {
  const { ageYears, weightKg, sex } = person;
  const bmi = bodyMassIndex(person);
  return sex === 'male'
    ? (0.88 + 0.12 / (1 + (ageYears / 13.4) ** -12.7)) * ((9270 * weightKg) / (6680 + 216 * bmi))
    : (1.11 - 0.11 / (1 + (ageYears / 7.1) ** -1.1)) * ((9270 * weightKg) / (8780 + 244 * bmi));
}

/** The man to whom the Eleveld models refer. */
export const REFERENCE_MAN: Person = { ageYears: 35, weightKg: 70, heightCm: 170, sex: 'male' };
