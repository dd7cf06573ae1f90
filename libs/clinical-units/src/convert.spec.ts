import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  ClinicalUnitsError,
  bolusIn,
  bolusOf,
  compare,
  concentrationIn,
  concentrationOf,
  doseIn,
  doseOf,
  parseConcentration,
  parseDose,
  rateMlPerHourOf,
  rationalOf,
  roundedToPump,
  toNumber,
  volumeMlOf,
  writeDecimal,
  type AmountUnit,
  type DoseUnit,
  type Rational,
} from './index.js';

const text = (value: Rational, decimals = 6): string => writeDecimal(value, decimals, 'half-even').text;

function codeOf(action: () => unknown): string {
  try {
    action();
  } catch (error) {
    if (error instanceof ClinicalUnitsError) return error.code;
    throw error;
  }
  return 'nothing was thrown';
}

describe('published examples', () => {
  it('dopamine 7 µg/kg/min for 95 kg from 1.6 mg/ml runs at 24.94 ml/h (IHE PCD sample message)', () => {
    const rate = rateMlPerHourOf(parseDose('7 microgram/kg/min'), parseConcentration('1.6 mg/ml'), '95');
    expect(rate).toEqual(rationalOf('24.9375'));
    expect(text(rate, 2)).toBe('24.94');
    expect(text(roundedToPump(rate, '0.1').rateMlPerHour)).toBe('24.9');
  });

  it('fentanyl: the dispensed 10 µg would be 3.448 µg/kg, the ordered 5.8 µg are 2 µg/kg in 0.58 ml (BD guide)', () => {
    const syringe = concentrationOf(10, 'microgram', 1);
    expect(text(volumeMlOf(bolusIn(2, 'microgram/kg'), syringe, '2.9'))).toBe('0.58');
    expect(text(volumeMlOf(bolusIn('5.8', 'microgram'), syringe))).toBe('0.58');
    expect(text(bolusOf(1, syringe, 'microgram/kg', '2.9').value, 3)).toBe('3.448');
    expect(bolusOf('0.58', syringe, 'microgram/kg', '2.9')).toEqual(bolusIn(2, 'microgram/kg'));
  });

  /** Reference section 4.4: the rates that the contract reckons, in µl/h with the rest of the one division. */
  it.each([
    ['500', '70', '200', 10_500n, 0n, 1n],
    ['3333', '72.345', '1600', 9_042n, 353_100n, 1_600_000n],
    ['1', '0.45', '16', 1n, 11_000n, 16_000n],
  ])(
    '%s ng/kg/min for %s kg from %s µg/ml is what the contract reckons',
    (dose, weight, conc, whole, rest, of) => {
      const rate = rateMlPerHourOf(doseIn(dose, 'ng/kg/min'), concentrationIn(conc, 'microgram/ml'), weight);
      expect(rate.numerator * 1000n * of).toBe((whole * of + rest) * rate.denominator);
      expect(text(roundedToPump(rate, '0.001', 'down').rateMlPerHour)).toBe(
        text(rationalOf(Number(whole) / 1000)),
      );
    },
  );

  it.each([
    ['0.1 unit/kg/h', '50 unit in 50 ml', '70', '7'],
    ['20 unit/h', '250 unit/ml', undefined, '0.08'],
    ['10 mmol/h', '1 mmol/ml', undefined, '10'],
    ['4 mg/kg/h', '10 mg/ml', '80', '32'],
    ['0.24 g/day', '1 mg/ml', undefined, '10'],
    ['0.2 ug/kg/min', '4 mg in 50 ml', '75', '11.25'],
  ])('%s from %s at %s kg is %s ml/h', (dose, concentration, weight, rate) => {
    expect(rateMlPerHourOf(parseDose(dose), parseConcentration(concentration), weight)).toEqual(
      rationalOf(rate),
    );
  });
});

