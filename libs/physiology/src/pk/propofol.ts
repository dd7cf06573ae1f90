import { fromClearances, type RateConstants } from './compartments.js';
import type { PkModel } from './model.js';
import { fatFreeMassKg, jamesLeanBodyMassKg, REFERENCE_MAN, type Person } from './person.js';

const PROPOFOL = { drug: 'propofol', amountUnit: 'mg', concentrationUnit: 'microgram/ml' } as const;

function marshWith(ke0PerMin: number): (person: Person) => RateConstants {
  return ({ weightKg }) => ({
    v1L: 0.228 * weightKg,
    k10PerMin: 0.119,
    k12PerMin: 0.112,
    k13PerMin: 0.042,
    k21PerMin: 0.055,
    k31PerMin: 0.0033,
    ke0PerMin,
  });
}

const MARSH_RANGE = { minAgeYears: 16, maxWeightKg: 150 };

/** Marsh with the slow effect site of the Diprifusor. */
export const MARSH: PkModel = {
  ...PROPOFOL,
  name: 'Marsh (Diprifusor)',
  source: 'Marsh 1991 by PAS and opentiva propofol.py; k31 .0033 (PyTCI has .0031, a typing error); ke0 0.26',
  range: MARSH_RANGE,
  constantsOf: marshWith(0.26),
};

/** Marsh with the fast effect site. */
export const MARSH_MODIFIED: PkModel = {
  ...PROPOFOL,
  name: 'Marsh (modified)',
  source: 'as Marsh (Diprifusor), with ke0 1.2',
  range: MARSH_RANGE,
  constantsOf: marshWith(1.2),
};

/** Schnider. Its clearance rises without bound for very obese people, because the lean body mass of James falls. */
export const SCHNIDER: PkModel = {
  ...PROPOFOL,
  name: 'Schnider',
  source:
    'Schnider 1998 by PAS and stanpumpR R/drugs_propofol.R; PyTCI lacks a bracket in k21 and is not used',
  range: undefined,
  constantsOf: (person) => {
    const { ageYears, weightKg, heightCm } = person;
    const leanKg = jamesLeanBodyMassKg(person);
    return fromClearances({
      volumesL: [4.27, 18.9 - 0.391 * (ageYears - 53), 238],
      clearancesLPerMin: [
        1.89 + 0.0456 * (weightKg - 77) - 0.0681 * (leanKg - 59) + 0.0264 * (heightCm - 177),
        1.29 - 0.024 * (ageYears - 53),
        0.836,
      ],
      ke0PerMin: 0.456,
    });
  },
};

/**
 * Population values of Eleveld 2018 as the NONMEM control file of its supplement has them (logarithms there), as quoted
 * in stanpumpR R/drugs_propofol.R. The paper prints them rounded: 6.28, 25.5, 273 L and 1.79, 1.75, 1.11 L/min.
 */
const ELEVELD = {
  v1L: Math.exp(1.83786),
  v2L: Math.exp(3.23873),
  v3L: Math.exp(5.6088),
  clearanceMaleLPerMin: Math.exp(0.581983),
  clearanceFemaleLPerMin: Math.exp(0.742043),
  q2LPerMin: Math.exp(0.559672),
  q3LPerMin: Math.exp(0.103046),
  clearanceMaturationWeeks: Math.exp(3.74422),
  clearanceMaturationSlope: Math.exp(2.2033),
  v1HalfWeightKg: Math.exp(3.51313),
  q3MaturationWeeks: Math.exp(4.22357),
  q2ChildFactor: Math.exp(0.265642),
  v2PerYear: -0.015633,
  clearancePerYearWithOpioid: -0.00285709,
  v3PerYearWithOpioid: -0.0138166,
} as const;

function eleveldWith(opioid: boolean): (person: Person) => RateConstants {
  return (person) => {
    const { ageYears, weightKg, sex } = person;
    const size = weightKg / 70;
    const weeks = 52 * ageYears + 40;
    const referenceWeeks = 52 * 35 + 40;
    const clearanceMaturation = (age: number): number => {
      const power = age ** ELEVELD.clearanceMaturationSlope;
      return power / (power + ELEVELD.clearanceMaturationWeeks ** ELEVELD.clearanceMaturationSlope);
    };
    const q3Maturation = (age: number): number => age / (age + ELEVELD.q3MaturationWeeks);
    const v1Share = (kg: number): number => kg / (kg + ELEVELD.v1HalfWeightKg);
    const v2Relative = size * Math.exp(ELEVELD.v2PerYear * (ageYears - 35));
    const v3Relative =
      (fatFreeMassKg(person) / fatFreeMassKg(REFERENCE_MAN)) *
      (opioid ? Math.exp(ELEVELD.v3PerYearWithOpioid * ageYears) : 1);
    const clearance = sex === 'male' ? ELEVELD.clearanceMaleLPerMin : ELEVELD.clearanceFemaleLPerMin;
    return fromClearances({
      volumesL: [
        (ELEVELD.v1L * v1Share(weightKg)) / v1Share(70),
        ELEVELD.v2L * v2Relative,
        ELEVELD.v3L * v3Relative,
      ],
      clearancesLPerMin: [
        clearance *
          size ** 0.75 *
          (clearanceMaturation(weeks) / clearanceMaturation(referenceWeeks)) *
          (opioid ? Math.exp(ELEVELD.clearancePerYearWithOpioid * ageYears) : 1),
        ELEVELD.q2LPerMin * v2Relative ** 0.75 * (1 + ELEVELD.q2ChildFactor * (1 - q3Maturation(weeks))),
        (ELEVELD.q3LPerMin * v3Relative ** 0.75 * q3Maturation(weeks)) / q3Maturation(referenceWeeks),
      ],
      ke0PerMin: 0.146 * size ** -0.25,
    });
  };
}

const ELEVELD_SOURCE =
  'Eleveld 2018 (BJA 120:942) by the NONMEM control file of its supplement in stanpumpR; arterial, ke0 0.146 (W/70)^-0.25';

export const ELEVELD_PROPOFOL: PkModel = {
  ...PROPOFOL,
  name: 'Eleveld, without opioid',
  source: ELEVELD_SOURCE,
  range: undefined,
  constantsOf: eleveldWith(false),
};

export const ELEVELD_PROPOFOL_WITH_OPIOID: PkModel = {
  ...PROPOFOL,
  name: 'Eleveld, with opioid',
  source: ELEVELD_SOURCE,
  range: undefined,
  constantsOf: eleveldWith(true),
};
