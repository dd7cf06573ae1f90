import { describe, expect, it } from 'vitest';
import { CovariateError, ParametersError } from '../errors.js';
import type { RateConstants } from './compartments.js';
import { constantsFor, isWithinRange } from './model.js';
import { fatFreeMassKg, jamesLeanBodyMassKg, REFERENCE_MAN, type Person } from './person.js';
import { ELEVELD_PROPOFOL_WITH_OPIOID, MARSH, SCHNIDER } from './propofol.js';
import { ELEVELD_REMIFENTANIL, eleveldRemifentanilWith, MINTO } from './remifentanil.js';
import { GEPTS_SUFENTANIL } from './other-drugs.js';

const person = (ageYears: number, weightKg: number, heightCm: number, sex: Person['sex']): Person => ({
  ageYears,
  weightKg,
  heightCm,
  sex,
});

/** Volumes in L, then clearances in L/min, as papers and stanpumpR list them. */
function listed(constants: RateConstants): number[] {
  const { v1L, k10PerMin, k12PerMin, k13PerMin, k21PerMin, k31PerMin } = constants;
  const cl2 = k12PerMin * v1L;
  const cl3 = k13PerMin * v1L;
  return [v1L, cl2 / k21PerMin, cl3 / k31PerMin, k10PerMin * v1L, cl2, cl3];
}

function largestRelativeDifference(actual: readonly number[], expected: readonly number[]): number {
  return Math.max(...expected.map((value, index) => Math.abs(actual[index]! / value - 1)));
}

/** Their own tolerance for seven printed digits. */
const STANPUMPR_TOLERANCE = 1.5e-6;

describe('Eleveld propofol with opioid, against the unit tests of stanpumpR', () => {
  it.each([
    [person(50, 70, 171, 'male'), [6.283078, 20.17078, 137.4287, 1.551355, 1.516118, 0.6698454], 1.5e-5],
    [person(50, 55, 160, 'female'), [5.772932, 15.84847, 92.30994, 1.519402, 1.265265, 0.4969959], 1.5e-5],
    [
      person(50, 70, 170, 'male'),
      [6.283078, 20.17078, 136.7249, 1.551355, 1.516118, 0.6672707],
      STANPUMPR_TOLERANCE,
    ],
  ])('%j', (who, expected, tolerance) => {
    const actual = listed(constantsFor(ELEVELD_PROPOFOL_WITH_OPIOID, who));
    expect(largestRelativeDifference(actual, expected)).toBeLessThan(tolerance);
  });
});

describe('Eleveld remifentanil, against the unit tests of stanpumpR', () => {
  const male = person(50, 70, 171, 'male');
  const female = person(50, 70, 171, 'female');
  const maleExpected = [5.371314, 8.442319, 3.148362, 2.462212, 1.52838, 0.08064262];
  const femaleExpected = [4.403734, 8.051189, 2.581221, 2.467679, 1.715685, 0.06948164];

  it('meets them to 3e-4 on the values of the NONMEM file, which stanpumpR uses', () => {
    const values = {
      volumesL: [Math.exp(1.75911), Math.exp(2.17717), Math.exp(1.61445)],
      clearancesLPerMin: [Math.exp(0.946257), Math.exp(0.540315), Math.exp(-2.08388)],
    } as const;
    expect(
      largestRelativeDifference(listed(eleveldRemifentanilWith(values)(male)), maleExpected),
    ).toBeLessThan(3e-4);
    expect(
      largestRelativeDifference(listed(eleveldRemifentanilWith(values)(female)), femaleExpected),
    ).toBeLessThan(5e-4);
  });

  it('differs by the rounding of the printed values otherwise', () => {
    expect(constantsFor(ELEVELD_REMIFENTANIL, male).v1L).toBeCloseTo(5.374235, 5);
    expect(
      largestRelativeDifference(listed(constantsFor(ELEVELD_REMIFENTANIL, male)), maleExpected),
    ).toBeLessThan(5e-3);
  });
});

describe('sufentanil of Gepts', () => {
  it('has the volumes and clearances of stanpumpR', () => {
    const expected = [14.3, 63.38694, 251.9, 0.92235, 1.55298, 0.32747];
    const actual = listed(constantsFor(GEPTS_SUFENTANIL, REFERENCE_MAN));
    expect(largestRelativeDifference(actual, expected)).toBeLessThan(STANPUMPR_TOLERANCE);
  });
});

describe('body composition', () => {
  it('James: as stanpumpR and PAS have it', () => {
    expect(jamesLeanBodyMassKg(person(50, 70, 171, 'male'))).toBeCloseTo(55.55067, 5);
    expect(jamesLeanBodyMassKg(person(50, 55, 160, 'female'))).toBeCloseTo(41.36172, 5);
    expect(jamesLeanBodyMassKg(REFERENCE_MAN)).toBeCloseTo(55.29758, 5);
  });

  it('Al-Sallami: a newborn has less of the adult fat-free mass than a man', () => {
    expect(fatFreeMassKg(REFERENCE_MAN) / 70).toBeCloseTo(0.778, 3);
    expect(fatFreeMassKg(person(0.1, 4, 52, 'male')) / 4).toBeLessThan(0.88);
  });
});

describe('people for whom a model was not made', () => {
  it('says so for ages and weights outside of the range', () => {
    expect(isWithinRange(MARSH, REFERENCE_MAN)).toBe(true);
    expect(isWithinRange(MARSH, person(15, 60, 170, 'male'))).toBe(false);
    expect(isWithinRange(MARSH, person(40, 151, 170, 'male'))).toBe(false);
    expect(isWithinRange(MINTO, person(40, 29, 140, 'female'))).toBe(false);
    expect(isWithinRange(GEPTS_SUFENTANIL, person(11, 35, 140, 'female'))).toBe(false);
  });

  it('refuses people who cannot be', () => {
    for (const wrong of [0, -1, Number.NaN, Infinity]) {
      expect(() => constantsFor(SCHNIDER, { ...REFERENCE_MAN, ageYears: wrong })).toThrow(CovariateError);
      expect(() => constantsFor(SCHNIDER, { ...REFERENCE_MAN, weightKg: wrong })).toThrow(CovariateError);
      expect(() => constantsFor(SCHNIDER, { ...REFERENCE_MAN, heightCm: wrong })).toThrow(CovariateError);
    }
  });

  it('refuses where formulas break down: Schnider beyond a hundred years, Minto for the heaviest', () => {
    expect(() => constantsFor(SCHNIDER, person(108, 70, 170, 'male'))).toThrow(ParametersError);
    expect(() => constantsFor(MINTO, person(40, 260, 150, 'female'))).toThrow(ParametersError);
  });
});
