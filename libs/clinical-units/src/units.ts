import { UnknownUnitError } from './errors.js';
import { fraction, type Rational } from './rational.js';

/** What an amount measures. Quantities of different dimensions are never converted into one another. */
export type Dimension = 'mass' | 'activity' | 'substance';

/** Amounts of a drug by their only spelling; there is no `U` and no `µ`, which are misread by hand and on screens. */
export type AmountUnit = 'ng' | 'microgram' | 'mg' | 'g' | 'milliunit' | 'unit' | 'micromol' | 'mmol' | 'mol';

export type TimeUnit = 'min' | 'h' | 'day';

/** A dose that runs: per kilogram of body weight or not, per time. */
export type DoseUnit = `${AmountUnit}/${'kg/' | ''}${TimeUnit}`;

/** A dose that is given at once: per kilogram of body weight or not. */
export type BolusUnit = AmountUnit | `${AmountUnit}/kg`;

export type ConcentrationUnit = `${AmountUnit}/ml`;

/** Multiples of the smallest unit of each dimension: nanogram, milliunit, micromole. */
const AMOUNTS: Readonly<Record<AmountUnit, { readonly dimension: Dimension; readonly factor: bigint }>> = {
  ng: { dimension: 'mass', factor: 1n },
  microgram: { dimension: 'mass', factor: 1_000n },
  mg: { dimension: 'mass', factor: 1_000_000n },
  g: { dimension: 'mass', factor: 1_000_000_000n },
  milliunit: { dimension: 'activity', factor: 1n },
  unit: { dimension: 'activity', factor: 1_000n },
  micromol: { dimension: 'substance', factor: 1n },
  mmol: { dimension: 'substance', factor: 1_000n },
  mol: { dimension: 'substance', factor: 1_000_000n },
};

const MINUTES: Readonly<Record<TimeUnit, bigint>> = { min: 1n, h: 60n, day: 1_440n };

/** Spellings of microgram and day that drug libraries and UCUM use; they are read and never written. */
const ALIASES: Readonly<Record<string, AmountUnit | TimeUnit>> = {
  ug: 'microgram',
  mcg: 'microgram',
  '\u00b5g': 'microgram',
  '\u03bcg': 'microgram',
  units: 'unit',
  d: 'day',
};

/** A unit taken apart. `perHour` turns a value per its time into one per hour; absent for a bolus. */
export interface UnitParts {
  readonly amount: AmountUnit;
  readonly dimension: Dimension;
  /** Smallest units of the dimension in one of this amount. */
  readonly factor: bigint;
  readonly perKg: boolean;
  readonly time: TimeUnit | undefined;
  readonly perHour: Rational;
}

function isAmount(text: string): text is AmountUnit {
  return Object.hasOwn(AMOUNTS, text);
}

function isTime(text: string): text is TimeUnit {
  return Object.hasOwn(MINUTES, text);
}

function canonical(token: string): string {
  return Object.hasOwn(ALIASES, token) ? (ALIASES[token] ?? token) : token;
}

export function amountParts(text: string): Pick<UnitParts, 'amount' | 'dimension' | 'factor'> {
  const amount = canonical(text);
  if (!isAmount(amount)) {
    throw new UnknownUnitError(
      `${JSON.stringify(text.slice(0, 40))} is none of ${Object.keys(AMOUNTS).join(', ')}`,
    );
  }
  return { amount, ...AMOUNTS[amount] };
}

/** Takes `microgram/kg/min` and the like apart. @throws {UnknownUnitError} unless it is a dose per time. */
export function doseParts(text: string): UnitParts {
  const tokens = text.split('/').map(canonical);
  const perKg = tokens[1] === 'kg';
  const time = tokens[perKg ? 2 : 1] ?? '';
  if (tokens.length !== (perKg ? 3 : 2) || !isTime(time)) {
    throw new UnknownUnitError(
      `${JSON.stringify(text.slice(0, 40))} is no dose per time such as microgram/kg/min or mg/h`,
    );
  }
  return { ...amountParts(tokens[0] ?? ''), perKg, time, perHour: fraction(60n, MINUTES[time]) };
}

/** Takes `mg/kg` or `mg` apart. @throws {UnknownUnitError} unless it is a dose given at once. */
export function bolusParts(text: string): UnitParts {
  const tokens = text.split('/');
  const perKg = tokens.length === 2 && tokens[1] === 'kg';
  if (tokens.length !== 1 && !perKg) {
    throw new UnknownUnitError(`${JSON.stringify(text.slice(0, 40))} is no dose given at once such as mg/kg`);
  }
  return { ...amountParts(tokens[0] ?? ''), perKg, time: undefined, perHour: fraction(1n, 1n) };
}

/** Takes `mg/ml` apart. @throws {UnknownUnitError} unless it is an amount per millilitre. */
export function concentrationParts(text: string): Pick<UnitParts, 'amount' | 'dimension' | 'factor'> {
  const tokens = text.split('/');
  if (tokens.length !== 2 || tokens[1] !== 'ml') {
    throw new UnknownUnitError(`${JSON.stringify(text.slice(0, 40))} is no concentration such as mg/ml`);
  }
  return amountParts(tokens[0] ?? '');
}
