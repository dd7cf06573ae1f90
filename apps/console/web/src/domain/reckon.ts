import {
  ClinicalUnitsError,
  bolusOf,
  compare,
  doseIn,
  doseOf,
  parseConcentration,
  parseDose,
  rateMlPerHourOf,
  roundedToPump,
  toNumber,
  writeDecimal,
  type BolusUnit,
  type Concentration,
  type DoseUnit,
} from '@bcmed/clinical-units';
import type { LibraryConcentration, LibraryEntry, Limits } from './library.ts';

/**
 * From a dose to a rate and back, with the arithmetic that the dosing service uses. It is for showing; the service reckons again and
 * refuses a text in which the two differ.
 */
export interface Terms {
  readonly doseUnit: string;
  /** As on the label. */
  readonly concentration: string;
  /** Only for a dose per kilogram. */
  readonly weightKg: string | undefined;
  readonly stepMlPerHour: string;
}

export interface Reckoned {
  readonly dose: { readonly value: string; readonly unit: string };
  readonly rateMlPerHour: number;
}

/** Set-rates of the pumps have one digit behind the point. */
export const PUMP_STEP_ML_PER_HOUR = '0.1';
const MOST_DIGITS = 9;

export const needsWeight = (doseUnit: string): boolean => doseUnit.split('/').includes('kg');

/** What a dose means for the pump: the rate is rounded down to its step. A text says why it cannot be reckoned. */
export function fromDose(value: string, terms: Terms): Reckoned | string {
  return reckoned(() => {
    const dose = doseIn(value, terms.doseUnit as DoseUnit);
    return { dose: { value, unit: terms.doseUnit }, rateMlPerHour: rateOf(dose.value, terms) };
  });
}

/** The shortest dose that gives exactly this rate. A text says why there is none. */
export function fromRate(rate: string, terms: Terms): Reckoned | string {
  return reckoned(() => {
    const wanted = roundedToPump(rate, terms.stepMlPerHour, 'down');
    if (wanted.relativeDeviation.numerator !== 0n) {
      return `The pump is set in steps of ${terms.stepMlPerHour} ml/h.`;
    }
    const exact = doseOf(rate, concentrationIn(terms), terms.doseUnit as DoseUnit, weightOf(terms)).value;
    for (let digits = 0; digits <= MOST_DIGITS; digits++) {
      const { text, error } = writeDecimal(exact, digits, 'half-up');
      const value = error.numerator < 0n ? nextUp(text, digits) : text;
      const dose = doseIn(value, terms.doseUnit as DoseUnit);
      const given = rateOf(dose.value, terms);
      if (compare(dose.value, exact) >= 0 && given === toNumber(wanted.rateMlPerHour)) {
        return { dose: { value, unit: terms.doseUnit }, rateMlPerHour: given };
      }
    }
    return 'No dose gives exactly this rate; enter the dose.';
  });
}

/** The dose that a bolus of this volume holds; undefined when it cannot be reckoned. */
export function bolusDose(
  volumeMl: string,
  { doseUnit, concentration, weightKg }: Terms,
): string | undefined {
  const unit = (
    needsWeight(doseUnit) ? `${doseUnit.split('/')[0] ?? ''}/kg` : doseUnit.split('/')[0]
  ) as BolusUnit;
  const dose = reckoned(() => {
    const given = bolusOf(
      volumeMl,
      parseConcentration(concentration),
      unit,
      needsWeight(doseUnit) ? weightKg : undefined,
    );
    return { dose: { value: writeDecimal(given.value, 4, 'half-up').text, unit }, rateMlPerHour: 0 };
  });
  return typeof dose === 'string' ? undefined : `${dose.dose.value} ${dose.dose.unit}`;
}

/** The concentration of the library that is the one on the label, whatever its spelling; undefined when there is none. */
export function concentrationOnLabel(
  label: string | undefined,
  choices: readonly LibraryConcentration[],
): LibraryConcentration | undefined {
  const read = (value: string): Concentration | undefined => {
    try {
      return parseConcentration(value);
    } catch {
      return undefined;
    }
  };
  const wanted = label === undefined ? undefined : read(label);
  if (wanted === undefined) return undefined;
  return choices.find(({ value }) => {
    const have = read(value);
    return have !== undefined && sameConcentration(have, wanted);
  });
}

const UNITS_OF_COMPARISON = ['mg', 'unit', 'mmol'] as const;
function sameConcentration(a: Concentration, b: Concentration): boolean {
  return UNITS_OF_COMPARISON.some((unit) => {
    try {
      return compare(bolusOf('1', a, unit).value, bolusOf('1', b, unit).value) === 0;
    } catch {
      return false;
    }
  });
}

/** Where a dose lies in the limits of its entry. */
export type Standing = 'below-hard' | 'below-soft' | 'within' | 'above-soft' | 'above-hard' | 'unknown';

export function standingOf(value: string, doseUnit: string, limits: Limits): Standing {
  try {
    const dose = doseIn(value, doseUnit as DoseUnit).value;
    const beyond = (limit: string | undefined, sign: 1 | -1): boolean =>
      limit !== undefined && limit !== '' && compare(dose, parseDose(limit).value) === sign;
    if (beyond(limits.hardHigh, 1)) return 'above-hard';
    if (beyond(limits.hardLow, -1)) return 'below-hard';
    if (beyond(limits.softHigh, 1)) return 'above-soft';
    if (beyond(limits.softLow, -1)) return 'below-soft';
    return 'within';
  } catch {
    return 'unknown';
  }
}

/** A limit of the library as a number of its own unit, for drawing. */
export function limitNumber(limit: string | undefined): number | undefined {
  const number = Number(limit?.split(' ')[0]);
  return limit === undefined || Number.isNaN(number) ? undefined : number;
}

/** The entry of a drug for the care area, or its first one. */
export const entryFor = (entries: readonly LibraryEntry[], careArea: string): LibraryEntry | undefined =>
  entries.find((entry) => entry.careArea === careArea) ?? entries[0];

function rateOf(dose: ReturnType<typeof doseIn>['value'], terms: Terms): number {
  const exact = rateMlPerHourOf(
    { value: dose, unit: terms.doseUnit as DoseUnit },
    concentrationIn(terms),
    weightOf(terms),
  );
  return toNumber(roundedToPump(exact, terms.stepMlPerHour, 'down').rateMlPerHour);
}

const concentrationIn = ({ concentration }: Terms): Concentration => parseConcentration(concentration);
const weightOf = ({ doseUnit, weightKg }: Terms): string | undefined =>
  needsWeight(doseUnit) ? weightKg : undefined;

/** The next decimal above one of that many digits behind the point. */
function nextUp(text: string, digits: number): string {
  const [whole = '0', part = ''] = text.split('.');
  const integer = BigInt(whole + part.padEnd(digits, '0')) + 1n;
  const padded = String(integer).padStart(digits + 1, '0');
  const fraction = padded.slice(padded.length - digits).replace(/0+$/, '');
  return padded.slice(0, padded.length - digits) + (digits === 0 || fraction === '' ? '' : `.${fraction}`);
}

function reckoned(work: () => Reckoned | string): Reckoned | string {
  try {
    return work();
  } catch (error) {
    if (error instanceof ClinicalUnitsError) return error.message;
    throw error;
  }
}
