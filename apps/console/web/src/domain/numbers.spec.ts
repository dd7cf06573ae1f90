import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plain, plainText, typedDecimal, UNKNOWN } from './numbers.ts';

describe('a number on a screen', () => {
  it.each([
    [5, '5'],
    [0.5, '0.5'],
    [-0, '0'],
    [1.005, '1.01'],
    [2.4, '2.4'],
    [999.999, '1000'],
    [12_345.6, '12\u202f345.6'],
    [1_234_567, '1\u202f234\u202f567'],
    [-0.004, '0'],
  ])('%d reads %s', (value, shown) => {
    expect(plain(value)).toBe(shown);
  });

  it('that is not known is dashes, never a number', () => {
    expect([
      plain(undefined),
      plain(Number.NaN),
      plain(Infinity),
      plainText('5e3'),
      plainText(undefined),
    ]).toEqual(Array.from({ length: 5 }, () => UNKNOWN));
  });

  it('has no trailing zero and no naked point, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.double({ noNaN: true, min: -1e9, max: 1e9 }),
        fc.integer({ min: 0, max: 6 }),
        (value, digits) => {
          const text = plain(value, digits).replaceAll('\u202f', '');
          expect(text).toMatch(/^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/);
          expect(Math.abs(Number(text) - value)).toBeLessThanOrEqual(
            0.500001 * 10 ** -digits + Math.abs(value) * 1e-12,
          );
        },
      ),
    );
  });

  it.each([
    ['0.30', '0.3'],
    ['007', '7'],
    ['5.', UNKNOWN],
    ['10.000', '10'],
    ['0.0', '0'],
  ])('the exact text %s reads %s', (value, shown) => {
    expect(plainText(value)).toBe(shown);
  });
});

describe('a number that somebody types', () => {
  it.each([
    ['3.5', '3.5'],
    ['3,5', '3.5'],
    [' 2.40 ', '2.4'],
    ['12345', '12345'],
  ])('%j is %s', (typed, value) => {
    expect(typedDecimal(typed)).toBe(value);
  });

  it.each(['', '.5', '5.', '1,000', '1.2.3', '1e3', '-1', '3.5 ml', '1234567'])(
    '%j is refused and not guessed',
    (typed) => {
      expect(typedDecimal(typed)).toBeUndefined();
    },
  );
});
