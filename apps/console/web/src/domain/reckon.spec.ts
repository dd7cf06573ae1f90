import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { libraryOf, differences } from './library.ts';
import { textFault, type OrderWish } from './order-wish.ts';
import { bolusDose, concentrationOnLabel, fromDose, fromRate, standingOf, type Terms } from './reckon.ts';

const DOPAMINE: Terms = {
  doseUnit: 'microgram/kg/min',
  concentration: '200 mg in 50 ml',
  weightKg: '90',
  stepMlPerHour: '0.1',
};
const MIDAZOLAM: Terms = {
  doseUnit: 'mg/h',
  concentration: '50 mg in 50 ml',
  weightKg: undefined,
  stepMlPerHour: '0.1',
};

describe('a dose', () => {
  it('gives the rate that the dosing service gives: never more than was ordered', () => {
    expect(fromDose('5', DOPAMINE)).toEqual({
      dose: { value: '5', unit: 'microgram/kg/min' },
      rateMlPerHour: 6.7,
    });
    expect(fromDose('3', MIDAZOLAM)).toMatchObject({ rateMlPerHour: 3 });
  });

  it('without a weight, or from a syringe of another kind, is not reckoned but explained', () => {
    expect(fromDose('5', { ...DOPAMINE, weightKg: undefined })).toBeTypeOf('string');
    expect(fromDose('5', { ...DOPAMINE, concentration: '20 unit in 50 ml' })).toBeTypeOf('string');
    expect(fromRate('3.55', MIDAZOLAM)).toBe('The pump is set in steps of 0.1 ml/h.');
  });

  it('found for a rate gives exactly that rate, and is as short as it can be', () => {
    expect(fromRate('3.5', MIDAZOLAM)).toEqual({ dose: { value: '3.5', unit: 'mg/h' }, rateMlPerHour: 3.5 });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9_990 }),
        fc.integer({ min: 30, max: 250 }),
        (tenths, weightKg) => {
          const terms = { ...DOPAMINE, weightKg: String(weightKg) };
          const rate = tenths / 10;
          const found = fromRate(String(rate), terms);
          expect(found).toMatchObject({ rateMlPerHour: rate });
          if (typeof found === 'object')
            expect(fromDose(found.dose.value, terms)).toMatchObject({ rateMlPerHour: rate });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('stands somewhere in the limits, and on a limit is within it', () => {
    const limits = { hardLow: '0.2 mg/h', softLow: '1 mg/h', softHigh: '5 mg/h', hardHigh: '10 mg/h' };
    expect(
      ['0.1', '0.5', '1', '5', '5.1', '10', '10.1', 'x'].map((value) => standingOf(value, 'mg/h', limits)),
    ).toEqual([
      'below-hard',
      'below-soft',
      'within',
      'within',
      'above-soft',
      'above-soft',
      'above-hard',
      'unknown',
    ]);
  });

  it('of a bolus is what the volume holds', () => {
    expect(bolusDose('2', MIDAZOLAM)).toBe('2 mg');
    expect(bolusDose('2', DOPAMINE)).toBe('88.8889 microgram/kg');
  });
});

describe('the label of a syringe', () => {
  const choices = [
    { name: '200-mg', value: '200 mg in 50 ml' },
    { name: '400-mg', value: '400 mg in 50 ml' },
  ];
  it('names the same concentration in every spelling, and no other', () => {
    expect(concentrationOnLabel('4 mg/ml', choices)?.name).toBe('200-mg');
    expect(concentrationOnLabel('8000 microgram/ml', choices)?.name).toBe('400-mg');
    expect(concentrationOnLabel('5 mg/ml', choices)).toBeUndefined();
    expect(concentrationOnLabel('4 unit/ml', choices)).toBeUndefined();
    expect(concentrationOnLabel('nonsense', choices)).toBeUndefined();
  });
});

describe('the text that a person signs', () => {
  const wish: OrderWish = {
    pump: 'p',
    unit: 'icu-1',
    patient: 'stay',
    action: 'set-rate',
    drug: 'dopamine',
    careArea: 'a',
    concentration: 'c',
    libraryHash: 'h',
    rateMlPerHour: 6.7,
    dose: { value: '5', unit: 'x' },
  };
  const text = (change: object = {}) =>
    JSON.stringify({
      kind: 'pump-order',
      site: 's1',
      nonce: 'n',
      issuedAt: 'i',
      expiresAt: 'e',
      ...wish,
      ...change,
    });

  it('is signed when it says exactly what the screen shows, in whatever order', () => {
    expect(textFault(text(), wish, 's1')).toBeUndefined();
    expect(textFault(text({ dose: { unit: 'x', value: '5' } }), wish, 's1')).toBeUndefined();
  });

  it.each([
    ['another rate', { rateMlPerHour: 67 }],
    ['another pump', { pump: 'q' }],
    ['another dose', { dose: { value: '50', unit: 'x' } }],
    ['something more', { volumeMl: 1 }],
    ['something less', { patient: undefined }],
    ['another site', { site: 's2' }],
    ['another kind', { kind: 'sign-in' }],
  ])('is not signed when it says %s', (_, change) => {
    expect(textFault(text(change), wish, 's1')).toBeTypeOf('string');
  });
});

describe('two versions of the library', () => {
  const drug = (name: string, high: string) => ({
    name,
    title: name,
    highRisk: 'false',
    concentrations: [{ name: 'c', value: '1 mg/ml' }],
    entries: [
      {
        careArea: 'icu',
        doseUnit: 'mg/h',
        limits: { hardHigh: { value: high } },
        approvals: { order: '1', override: '1' },
      },
    ],
  });
  it('differ by drug and field, with both values', () => {
    const before = libraryOf({ drugs: [drug('a', '5 mg/h'), drug('b', '5 mg/h')] });
    const after = libraryOf({ drugs: [drug('a', '50 mg/h'), drug('c', '5 mg/h')] });
    expect(differences(before, before)).toEqual([]);
    const found = differences(before, after);
    expect(found[0]).toEqual({ drug: 'a', field: 'icu: hardHigh', before: '5 mg/h', after: '50 mg/h' });
    expect([...new Set(found.map((one) => one.drug))]).toEqual(['a', 'c', 'b']);
    expect(found.filter((one) => one.drug === 'b').every((one) => one.after === undefined)).toBe(true);
  });
});
