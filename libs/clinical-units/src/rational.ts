/**
 * An exact fraction in lowest terms with a positive denominator; two equal values have equal fields.
 *
 * Build one with `rationalOf` or `fraction` and never by hand.
 */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

export const ZERO: Rational = { numerator: 0n, denominator: 1n };

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let x = a < 0n ? -a : a;
  let y = b < 0n ? -b : b;
  while (y !== 0n) [x, y] = [y, x % y];
  return x;
}

/** Demands a denominator other than 0; callers have refused zero divisors with an error of their own before. */
export function fraction(numerator: bigint, denominator: bigint): Rational {
  const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

export function multiply(a: Rational, b: Rational): Rational {
  return fraction(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** Demands that `b` is not 0. */
export function divide(a: Rational, b: Rational): Rational {
  return fraction(a.numerator * b.denominator, a.denominator * b.numerator);
}

export function subtract(a: Rational, b: Rational): Rational {
  return fraction(a.numerator * b.denominator - b.numerator * a.denominator, a.denominator * b.denominator);
}

/** Negative, zero or positive as `a` is smaller than, equal to or greater than `b`. */
export function compare(a: Rational, b: Rational): -1 | 0 | 1 {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** How a value between two written ones is settled; `down` is towards zero, and both halves look at the magnitude. */
export type Rounding = 'down' | 'half-up' | 'half-even';

/** The whole number next to a fraction under a rule; symmetric about zero. */
export function roundToInteger(value: Rational, rounding: Rounding): bigint {
  const negative = value.numerator < 0n;
  const magnitude = negative ? -value.numerator : value.numerator;
  const whole = magnitude / value.denominator;
  const twiceRest = 2n * (magnitude % value.denominator);
  const up = roundsUp(twiceRest, value.denominator, whole, rounding) ? whole + 1n : whole;
  return negative ? -up : up;
}

function roundsUp(twiceRest: bigint, denominator: bigint, whole: bigint, rounding: Rounding): boolean {
  switch (rounding) {
    case 'down':
      return false;
    case 'half-up':
      return twiceRest >= denominator;
    case 'half-even':
      return twiceRest > denominator || (twiceRest === denominator && whole % 2n === 1n);
  }
}
