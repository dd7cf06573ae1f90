import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InfusionError, ParametersError, StepError } from '../errors.js';
import {
  advanceFoptd,
  demandBank,
  feasibilityOf,
  FOPTD_AT_REST,
  FOPTD_LITERATURE_TYPICAL_UNVERIFIED as BANK,
  foptdOutput,
  type FoptdState,
  type VasoactiveRates,
} from './foptd.js';

const rates = (snp: number, dopamine: number): VasoactiveRates => ({
  sodiumNitroprussideMicrogramPerKgPerMin: snp,
  dopamineMicrogramPerKgPerMin: dopamine,
});

const outputAfter = (minutes: number, given: VasoactiveRates) =>
  foptdOutput(advanceFoptd(BANK, FOPTD_AT_REST, minutes, given));

describe('the linear bank (reference section 1.2)', () => {
  it.each([
    [1, -1.8686, 3.7371],
    [2, -5.0712, 10.1425],
    [3, -5.7912, 11.5824],
    [5, -5.9894, 11.9789],
  ])('nitroprusside 1 µg/kg/min for %i min', (minutes, pressure, output) => {
    const result = outputAfter(minutes, rates(1, 0));
    expect(result.pressureMmHg).toBeCloseTo(pressure, 4);
    expect(result.outputMlPerKgPerMin).toBeCloseTo(output, 3);
    expect(Math.abs(result.outputMlPerKgPerMin - output)).toBeLessThan(6e-5);
  });

  it.each([
    [2, 1.1804, 0.9063],
    [5, 2.594, 2.7534],
    [10, 2.9667, 4.1735],
  ])('dopamine 1 µg/kg/min for %i min', (minutes, pressure, output) => {
    const result = outputAfter(minutes, rates(0, 1));
    expect(Math.abs(result.pressureMmHg - pressure)).toBeLessThan(6e-5);
    expect(Math.abs(result.outputMlPerKgPerMin - output)).toBeLessThan(6e-5);
  });

  it('says that its numbers are unverified', () => {
    expect(BANK.verified).toBe(false);
    expect(BANK.name).toContain('unverified');
  });

  it('shows nothing during the dead time, of a start and of a stop', () => {
    expect(outputAfter(0.75, rates(5, 5))).toEqual({ pressureMmHg: 0, outputMlPerKgPerMin: 0 });
    const settled = advanceFoptd(BANK, FOPTD_AT_REST, 1000, rates(2, 0));
    const stopped = advanceFoptd(BANK, settled, 0.75, rates(0, 0));
    expect(foptdOutput(stopped).pressureMmHg).toBeCloseTo(-12, 9);
    expect(foptdOutput(advanceFoptd(BANK, stopped, 0.67, rates(0, 0))).pressureMmHg).toBeCloseTo(
      -12 / Math.E,
      9,
    );
  });

  it('forgets changes that every channel has felt', () => {
    let state: FoptdState = FOPTD_AT_REST;
    for (let count = 0; count < 1000; count++)
      state = advanceFoptd(BANK, state, 0.1, rates(count % 7, count % 3));
    expect(state.changes.length).toBeLessThanOrEqual(12);
  });

  it('any steps with any rates are as good as any other steps', () => {
    const piece = fc.record({
      tenths: fc.integer({ min: 0, max: 40 }),
      snp: fc.integer({ min: 0, max: 10 }),
      dopamine: fc.integer({ min: 0, max: 20 }),
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        let coarse: FoptdState = FOPTD_AT_REST;
        let fine: FoptdState = FOPTD_AT_REST;
        for (const { tenths, snp, dopamine } of pieces) {
          coarse = advanceFoptd(BANK, coarse, tenths / 10, rates(snp, dopamine));
          for (let count = 0; count < tenths; count++)
            fine = advanceFoptd(BANK, fine, 0.1, rates(snp, dopamine));
        }
        expect(foptdOutput(fine).pressureMmHg).toBeCloseTo(foptdOutput(coarse).pressureMmHg, 8);
        expect(foptdOutput(fine).outputMlPerKgPerMin).toBeCloseTo(foptdOutput(coarse).outputMlPerKgPerMin, 8);
      }),
    );
  });
});

describe('targets', () => {
  it('−20 mmHg with +60 ml/kg/min is feasible', () => {
    const answer = feasibilityOf(BANK, { pressureMmHg: -20, outputMlPerKgPerMin: 60 });
    expect(answer.outcome).toBe('feasible');
    expect(answer.sodiumNitroprussideMicrogramPerKgPerMin).toBeCloseTo(4.2424, 4);
    expect(answer.dopamineMicrogramPerKgPerMin).toBeCloseTo(1.8182, 4);
  });

  it('−30 mmHg with +20 ml/kg/min is not: dopamine would have to be taken away', () => {
    const answer = feasibilityOf(BANK, { pressureMmHg: -30, outputMlPerKgPerMin: 20 });
    expect(answer.outcome).toBe('below-zero');
    expect(answer.dopamineMicrogramPerKgPerMin).toBeCloseTo(-3.64, 2);
  });

  it('may be feasible for drugs and still above the limits of the order', () => {
    const target = { pressureMmHg: -20, outputMlPerKgPerMin: 60 };
    expect(feasibilityOf(BANK, target, rates(2, 20)).outcome).toBe('above-limit');
    expect(feasibilityOf(BANK, target, rates(10, 1)).outcome).toBe('above-limit');
    expect(feasibilityOf(BANK, target, rates(10, 20)).outcome).toBe('feasible');
  });

  it('are feasible exactly within the two published half planes, and the rates lead there', () => {
    const change = fc.double({ min: -80, max: 80, noNaN: true });
    fc.assert(
      fc.property(change, change, (pressureMmHg, outputMlPerKgPerMin) => {
        const first = outputMlPerKgPerMin + 2 * pressureMmHg;
        const second = 3 * outputMlPerKgPerMin - 5 * pressureMmHg;
        fc.pre(Math.abs(first) > 1e-6 && Math.abs(second) > 1e-6);
        const answer = feasibilityOf(BANK, { pressureMmHg, outputMlPerKgPerMin });
        expect(answer.outcome === 'feasible').toBe(first > 0 && second > 0);
        if (answer.outcome !== 'feasible') return;
        const reached = outputAfter(500, answer);
        expect(reached.pressureMmHg).toBeCloseTo(pressureMmHg, 6);
        expect(reached.outputMlPerKgPerMin).toBeCloseTo(outputMlPerKgPerMin, 6);
      }),
    );
  });
});

describe('what the bank refuses', () => {
  it('negative drugs, time that runs backwards, channels without meaning', () => {
    expect(() => advanceFoptd(BANK, FOPTD_AT_REST, 1, rates(-1, 0))).toThrow(InfusionError);
    expect(() => advanceFoptd(BANK, FOPTD_AT_REST, 1, rates(0, Number.NaN))).toThrow(InfusionError);
    expect(() => advanceFoptd(BANK, FOPTD_AT_REST, -1, rates(0, 0))).toThrow(StepError);
    const broken = {
      ...BANK,
      dopamine: { ...BANK.dopamine, output: { gain: 5, timeConstantMin: 0, deadTimeMin: 1 } },
    };
    expect(() => demandBank(broken)).toThrow(ParametersError);
    const singular = { ...BANK, dopamine: BANK.sodiumNitroprusside };
    expect(() => feasibilityOf(singular, { pressureMmHg: 1, outputMlPerKgPerMin: 1 })).toThrow(
      ParametersError,
    );
  });
});