describe('a pump with steps', () => {
  it.each([
    ['24.9375', '0.1', 'half-up', '24.9', -0.0015037593984962407],
    ['0.25', '0.1', 'half-up', '0.3', 0.2],
    ['0.25', '0.1', 'half-even', '0.2', -0.2],
    ['0.29', '0.1', 'down', '0.2', -0.3103448275862069],
    ['5', '0.1', 'down', '5', 0],
    ['0', '0.1', 'half-up', '0', 0],
    ['0.04', '0.1', 'half-up', '0', -1],
  ] as const)('wanted %s ml/h in steps of %s, %s: %s', (wanted, step, rounding, set, deviation) => {
    const pump = roundedToPump(wanted, step, rounding);
    expect(pump.rateMlPerHour).toEqual(rationalOf(set));
    expect(toNumber(pump.relativeDeviation)).toBe(deviation);
  });
});

describe('what cannot be reckoned', () => {
  const perKg = doseIn(5, 'microgram/kg/min');
  const mgPerMl = concentrationIn(1, 'mg/ml');

  it.each([
    ['BCM-UNITS-DIMENSION', () => rateMlPerHourOf(doseIn(1, 'unit/h'), mgPerMl)],
    ['BCM-UNITS-DIMENSION', () => doseOf(1, mgPerMl, 'mmol/h')],
    ['BCM-UNITS-WEIGHT-MISSING', () => rateMlPerHourOf(perKg, mgPerMl)],
    ['BCM-UNITS-WEIGHT-UNUSED', () => rateMlPerHourOf(doseIn(5, 'mg/h'), mgPerMl, 70)],
    ['BCM-UNITS-WEIGHT-RANGE', () => rateMlPerHourOf(perKg, mgPerMl, 0)],
    ['BCM-UNITS-WEIGHT-RANGE', () => rateMlPerHourOf(perKg, mgPerMl, -70)],
    ['BCM-UNITS-WEIGHT-RANGE', () => rateMlPerHourOf(perKg, mgPerMl, '0.199')],
    ['BCM-UNITS-WEIGHT-RANGE', () => rateMlPerHourOf(perKg, mgPerMl, '400.1')],
    ['BCM-UNITS-WEIGHT-RANGE', () => rateMlPerHourOf(perKg, mgPerMl, 800)],
    ['BCM-UNITS-NUMBER', () => rateMlPerHourOf(perKg, mgPerMl, Number.NaN)],
    ['BCM-UNITS-NUMBER', () => doseOf(Number.POSITIVE_INFINITY, mgPerMl, 'mg/h')],
    ['BCM-UNITS-NUMBER', () => doseIn('0,5', 'mg/h')],
    ['BCM-UNITS-NUMBER', () => doseIn('.5', 'mg/h')],
    ['BCM-UNITS-NUMBER', () => doseIn('5.', 'mg/h')],
    ['BCM-UNITS-NUMBER', () => doseIn('1e3', 'mg/h')],
    ['BCM-UNITS-NUMBER', () => doseIn('', 'mg/h')],
    ['BCM-UNITS-NUMBER', () => doseIn('9'.repeat(41), 'mg/h')],
    ['BCM-UNITS-NUMBER', () => parseDose('7microgram/kg/min')],
    ['BCM-UNITS-NUMBER', () => parseConcentration('200 mg in fifty ml')],
    ['BCM-UNITS-NUMBER', () => writeDecimal(rationalOf(1), -1, 'down')],
    ['BCM-UNITS-NEGATIVE', () => doseIn(-1, 'mg/h')],
    ['BCM-UNITS-NEGATIVE', () => concentrationIn('-0.1', 'mg/ml')],
    ['BCM-UNITS-NEGATIVE', () => doseOf('-1', mgPerMl, 'mg/h')],
    ['BCM-UNITS-NEGATIVE', () => bolusOf('-1', mgPerMl, 'mg')],
    ['BCM-UNITS-CONCENTRATION-ZERO', () => concentrationIn(0, 'mg/ml')],
    ['BCM-UNITS-CONCENTRATION-ZERO', () => concentrationOf(200, 'mg', 0)],
    ['BCM-UNITS-CONCENTRATION-ZERO', () => parseConcentration('0 mg in 50 ml')],
    ['BCM-UNITS-STEP-ZERO', () => roundedToPump(1, 0)],
    ['BCM-UNITS-UNKNOWN-UNIT', () => parseDose('7 U/h')],
    ['BCM-UNITS-UNKNOWN-UNIT', () => parseDose('7 mg')],
    ['BCM-UNITS-UNKNOWN-UNIT', () => parseDose('7 mg/m2/h')],
    ['BCM-UNITS-UNKNOWN-UNIT', () => parseDose('7 mg/kg/min/kg')],
    ['BCM-UNITS-UNKNOWN-UNIT', () => parseDose('7 constructor/h')],
    ['BCM-UNITS-UNKNOWN-UNIT', () => parseConcentration('7 mg/l')],
    ['BCM-UNITS-UNKNOWN-UNIT', () => bolusIn(1, 'mg/h' as 'mg')],
  ])('%s (%#)', (code, action) => {
    expect(codeOf(action)).toBe(code);
  });

  it('takes both ends of the range of weights', () => {
    expect(text(rateMlPerHourOf(perKg, mgPerMl, '0.2'))).toBe('0.06');
    expect(text(rateMlPerHourOf(perKg, mgPerMl, 400))).toBe('120');
  });
});

