import {
  bolusOf,
  compare,
  parseConcentration,
  rationalOf,
  toNumber,
  type BolusUnit,
  type Concentration,
  type Rational,
} from '@bcmed/clinical-units';
import { isDosedOrder, pumpOrderText, type DosedOrder, type PumpOrder } from '@bcmed/events';
import { LONGEST_TARGET_MS, targetOf, type TargetPlan, type TargetTerms } from '../target/index.js';
import { entryOf, type LibraryEntry } from '../library/index.js';
import { checkBolus, reckonBolus } from './bolus-checks.js';
import type { Facts } from './commands.js';
import { bringsDose, checkDose, reckonDose, type ReckonedDose } from './dose-checks.js';
import { refuse, type Refusal } from './events.js';
import { instantMs } from './instant.js';
import type { Infusion } from './state.js';
import { judgeVitals } from './vitals.js';

/** How far the clock of whoever signed may be ahead of ours. */
const MAX_LEAD_MS = 5_000;
/** An order lives no longer than this: the adapters remember a nonce for as long, and refuse whatever lives longer. */
const LONGEST_LIFE_MS = 10 * 60_000;

/** An order that passed every check that does not need other people. */
export interface CheckedOrder extends ReckonedDose {
  readonly order: DosedOrder;
  readonly entry: LibraryEntry;
  /** Of an order to set a target: by what it is reckoned. */
  readonly plan?: TargetPlan;
}

export type Checked<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly refusal: Refusal };

const no = (refusal: Refusal) => ({ ok: false, refusal }) as const;

/** The order as its signed text says it; nothing that decides a dose stands anywhere else. */
export function readOrder(text: string): PumpOrder | undefined {
  const parsed = pumpOrderText.safeParse(jsonOf(text));
  return parsed.success ? parsed.data : undefined;
}

