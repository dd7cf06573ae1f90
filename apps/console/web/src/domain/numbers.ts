/**
 * Numbers as people read them without error: after the ISMP list of error-prone abbreviations no trailing zero (5, never 5.0) and no
 * naked decimal point (0.5, never .5), with thousands set apart by a narrow space from 10,000 on. The decimal sign is always a point: a
 * pump shows a point, and two signs on one ward are a mistake waiting to happen.
 */

/** What stands where no current value is known. Never a number, never empty. */
export const UNKNOWN = '---';

const NARROW_SPACE = '\u202f';

/** At most so many digits behind the point, rounded half away from zero; `---` for what is not a number. */
export function plain(value: number | undefined, digits = 2): string {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN;
  return tidy(fixed(value, digits));
}

/** An exact decimal text of an order, in the form that people read; `---` for what is no decimal. */
export function plainText(value: string | undefined): string {
  if (value === undefined || !/^-?\d{1,15}(?:\.\d{1,15})?$/.test(value)) return UNKNOWN;
  return tidy(value);
}

/**
 * The decimal that a person typed, as the services take it; undefined when it is none. A comma counts as the point, since a
 * keyboard may have no other; `1,000` and `1.2.3` are refused rather than guessed.
 */
export function typedDecimal(text: string): string | undefined {
  const normal = text.trim().replace(',', '.');
  if (!/^\d{1,6}(?:\.\d{1,4})?$/.test(normal)) return undefined;
  if (/^\d+,\d{3}$/.test(text.trim())) return undefined;
  return tidy(normal).replaceAll(NARROW_SPACE, '');
}

function fixed(value: number, digits: number): string {
  // A number a hair below a half by its binary fraction is the half that somebody wrote.
  const scale = 10 ** digits;
  const rounded = (Math.sign(value) * Math.round(Math.abs(value) * scale * (1 + Number.EPSILON))) / scale;
  return rounded.toFixed(digits);
}

/** Takes away what says nothing or misleads: zeros at either end, a sign before nothing. */
function tidy(decimal: string): string {
  const [, sign = '', whole = '0', fraction = ''] = /^(-?)0*(\d*?)(?:\.(\d*?)0*)?$/.exec(decimal) ?? [];
  const digits = whole === '' ? '0' : whole;
  const shown = digits.length < 5 ? digits : digits.replace(/\B(?=(?:\d{3})+$)/g, NARROW_SPACE);
  const text = fraction === '' ? shown : `${shown}.${fraction}`;
  return text === '0' ? '0' : `${sign}${text}`;
}
