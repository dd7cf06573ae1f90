import { fromClearances, type RateConstants } from './compartments.js';
import type { PkModel } from './model.js';
import { fatFreeMassKg, jamesLeanBodyMassKg, REFERENCE_MAN, type Person } from './person.js';

const REMIFENTANIL = { drug: 'remifentanil', amountUnit: 'microgram', concentrationUnit: 'ng/ml' } as const;

export const MINTO: PkModel = {
  ...REMIFENTANIL,
  name: 'Minto',
  source: 'Minto 1997 by PAS and PyTCI',
  range: { minAgeYears: 12, minWeightKg: 30 },
  constantsOf: (person) => {
    const age = person.ageYears - 40;
    const lean = jamesLeanBodyMassKg(person) - 55;
    return fromClearances({
      volumesL: [5.1 - 0.0201 * age + 0.072 * lean, 9.82 - 0.0811 * age + 0.108 * lean, 5.42],
      clearancesLPerMin: [2.6 - 0.0162 * age + 0.0191 * lean, 2.05 - 0.0301 * age, 0.076 - 0.00113 * age],
      ke0PerMin: 0.595 - 0.007 * age,
    });
  },
};

/** Population values of Eleveld 2017 for the reference man. */
export interface EleveldRemifentanilValues {
  readonly volumesL: readonly [number, number, number];
  readonly clearancesLPerMin: readonly [number, number, number];
}

/** As the paper prints them. PAS has 8.882 for the second volume, a slip for 8.82. */
const PRINTED: EleveldRemifentanilValues = {
  volumesL: [5.81, 8.82, 5.03],
  clearancesLPerMin: [2.58, 1.72, 0.124],
};

/** The model of Eleveld 2017 on given population values; tests use it to meet implementations that round otherwise. */
export function eleveldRemifentanilWith(
  values: EleveldRemifentanilValues,
): (person: Person) => RateConstants {
  return (person) => {
    const { ageYears, weightKg, sex } = person;
    const size = fatFreeMassKg(person) / fatFreeMassKg(REFERENCE_MAN);
    const aged = (perYear: number): number => Math.exp(perYear * (ageYears - 35));
    const sigmoid = (value: number, half: number, slope: number): number =>
      value ** slope / (value ** slope + half ** slope);
    const fertile = sigmoid(ageYears, 12, 6) * (1 - sigmoid(ageYears, 45, 6));
    const ofSex = sex === 'male' ? 1 : 1 + 0.47 * fertile;
    const maturation = sigmoid(weightKg, 2.88, 2) / sigmoid(70, 2.88, 2);
    const v2Relative = size * aged(-0.00327) * ofSex;
    const v3Relative = size * aged(-0.0315) * Math.exp(-0.026 * (weightKg - 70));
    const [v1, v2, v3] = values.volumesL;
    const [cl1, cl2, cl3] = values.clearancesLPerMin;
    return fromClearances({
      volumesL: [v1 * size * aged(-0.00554), v2 * v2Relative, v3 * v3Relative],
      clearancesLPerMin: [
        cl1 * size ** 0.75 * maturation * ofSex * aged(-0.00327),
        cl2 * v2Relative ** 0.75 * aged(-0.00554) * ofSex,
        cl3 * v3Relative ** 0.75 * aged(-0.00554),
      ],
      ke0PerMin: 1.09 * aged(-0.0289),
    });
  };
}

export const ELEVELD_REMIFENTANIL: PkModel = {
  ...REMIFENTANIL,
  name: 'Eleveld',
  source: 'Eleveld 2017 by PyTCI and opentiva (printed values)',
  range: undefined,
  constantsOf: eleveldRemifentanilWith(PRINTED),
};