/** Why a text is no order, with the fields that are wrong. */
export function unreadable(text: string): Refusal {
  const issues = pumpOrderText.safeParse(jsonOf(text)).error?.issues ?? [];
  const faults = issues.map(({ path, message }) => [path.join('.'), message].filter(Boolean).join(': '));
  const words = `The signed text is no order that we can read (${faults.join('; ')}`;
  return refuse('text-unreadable', `${words.slice(0, 500)}).`);
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Every check of an order against the ward as it is at `at`, in the order in which a person would want to hear it. */
export function checkOrder(
  order: PumpOrder,
  at: string,
  facts: Facts,
  state: Infusion,
): Checked<CheckedOrder> {
  if (!isDosedOrder(order)) {
    return no(refuse('action-not-dosed', 'A stop is not an order: use the stop, which is never refused.'));
  }
  const early =
    checkTime(order, at) ??
    checkEpisode(order, state) ??
    checkBed(order, facts) ??
    checkStanding(order, state);
  if (early !== undefined) return no(early);
  const found = findEntry(order, facts);
  if (!found.ok) return found;
  const { entry, concentration } = found.value;
  const weight = checkWeight(order.weightKg, entry, order.action === 'bolus' ? entry.bolus?.unit : undefined);
  if (!weight.ok) return weight;
  const terms = { order, entry, concentration, weightKg: weight.value, facts, standing: state.authorised };
  const isBolus = order.action === 'bolus';
  const reckoned = isBolus ? reckonBolus(terms) : reckonDose(terms);
  if (!reckoned.ok) return reckoned;
  const late =
    (isBolus ? checkBolus : checkDose)(terms, reckoned.value) ??
    (entry.vitals === undefined ? undefined : judgeVitals(facts.vitals, entry.vitals)) ??
    checkProtocol(entry, reckoned.value, facts);
  if (late !== undefined) return no(late);
  if (order.action !== 'set-target') return { ok: true, value: { ...reckoned.value, entry, order } };
  const target = checkTarget(order, at, concentration, facts);
  return target.ok ? { ok: true, value: { ...reckoned.value, entry, order, plan: target.value } } : target;
}

function checkTime(order: PumpOrder, at: string): Refusal | undefined {
  const [issued, expires, now] = [instantMs(order.issuedAt), instantMs(order.expiresAt), instantMs(at)];
  if (issued > now + MAX_LEAD_MS) {
    return refuse('issued-in-future', 'The order was signed in the future; one of the clocks is wrong.');
  }
  if (expires - issued > LONGEST_LIFE_MS) {
    const detail = { limit: '10 min', value: `${String(Math.round((expires - issued) / 60_000))} min` };
    return refuse('expired', 'An order lives for ten minutes at most; order anew.', detail);
  }
  // Also true when a time cannot be read: what is not known to be valid has expired.
  if (now < expires) return undefined;
  return refuse('expired', 'The order has expired; order anew.', { limit: order.expiresAt, value: at });
}

function checkEpisode(order: PumpOrder, { closed, subject }: Infusion): Refusal | undefined {
  if (closed) return refuse('episode-closed', 'This infusion is closed; order another one.');
  if (subject === undefined) return undefined;
  const same =
    order.pump === subject.pump && order.patient === subject.patient && order.drug === subject.drug;
  return same
    ? undefined
    : refuse('episode-differs', 'This infusion is of another pump, patient or drug; order another one.');
}

function checkBed(order: PumpOrder, { association }: Facts): Refusal | undefined {
  const there =
    association !== undefined &&
    association.pump === order.pump &&
    association.patient === order.patient &&
    association.unit === order.unit;
  const { syringe } = association ?? {};
  if (there && syringe !== undefined && syringe.drug !== order.drug) {
    const detail = { limit: syringe.drug.slice(0, 64), value: order.drug ?? 'no drug' };
    return refuse('pump-not-at-bed', `The syringe of this pump was recorded as ${detail.limit}.`, detail);
  }
  if (there) return undefined;
  return refuse('pump-not-at-bed', 'Nobody recorded that this pump is connected to this patient.', {
    value: order.pump,
    ...(association === undefined ? {} : { limit: association.pump }),
  });
}

/** A start keeps the rate that the pump has, and a bolus comes beside it: it must mean the same patient's weight and the same syringe as that rate. */
function checkStanding(order: DosedOrder, { authorised }: Infusion): Refusal | undefined {
  if (bringsDose(order) || authorised === undefined) return undefined;
  if (authorised.action === 'set-target')
    return refuse(
      'pump-steered',
      'The pump is steered to a target: order another target, a rate, or a stop.',
    );
  const { careArea, concentration, weightKg } = authorised.placed;
  const same =
    order.careArea === careArea && order.concentration === concentration && order.weightKg === weightKg;
  if (same) return undefined;
  const words =
    'Weight, concentration or care area differ from those of the authorised rate; order a rate anew.';
  return refuse('episode-differs', words);
}

/** The concentration of the order is that of the syringe, where one was recorded. */
function checkSyringe(
  concentration: Concentration,
  { doseUnit }: LibraryEntry,
  { association }: Facts,
): Refusal | undefined {
  const label = association?.syringe?.concentration;
  if (label === undefined) return undefined;
  // A dose unit begins with the unit of an amount.
  const amount = doseUnit.split('/')[0] as BolusUnit;
  try {
    const [ordered, recorded] = [concentration, parseConcentration(label)].map(
      (each) => bolusOf('1', each, amount).value,
    );
    if (ordered !== undefined && recorded !== undefined && compare(ordered, recorded) === 0) return undefined;
  } catch {
    // A label that cannot be read, or that measures something else, is not what was ordered.
  }
  return refuse(
    'concentration-unknown',
    'The syringe of this pump was recorded with another concentration.',
    {
      limit: label.slice(0, 64),
    },
  );
}

function findEntry(
  order: DosedOrder,
  facts: Facts,
): Checked<{ entry: LibraryEntry; concentration: Concentration }> {
  const { library } = facts;
  if (library === undefined) {
    return no(refuse('library-missing', 'No drug library is active here; nothing can be authorised.'));
  }
  if (library.hash !== order.libraryHash) {
    const detail = { limit: library.hash, value: order.libraryHash };
    return no(refuse('library-changed', 'Another drug library is active by now; order anew.', detail));
  }
  const entry = entryOf(library.content, order.drug ?? '', order.careArea);
  if (entry === undefined) {
    const value = `${order.drug ?? 'no drug'} in ${order.careArea}`.slice(0, 64);
    return no(refuse('not-in-library', `The library has no ${value}.`, { value }));
  }
  const concentration = entry.concentrations.get(order.concentration);
  if (concentration !== undefined) {
    const other = checkSyringe(concentration, entry, facts);
    return other === undefined ? { ok: true, value: { entry, concentration } } : no(other);
  }
  const words = `The library has no concentration ${order.concentration.slice(0, 64)} of ${entry.drug}.`;
  return no(refuse('concentration-unknown', words, { value: order.concentration.slice(0, 64) }));
}

/** A weight is taken exactly when the dose, or that of a bolus, is per kilogram; one that comes beside another dose is not looked at. */
function checkWeight(
  text: string | undefined,
  entry: LibraryEntry,
  unit: string = entry.doseUnit,
): Checked<string | undefined> {
  if (!unit.split('/').includes('kg')) return { ok: true, value: undefined };
  if (text === undefined) {
    return no(refuse('weight-missing', `A dose in ${unit} needs the patient's weight.`));
  }
  const weight = decimalOf(text);
  const [low, high] = [entry.minWeightKg, entry.maxWeightKg];
  if (weight !== undefined && compare(weight, low) >= 0 && compare(weight, high) <= 0) {
    return { ok: true, value: text };
  }
  const shown = text.slice(0, 32);
  const words = `${shown} kg is not the weight of a patient of ${entry.careArea}.`;
  return no(refuse('weight-implausible', words, { value: `${shown} kg` }));
}

/** A target is reckoned by a model that holds for this patient, and ends. Its ceiling passed the checks of a dose before. */
function checkTarget(
  order: DosedOrder,
  at: string,
  concentration: Concentration,
  { pumpStepMlPerHour }: Facts,
): Checked<TargetPlan> {
  const amountPerMl: TargetTerms['amountPerMl'] = (unit) => toNumber(bolusOf('1', concentration, unit).value);
  const read = targetOf(order, { amountPerMl, pumpStepMlPerHour });
  if (!read.ok) {
    const { words, ok: _, ...detail } = read;
    return no(refuse('target-unusable', words, detail));
  }
  const lastsMs = instantMs(order.untilAt ?? '') - instantMs(at);
  if (lastsMs > 0 && lastsMs <= LONGEST_TARGET_MS) return { ok: true, value: read.plan };
  const value = order.untilAt ?? 'never';
  return no(refuse('target-unusable', 'A target ends, and within 24 hours.', { value }));
}

function checkProtocol(entry: LibraryEntry, reckoned: ReckonedDose, facts: Facts): Refusal | undefined {
  if (entry.protocol === undefined) return undefined;
  const result = facts.protocol;
  if (result === undefined || result.kind === 'refused' || result.protocolId !== entry.protocol) {
    const why = result?.kind === 'refused' ? ` (${result.code})` : '';
    return refuse('protocol-refused', `The protocol of this drug has not answered${why}.`);
  }
  if (result.verdict !== 'dose') {
    return refuse('protocol-refused', `The protocol gives no dose for these vitals: ${result.verdict}.`);
  }
  const limit = `${String(result.doseNanogramPerKgPerMin)} ng/kg/min`;
  if (reckoned.inNanogramPerKgPerMin(result.doseNanogramPerKgPerMin)) return undefined;
  const value = `${reckoned.dose.value} ${reckoned.dose.unit}`;
  return refuse('protocol-differs', `The protocol gives ${limit}, the order says ${value}.`, {
    limit,
    value,
  });
}

/** A decimal, or undefined: what a person typed is never a reason to fall over. */
function decimalOf(text: string): Rational | undefined {
  return /^\d{1,9}(?:\.\d{1,9})?$/.test(text) ? rationalOf(text) : undefined;
}