const AMOUNTS: Record<string, AmountUnit[]> = {
  mass: ['ng', 'microgram', 'mg', 'g'],
  activity: ['milliunit', 'unit'],
  substance: ['micromol', 'mmol', 'mol'],
};
const positive = fc
  .tuple(fc.bigInt({ min: 1n, max: 10n ** 9n }), fc.nat({ max: 6 }))
  .map(([digits, decimals]) => ({ numerator: digits, denominator: 10n ** BigInt(decimals) }))
  .map((value) => rationalOf(writeDecimal(value, 6, 'down').text));
const order = fc.constantFrom('mass', 'activity', 'substance').chain((dimension) =>
  fc.record({
    value: positive,
    unit: fc
      .tuple(
        fc.constantFrom(...AMOUNTS[dimension]!),
        fc.constantFrom('', 'kg/'),
        fc.constantFrom('min', 'h', 'day'),
      )
      .map((tokens): DoseUnit => `${tokens[0]}/${tokens[1]}${tokens[2]}`),
    inSyringe: fc
      .tuple(positive, fc.constantFrom(...AMOUNTS[dimension]!))
      .map(([value, unit]) => concentrationIn(value, `${unit}/ml`)),
    weight: fc.integer({ min: 200, max: 400_000 }).map((grams) => grams / 1000),
  }),
);
const weightOf = (unit: string, weight: number): number | undefined =>
  unit.includes('/kg') ? weight : undefined;

describe('for any order', () => {
  it('dose to rate to dose is the same dose, exactly', () => {
    fc.assert(
      fc.property(order, ({ value, unit, inSyringe, weight }) => {
        const kg = weightOf(unit, weight);
        const rate = rateMlPerHourOf(doseIn(value, unit), inSyringe, kg);
        expect(doseOf(rate, inSyringe, unit, kg)).toEqual(doseIn(value, unit));
      }),
    );
  });

  it('the rate grows with the dose and scales with it', () => {
    fc.assert(
      fc.property(
        order,
        positive,
        fc.integer({ min: 2, max: 1000 }),
        ({ value, unit, inSyringe, weight }, other, k) => {
          const kg = weightOf(unit, weight);
          const rate = rateMlPerHourOf(doseIn(value, unit), inSyringe, kg);
          const second = rateMlPerHourOf(doseIn(other, unit), inSyringe, kg);
          expect(compare(rate, second)).toBe(compare(value, other));
          const scaled = { numerator: value.numerator * BigInt(k), denominator: value.denominator };
          const scaledRate = rateMlPerHourOf(doseIn(scaled, unit), inSyringe, kg);
          expect(compare(scaledRate, { ...rate, numerator: rate.numerator * BigInt(k) })).toBe(0);
        },
      ),
    );
  });

  it('a pump never misses by more than half a step, and never gives more when rounded down', () => {
    fc.assert(
      fc.property(positive, fc.constantFrom('0.001', '0.01', '0.1', '1'), (rate, step) => {
        const near = roundedToPump(rate, step).rateMlPerHour;
        const below = roundedToPump(rate, step, 'down').rateMlPerHour;
        const half = Number(step) / 2;
        expect(Math.abs(toNumber(near) - toNumber(rate))).toBeLessThanOrEqual(
          half * (1 + 1e-9) + toNumber(rate) * 1e-15,
        );
        expect(compare(below, rate)).toBeLessThanOrEqual(0);
      }),
    );
  });
});
