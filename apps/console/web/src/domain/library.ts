/** The drug library as people choose from it; what the dosing service makes of an order is decided there, by its exact text. */

export interface Limits {
  readonly hardLow?: string;
  readonly softLow?: string;
  readonly softHigh?: string;
  /** Every entry for a dose that runs has one. */
  readonly hardHigh: string;
}

export interface LibraryConcentration {
  readonly name: string;
  /** As on the label: `200 mg in 50 ml` or `10 mg/ml`. */
  readonly value: string;
}

export interface LibraryEntry {
  readonly careArea: string;
  readonly doseUnit: string;
  readonly limits: Limits;
  readonly bolus: Limits | undefined;
  readonly maxRateMlPerHour: string | undefined;
  /** People who have to sign an order, and to override a soft limit. */
  readonly approvals: { readonly order: number; readonly override: number };
}

export interface LibraryDrug {
  readonly name: string;
  readonly title: string;
  readonly highRisk: boolean;
  readonly concentrations: readonly LibraryConcentration[];
  readonly entries: readonly LibraryEntry[];
}

export interface DrugLibrary {
  readonly name: string;
  readonly version: string;
  readonly status: string;
  readonly notice: string | undefined;
  readonly effectiveFrom: string;
  readonly reason: string;
  readonly careAreas: readonly { readonly name: string; readonly title: string }[];
  readonly drugs: readonly LibraryDrug[];
}

type Json = Readonly<Record<string, unknown>>;
const record = (value: unknown): Json => (typeof value === 'object' && value !== null ? (value as Json) : {});
const items = (value: unknown): readonly Json[] => (Array.isArray(value) ? value.map(record) : []);
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const maybe = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const quantity = (value: unknown): string | undefined => maybe(record(value)['value']);

/** The library out of its document, every scalar of which is text. What is missing is empty; the linter is the service's. */
export function libraryOf(document: unknown): DrugLibrary {
  const root = record(document);
  return {
    name: text(root['name']),
    version: text(root['version']),
    status: text(root['status']),
    notice: maybe(root['notice']),
    effectiveFrom: text(root['effectiveFrom']),
    reason: text(root['reason']),
    careAreas: items(root['careAreas']).map(({ name, title }) => ({ name: text(name), title: text(title) })),
    drugs: items(root['drugs']).map(drugOf),
  };
}

function drugOf({ name, title, highRisk, concentrations, entries }: Json): LibraryDrug {
  return {
    name: text(name),
    title: text(title),
    highRisk: highRisk === 'true',
    concentrations: items(concentrations).map((one) => ({
      name: text(one['name']),
      value: text(one['value']),
    })),
    entries: items(entries).map(entryOf),
  };
}

function entryOf({ careArea, doseUnit, limits, bolus, maxRateMlPerHour, approvals }: Json): LibraryEntry {
  const { order, override } = record(approvals);
  return {
    careArea: text(careArea),
    doseUnit: text(doseUnit),
    limits: limitsOf(limits),
    bolus: bolus === undefined ? undefined : limitsOf(bolus),
    maxRateMlPerHour: quantity(maxRateMlPerHour),
    approvals: { order: Number(text(order)) || 1, override: Number(text(override)) || 1 },
  };
}

function limitsOf(value: unknown): Limits {
  const { hardLow, softLow, softHigh, hardHigh } = record(value);
  const named = { hardLow: quantity(hardLow), softLow: quantity(softLow), softHigh: quantity(softHigh) };
  const known = Object.entries(named).filter(([, limit]) => limit !== undefined);
  return { ...(Object.fromEntries(known) as Partial<Limits>), hardHigh: quantity(hardHigh) ?? '' };
}

/** A difference between two versions, by the path of the value. */
export interface LibraryDifference {
  readonly drug: string;
  readonly field: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/** What a release would change, drug by drug; in the order of the new version, what it drops at the end. */
export function differences(before: DrugLibrary, after: DrugLibrary): readonly LibraryDifference[] {
  const old = new Map(before.drugs.map((drug) => [drug.name, fieldsOf(drug)]));
  const names = [...after.drugs.map(({ name }) => name), ...before.drugs.map(({ name }) => name)];
  const fresh = new Map(after.drugs.map((drug) => [drug.name, fieldsOf(drug)]));
  return [...new Set(names)].flatMap((drug) => {
    const [was, is] = [
      old.get(drug) ?? new Map<string, string>(),
      fresh.get(drug) ?? new Map<string, string>(),
    ];
    return [...new Set([...is.keys(), ...was.keys()])]
      .filter((field) => was.get(field) !== is.get(field))
      .map((field) => ({ drug, field, before: was.get(field), after: is.get(field) }));
  });
}

function fieldsOf(drug: LibraryDrug): ReadonlyMap<string, string> {
  const fields = new Map<string, string>([['high risk', drug.highRisk ? 'yes' : 'no']]);
  for (const { name, value } of drug.concentrations) fields.set(`concentration ${name}`, value);
  for (const { careArea, doseUnit, limits, bolus, approvals, maxRateMlPerHour } of drug.entries) {
    const put = (field: string, value: string | undefined): void => {
      if (value !== undefined && value !== '') fields.set(`${careArea}: ${field}`, value);
    };
    put('dose unit', doseUnit);
    for (const [name, value] of Object.entries(limits)) put(name, value as string);
    for (const [name, value] of Object.entries(bolus ?? {})) put(`bolus ${name}`, value as string);
    put('highest rate', maxRateMlPerHour);
    put('people who sign', String(approvals.order));
    put('people who override', String(approvals.override));
  }
  return fields;
}
