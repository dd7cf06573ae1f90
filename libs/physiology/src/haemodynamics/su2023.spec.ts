import { describe, expect, it } from 'vitest';
import { ParametersError, StepError } from '../errors.js';
import { BELOEIL_PRESSOR, OUALHA_PRESSOR, pressorEffectMmHg } from './norepinephrine.js';
import {
  advanceCirculation,
  circulationAtRest,
  circulationDrive,
  circulationOf,
  circulationOutput,
  type CirculationOutput,
} from './su2023.js';

/** What constant concentrations do to a person, from rest on. */
function after(
  seconds: number,
  propofol: number,
  remifentanil: number,
  age = 35,
  stepSeconds = 1,
): CirculationOutput {
  const circulation = circulationOf(age);
  const drive = circulationDrive(circulation, {
    propofolMicrogramPerMl: propofol,
    remifentanilNgPerMl: remifentanil,
  });
  let state = circulationAtRest(circulation);
  for (let time = 0; time < seconds; time += stepSeconds) {
    state = advanceCirculation(circulation, state, stepSeconds / 60, [drive, drive, drive]);
  }
  return circulationOutput(circulation, state);
}

describe('the circulation under constant concentrations (reference section 1.8)', () => {
  it.each([
    ['rest', 0, 0, 35, 3600, [0.0163, 89.5898, 62.8881, 91.8363, 5.63413]],
    ['propofol 3 for 5 min', 3, 0, 35, 300, [0.014704, 85.8991, 62.0552, 78.3819, 5.33049]],
    ['propofol 3 for an hour', 3, 0, 35, 3600, [0.012443, 83.5378, 67.1278, 69.7755, 5.60771]],
    ['remifentanil 3 for 5 min', 0, 3, 35, 300, [0.014553, 93.5536, 64.8575, 88.3009, 6.06765]],
    ['both 3 for 5 min', 3, 3, 35, 300, [0.0141, 77.4418, 64.0653, 69.9562, 4.96133]],
    ['both 3 for 15 min', 3, 3, 35, 900, [0.012896, 68.5325, 70.023, 61.8883, 4.79885]],
    ['both 3 for an hour', 3, 3, 35, 3600, [0.012517, 62.9384, 77.9013, 61.3711, 4.90298]],
    ['both 4 for 15 min at 70 years', 4, 4, 70, 900, [0.01339, 48.972, 76.4774, 50.1482, 3.74525]],
  ] as const)('%s', (_, propofol, remifentanil, age, seconds, [tpr, sv, hr, map, co]) => {
    const output = after(seconds, propofol, remifentanil, age);
    expect(Math.abs(output.resistanceMmHgMinPerMl - tpr)).toBeLessThan(6e-7);
    expect(Math.abs(output.strokeVolumeMl - sv)).toBeLessThan(6e-5);
    expect(Math.abs(output.heartRatePerMin - hr)).toBeLessThan(6e-5);
    expect(Math.abs(output.meanArterialPressureMmHg - map)).toBeLessThan(6e-5);
    expect(Math.abs(output.cardiacOutputLPerMin - co)).toBeLessThan(6e-6);
  });

  it('the step does not matter: 1 s and 10 s differ by less than a millionth of a mmHg', () => {
    const fine = after(1200, 4, 4, 60, 1).meanArterialPressureMmHg;
    expect(Math.abs(after(1200, 4, 4, 60, 10).meanArterialPressureMmHg - fine)).toBeLessThan(1e-6);
  });
});

describe('concentrations and ages far beyond the paper', () => {
  it('end somewhere and do not run away', () => {
    for (const propofol of [0, 5, 30]) {
      for (const remifentanil of [0, 10, 60]) {
        for (const age of [1, 60, 100]) {
          const early = after(8 * 3600, propofol, remifentanil, age, 10);
          const late = after(16 * 3600, propofol, remifentanil, age, 10);
          expect(late.heartRatePerMin / early.heartRatePerMin).toBeCloseTo(1, 4);
          expect(late.meanArterialPressureMmHg / early.meanArterialPressureMmHg).toBeCloseTo(1, 4);
          expect(late.strokeVolumeMl).toBeGreaterThan(0);
        }
      }
    }
  });
});

describe('people who are not typical', () => {
  it('rest at the values that they were given', () => {
    const rest = { heartRatePerMin: 95, strokeVolumeMl: 60, meanArterialPressureMmHg: 62 };
    const circulation = circulationOf(70, rest);
    const output = circulationOutput(circulation, circulationAtRest(circulation));
    expect(output.heartRatePerMin).toBeCloseTo(95, 12);
    expect(output.strokeVolumeMl).toBeCloseTo(60, 12);
    expect(output.meanArterialPressureMmHg).toBeCloseTo(62, 12);
  });

  it('must have something to rest at', () => {
    const rest = { heartRatePerMin: 0, strokeVolumeMl: 60, meanArterialPressureMmHg: 62 };
    expect(() => circulationOf(70, rest)).toThrow(ParametersError);
    expect(() => circulationOf(Number.NaN)).toThrow(ParametersError);
    const circulation = circulationOf(35);
    const drive = circulationDrive(circulation, { propofolMicrogramPerMl: 0, remifentanilNgPerMl: 0 });
    expect(() =>
      advanceCirculation(circulation, circulationAtRest(circulation), -1, [drive, drive, drive]),
    ).toThrow(StepError);
  });
});

describe('norepinephrine', () => {
  it('at 3 ng/ml raises pressure by 17.5 mmHg after Beloeil and 13.5 after Oualha', () => {
    expect(pressorEffectMmHg(BELOEIL_PRESSOR, 3)).toBeCloseTo(17.5, 1);
    expect(pressorEffectMmHg(OUALHA_PRESSOR, 3)).toBeCloseTo(13.5, 1);
    expect(pressorEffectMmHg(BELOEIL_PRESSOR, 0)).toBe(0);
    expect(pressorEffectMmHg(BELOEIL_PRESSOR, 1e9)).toBeCloseTo(98.7, 6);
  });

  it('with the slipped C50 of older PAS would do almost nothing', () => {
    expect(pressorEffectMmHg({ ...BELOEIL_PRESSOR, halfNgPerMl: 70.4 }, 3)).toBeCloseTo(0.34, 2);
  });
});
