import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  concentrationIn,
  doseIn,
  parseConcentration,
  parseDose,
  quantityText,
  rationalOf,
  toNumber,
  writeDecimal,
} from './index.js';

const decimalText = fc
  .tuple(fc.bigInt({ min: 0n, max: 10n ** 15n }), fc.nat({ max: 12 }))
  .map(([digits, decimals]) => writeDecimal(fractionOf(digits, decimals), decimals, 'down').text);

function fractionOf(digits: bigint, decimals: number) {
  return { numerator: digits, denominator: 10n ** BigInt(decimals) };
}

describe('decimals', () => {
  it('a number is its shortest text: no trace of binary', () => {
    expect(rationalOf(0.1)).toEqual({ numerator: 1n, denominator: 10n });
    expect(rationalOf(1e-7)).toEqual({ numerator: 1n, denominator: 10_000_000n });
    expect(rationalOf(1.5e21)).toEqual({ numerator: 15n * 10n ** 20n, denominator: 1n });
    expect(rationalOf('-0.50')).toEqual({ numerator: -1n, denominator: 2n });
  });

  it.each([
    ['0.125', 2, 'down', '0.12', '-0.005'],
    ['0.125', 2, 'half-up', '0.13', '0.005'],
    ['0.125', 2, 'half-even', '0.12', '-0.005'],
    ['0.375', 2, 'half-even', '0.38', '0.005'],
    ['-0.125', 2, 'half-up', '-0.13', '-0.005'],
    ['-0.001', 2, 'half-up', '0', '0.001'],
    ['12.500', 3, 'down', '12.5', '0'],
    ['100', 0, 'down', '100', '0'],
  ] as const)('%s with %i digits, %s: %s, off by %s', (value, decimals, rounding, text, error) => {
    const written = writeDecimal(rationalOf(value), decimals, rounding);
    expect(written).toEqual({ text, exact: error === '0', error: rationalOf(error) });
  });

  it('reads what it wrote, and says when it wrote less', () => {
    fc.assert(
      fc.property(decimalText, (text) => {
        const written = writeDecimal(rationalOf(text), 12, 'half-even');
        expect(written).toEqual({ text, exact: true, error: rationalOf(0) });
      }),
    );
    expect(writeDecimal({ numerator: 1n, denominator: 3n }, 5, 'half-even').exact).toBe(false);
  });

  it('goes to the same double that the text would', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        expect(toNumber(rationalOf(value))).toBe(value === 0 ? 0 : value);
      }),
    );
  });

  it('a written quantity is read back as itself', () => {
    fc.assert(
      fc.property(decimalText, (text) => {
        const dose = doseIn(text, 'microgram/kg/min');
        expect(parseDose(quantityText(dose, 12, 'half-even'))).toEqual(dose);
        fc.pre(text !== '0');
        const concentration = concentrationIn(text, 'unit/ml');
        expect(parseConcentration(quantityText(concentration, 12, 'half-even'))).toEqual(concentration);
      }),
    );
  });

  it.each(['ug', 'mcg', 'µg', 'μg', 'microgram'])('%s is a microgram', (unit) => {
    expect(parseDose(`2 ${unit}/kg/d`)).toEqual(doseIn(2, 'microgram/kg/day'));
  });
});
