import { rationalOf, writeDecimal, type Decimal } from './decimal.js';
import {
  NegativeQuantityError,
  NotDecimalError,
  UnknownUnitError,
  ZeroConcentrationError,
} from './errors.js';
import { compare, divide, ZERO, type Rational, type Rounding } from './rational.js';
import {
  amountParts,
  bolusParts,
  concentrationParts,
  doseParts,
  type AmountUnit,
  type BolusUnit,
  type ConcentrationUnit,
  type DoseUnit,
} from './units.js';

/** A dose that runs. Zero is a dose: it is how an infusion is paused. */
export interface Dose {
  readonly value: Rational;
  readonly unit: DoseUnit;
}

/** A dose that is given at once. */
export interface Bolus {
  readonly value: Rational;
  readonly unit: BolusUnit;
}

/** How much drug a millilitre holds; always above zero. */
export interface Concentration {
  readonly value: Rational;
  readonly unit: ConcentrationUnit;
}

/** An exact value from a caller: already exact, or a decimal. */
export type Exact = Rational | Decimal;

export function exactly(value: Exact): Rational {
  return typeof value === 'object' ? value : rationalOf(value);
}

/** @throws {NegativeQuantityError} below zero; `what` names the quantity in the message. */
export function notNegative(value: Exact, what: string): Rational {
  const exact = exactly(value);
  if (compare(exact, ZERO) < 0) {
    throw new NegativeQuantityError(`${what} is below zero: ${writeDecimal(exact, 6, 'half-even').text}`);
  }
  return exact;
}

/** A dose per time, for example `doseIn(7, 'microgram/kg/min')`. */
export function doseIn(value: Exact, unit: DoseUnit): Dose {
  doseParts(unit);
  return { value: notNegative(value, 'the dose'), unit };
}

/** A dose given at once, for example `bolusIn('2', 'microgram/kg')`. */
export function bolusIn(value: Exact, unit: BolusUnit): Bolus {
  bolusParts(unit);
  return { value: notNegative(value, 'the dose'), unit };
}

/** A concentration, for example `concentrationIn('1.6', 'mg/ml')`. */
export function concentrationIn(value: Exact, unit: ConcentrationUnit): Concentration {
  concentrationParts(unit);
  const exact = notNegative(value, 'the concentration');
  if (exact.numerator === 0n)
    throw new ZeroConcentrationError(`a concentration of 0 ${unit} carries no dose`);
  return { value: exact, unit };
}

/** The concentration of an amount made up to a volume: 200 mg in 50 ml is 4 mg/ml. */
export function concentrationOf(amount: Exact, unit: AmountUnit, volumeMl: Exact): Concentration {
  amountParts(unit);
  const volume = notNegative(volumeMl, 'the volume');
  if (volume.numerator === 0n) throw new ZeroConcentrationError('an amount in 0 ml is no concentration');
  return concentrationIn(divide(notNegative(amount, 'the amount'), volume), `${unit}/ml`);
}

function split(text: string, what: string): readonly [string, string] {
  const [, value, unit] = /^(\S+) (\S+)$/.exec(text) ?? [];
  if (value === undefined || unit === undefined) {
    throw new NotDecimalError(`${JSON.stringify(text.slice(0, 80))} is not ${what}`);
  }
  return [value, unit];
}

/** Reads `7 microgram/kg/min`: a decimal, one space, a unit. Spellings such as `ug` are read; the result has ours. */
export function parseDose(text: string): Dose {
  const [value, unit] = split(text, 'a dose such as "7 microgram/kg/min"');
  const { amount, perKg, time } = doseParts(unit);
  if (time === undefined) throw new UnknownUnitError(`${JSON.stringify(unit)} has no time`);
  return doseIn(value, `${amount}/${perKg ? 'kg/' : ''}${time}`);
}

/** Reads `1.6 mg/ml` or `200 mg in 50 ml`. */
export function parseConcentration(text: string): Concentration {
  const [, amount, unit, volume] = /^(\S+) (\S+) in (\S+) ml$/.exec(text) ?? [];
  if (amount !== undefined && unit !== undefined && volume !== undefined) {
    return concentrationOf(amount, amountParts(unit).amount, volume);
  }
  const [value, perMl] = split(text, 'a concentration such as "1.6 mg/ml" or "200 mg in 50 ml"');
  return concentrationIn(value, `${concentrationParts(perMl).amount}/ml`);
}

/** Writes a dose, bolus or concentration with its unit; `parseDose` and `parseConcentration` read it again. */
export function quantityText(
  quantity: Dose | Bolus | Concentration,
  decimals: number,
  rounding: Rounding,
): string {
  return `${writeDecimal(quantity.value, decimals, rounding).text} ${quantity.unit}`;
}
