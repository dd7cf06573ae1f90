import { NotDecimalError } from './errors.js';
import { fraction, roundToInteger, subtract, type Rational, type Rounding } from './rational.js';

/** A number as people and wires write it. A JavaScript number stands for its shortest decimal text: 0.1 is one tenth. */
export type Decimal = string | number;

/** Digits, at most one point, and digits on both sides of it: `.5` and `5.` are misread at the bedside. */
const PLAIN = /^-?\d+(?:\.\d+)?$/;
const FROM_NUMBER = /^(-?\d+(?:\.\d+)?)(?:e([+-]\d+))?$/;

/** Longer texts are no quantity, and arithmetic with them only costs time. */
const MAX_TEXT_LENGTH = 40;

/** Significant digits that are kept on the way to a double, which itself holds 17. */
const DIGITS_TO_NUMBER = 40;

/**
 * The exact value of a decimal text or number.
 *
 * Texts may not carry an exponent, a comma, a plus sign, spaces or a point without digits on both sides.
 *
 * @throws {NotDecimalError} for anything else, also NaN and the infinities.
 */
export function rationalOf(decimal: Decimal): Rational {
  if (typeof decimal === 'number') {
    const [, digits, exponent] = FROM_NUMBER.exec(String(decimal)) ?? [];
    if (digits === undefined) throw new NotDecimalError(`${String(decimal)} is not a finite number`);
    return scaled(digits, Number(exponent ?? 0));
  }
  if (decimal.length > MAX_TEXT_LENGTH || !PLAIN.test(decimal)) {
    const shown = JSON.stringify(decimal.slice(0, MAX_TEXT_LENGTH));
    throw new NotDecimalError(`${shown} is not a plain decimal number such as 0.5`);
  }
  return scaled(decimal, 0);
}

function scaled(digits: string, exponent: number): Rational {
  const [whole = '', part = ''] = digits.split('.');
  const power = exponent - part.length;
  const integer = BigInt(whole + part);
  return power >= 0 ? fraction(integer * 10n ** BigInt(power), 1n) : fraction(integer, 10n ** BigInt(-power));
}

/** A value as text, and what the text leaves out. */
export interface WrittenDecimal {
  /** No exponent and no trailing zeros; zero is `0` and never `-0`. */
  readonly text: string;
  /** Whether the text says the value without loss. */
  readonly exact: boolean;
  /** Text minus value. */
  readonly error: Rational;
}

/** Writes a value with at most that many digits after the point. Demands 0 ≤ `decimals` ≤ 30. */
export function writeDecimal(value: Rational, decimals: number, rounding: Rounding): WrittenDecimal {
  if (!Number.isInteger(decimals) || decimals < 0 || decimals > 30) {
    throw new NotDecimalError(`a text has 0 to 30 digits after the point, not ${String(decimals)}`);
  }
  const scale = 10n ** BigInt(decimals);
  const integer = roundToInteger(fraction(value.numerator * scale, value.denominator), rounding);
  const error = subtract(fraction(integer, scale), value);
  return { text: pointed(integer, decimals), exact: error.numerator === 0n, error };
}

function pointed(integer: bigint, decimals: number): string {
  const sign = integer < 0n ? '-' : '';
  const digits = String(integer < 0n ? -integer : integer).padStart(decimals + 1, '0');
  const whole = digits.slice(0, digits.length - decimals);
  const part = digits.slice(digits.length - decimals).replace(/0+$/, '');
  return sign + whole + (part === '' ? '' : `.${part}`);
}

/** The nearest double, for charts and simulations; never for anything that is signed or sent to a pump. */
export function toNumber(value: Rational): number {
  const excess = String(value.denominator).length - String(value.numerator).length;
  const power = Math.max(0, excess + DIGITS_TO_NUMBER);
  return Number(`${String((value.numerator * 10n ** BigInt(power)) / value.denominator)}e-${String(power)}`);
}
