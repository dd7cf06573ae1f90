import {
  bolusIn,
  parseConcentration,
  parseDose,
  rationalOf,
  type Bolus,
  type BolusUnit,
  type Concentration,
  type Dose,
  type DoseUnit,
  type Rational,
} from '@bcmed/clinical-units';
import type { EntryDocument, LibraryDocument } from './schema.js';

/** The limits of a dose. Inside soft: free. Between soft and hard: somebody overrides, with a reason. Beyond hard: never. */
export interface Limits {
  readonly hardLow?: Rational;
  readonly softLow?: Rational;
  readonly softHigh?: Rational;
  readonly hardHigh: Rational;
}

/** What a library says about one drug in one care area. */
export interface LibraryEntry {
  readonly drug: string;
  readonly careArea: string;
  readonly highRisk: boolean;
  readonly concentrations: ReadonlyMap<string, Concentration>;
  readonly doseUnit: DoseUnit;
  readonly limits: Limits;
  readonly minWeightKg: Rational;
  readonly maxWeightKg: Rational;
  /** The lower of the entry's and the care area's. */
  readonly maxRateMlPerHour: Rational;
  /** What may be given at once; absent for a drug that nobody gives so. */
  readonly bolus?: { readonly unit: BolusUnit; readonly limits: Limits };
  readonly cumulativeCap?: { readonly amount: Bolus; readonly perHours: number };
  /** How many different people sign an order, and how many others approve beyond a soft limit. */
  readonly signaturesNeeded: number;
  readonly overridersNeeded: number;
  readonly vitals?: { readonly maxAgeMs: number; readonly frozenAfterMs: number };
  /** Id of the protocol whose dose an order must have. */
  readonly protocol?: string;
}

/** A library without errors, read. Its hash is not in it: that is of the bytes, see `readLibraryFile`. */
export interface DrugLibrary {
  readonly name: string;
  readonly version: string;
  readonly status: 'example' | 'clinical';
  readonly effectiveFrom: string;
  readonly reason: string;
  readonly entries: readonly LibraryEntry[];
}

/** What the library says about a drug in a care area, if anything. */
export function entryOf(library: DrugLibrary, drug: string, careArea: string): LibraryEntry | undefined {
  return library.entries.find((entry) => entry.drug === drug && entry.careArea === careArea);
}

/** Reads the texts of a document that the linter found without errors; throws on any other. */
export function drugLibrary(document: LibraryDocument): DrugLibrary {
  const { name, version, status, effectiveFrom, reason, careAreas, drugs } = document;
  const areas = new Map(careAreas.map((area) => [area.name, area]));
  const entries = drugs.flatMap((drug) =>
    drug.entries.map((entry): LibraryEntry => {
      const area = areas.get(entry.careArea);
      if (area === undefined) throw new TypeError(`${entry.careArea} is no care area`);
      const rates = [area.maxRateMlPerHour, ...(entry.maxRateMlPerHour ? [entry.maxRateMlPerHour] : [])];
      return {
        drug: drug.name,
        careArea: entry.careArea,
        highRisk: drug.highRisk === 'true',
        concentrations: new Map(drug.concentrations.map((one) => [one.name, parseConcentration(one.value)])),
        doseUnit: parseDose(`0 ${entry.doseUnit}`).unit,
        limits: limitsOf(entry),
        minWeightKg: rationalOf(area.minWeightKg),
        maxWeightKg: rationalOf(area.maxWeightKg),
        maxRateMlPerHour: lowest(rates.map(({ value }) => rationalOf(value))),
        signaturesNeeded: Number(entry.approvals.order),
        overridersNeeded: Number(entry.approvals.override),
        ...bolusLimitsOf(entry),
        ...capOf(entry),
        ...vitalsOf(entry),
        ...(entry.protocol === undefined ? {} : { protocol: entry.protocol }),
      };
    }),
  );
  return { name, version, status, effectiveFrom, reason, entries };
}

function limitsOf({ limits }: EntryDocument): Limits {
  const value = (limit: { value: string } | undefined): Dose | undefined =>
    limit === undefined ? undefined : parseDose(limit.value);
  const [hardLow, softLow, softHigh] = [limits.hardLow, limits.softLow, limits.softHigh].map(value);
  return {
    ...(hardLow && { hardLow: hardLow.value }),
    ...(softLow && { softLow: softLow.value }),
    ...(softHigh && { softHigh: softHigh.value }),
    hardHigh: parseDose(limits.hardHigh.value).value,
  };
}

function bolusLimitsOf({ bolus }: EntryDocument): Pick<LibraryEntry, 'bolus'> {
  if (bolus === undefined) return {};
  const [hardLow, softLow, softHigh] = [bolus.hardLow, bolus.softLow, bolus.softHigh].map((limit) =>
    limit === undefined ? undefined : bolusFrom(limit.value),
  );
  const hardHigh = bolusFrom(bolus.hardHigh.value);
  return {
    bolus: {
      unit: hardHigh.unit,
      limits: {
        ...(hardLow && { hardLow: hardLow.value }),
        ...(softLow && { softLow: softLow.value }),
        ...(softHigh && { softHigh: softHigh.value }),
        hardHigh: hardHigh.value,
      },
    },
  };
}

/** The linter has read the unit; bolusIn refuses anything else. */
function bolusFrom(text: string): Bolus {
  const [value = '', unit = ''] = text.split(' ');
  return bolusIn(value, unit as BolusUnit);
}

function capOf({ cumulativeCap: cap }: EntryDocument): Pick<LibraryEntry, 'cumulativeCap'> {
  if (cap === undefined) return {};
  return { cumulativeCap: { amount: bolusFrom(cap.value), perHours: Number(cap.perHours) } };
}

function vitalsOf({ vitals }: EntryDocument): Pick<LibraryEntry, 'vitals'> {
  if (vitals === undefined) return {};
  const { maxAgeSeconds, frozenAfterSeconds } = vitals;
  return {
    vitals: { maxAgeMs: Number(maxAgeSeconds) * 1000, frozenAfterMs: Number(frozenAfterSeconds) * 1000 },
  };
}

function lowest(values: readonly Rational[]): Rational {
  return values.reduce((low, value) =>
    value.numerator * low.denominator < low.numerator * value.denominator ? value : low,
  );
}
