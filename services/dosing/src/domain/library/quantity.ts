import {
  bolusIn,
  ClinicalUnitsError,
  compare,
  DimensionError,
  parseConcentration,
  parseDose,
  rateMlPerHourOf,
  rationalOf,
  UnknownUnitError,
  volumeMlOf,
  type Bolus,
  type BolusUnit,
  type Concentration,
  type Dose,
  type Rational,
} from '@bcmed/clinical-units';

/** What a text is, or why it is none. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: ClinicalUnitsError; readonly unitUnknown: boolean };

export function attempt<T>(read: () => T): Read<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (!(error instanceof ClinicalUnitsError)) throw error;
    return { ok: false, fault: error, unitUnknown: error instanceof UnknownUnitError };
  }
}

export const readDose = (text: string): Read<Dose> => attempt(() => parseDose(text));
export const readConcentration = (text: string): Read<Concentration> =>
  attempt(() => parseConcentration(text));
export const readDecimal = (text: string): Read<Rational> => attempt(() => rationalOf(text));

/** Reads `25 microgram/kg`: a decimal, one space, a unit without time. */
export function readBolus(text: string): Read<Bolus> {
  const [value = '', unit = ''] = text.split(' ');
  // The unit is checked by bolusIn, which throws when it is none.
  return attempt(() => bolusIn(value, unit as BolusUnit));
}

/** The unit of a dose as we spell it: `mcg/kg/min` is `microgram/kg/min`. */
export const readDoseUnit = (text: string): Read<Dose['unit']> => attempt(() => parseDose(`0 ${text}`).unit);

const SOME_WEIGHT_KG = '70';

/** Whether a dose in this unit can come from this concentration at all; whether it is per kilogram does not matter. */
export function sameDimension(quantity: Dose | Bolus, concentration: Concentration): boolean {
  const weight = isPerKg(quantity.unit) ? SOME_WEIGHT_KG : undefined;
  const tried = attempt(() => {
    if (isDose(quantity)) return rateMlPerHourOf(quantity, concentration, weight);
    return volumeMlOf(quantity, concentration, weight);
  });
  return tried.ok || !(tried.fault instanceof DimensionError);
}

export function isPerKg(unit: Dose['unit'] | Bolus['unit']): boolean {
  return unit.split('/').includes('kg');
}

function isDose(quantity: Dose | Bolus): quantity is Dose {
  return /\/(?:min|h|day)$/.test(quantity.unit);
}

/** Whether the second is so many times the first or more. A zero says nothing about decimal points. */
export function atLeastTimes(times: bigint, low: Rational, high: Rational): boolean {
  if (low.numerator === 0n) return false;
  return compare(high, { numerator: low.numerator * times, denominator: low.denominator }) >= 0;
}
