import {
  bolusOf,
  compare,
  doseIn,
  rateMlPerHourOf,
  rationalOf,
  roundedToPump,
  toNumber,
  writeDecimal,
  type Concentration,
  type Dose,
  type Rational,
} from '@bcmed/clinical-units';
import type { PumpOrder } from '@bcmed/events';
import type { LibraryEntry } from '../library/index.js';
import type { Checked } from './checks.js';
import type { Facts } from './commands.js';
import { refuse, type Authorisation, type Refusal, type SoftLimit } from './events.js';

/** What a dose is reckoned from. */
export interface DoseTerms {
  readonly order: PumpOrder;
  readonly entry: LibraryEntry;
  readonly concentration: Concentration;
  readonly weightKg: string | undefined;
  readonly facts: Facts;
  /** What is authorised up to now. */
  readonly standing: Authorisation | undefined;
}

/** A dose and the rate that gives it, never more than it. */
export interface ReckonedDose {
  readonly dose: { readonly value: string; readonly unit: string };
  readonly rateMlPerHour: number;
  readonly exceeded: readonly SoftLimit[];
  /** Whether the dose is exactly so many ng/kg/min; false for a dose of another kind. */
  inNanogramPerKgPerMin(nanogram: bigint): boolean;
}

export const DECIMAL = /^\d{1,9}(?:\.\d{1,12})?$/;

/**
 * The dose that an order means and the rate for it. `set-rate` and the ceiling of a target bring their own; `start` and `set-vtbi` keep what is authorised.
 * The rate is rounded down to what the pump can run: the patient never gets more than was ordered.
 */
export function reckonDose(terms: DoseTerms): Checked<ReckonedDose> {
  const { order, entry, concentration, weightKg, facts } = terms;
  const brings = bringsDose(order);
  const given = brings ? order.dose : terms.standing?.dose;
  if (given === undefined) {
    const words = brings ? 'The order names no dose.' : 'There is no authorised dose to start with.';
    return { ok: false, refusal: refuse('dose-missing', words) };
  }
  if (given.unit !== entry.doseUnit || !DECIMAL.test(given.value)) {
    const detail = { limit: entry.doseUnit, value: `${given.value} ${given.unit}`.slice(0, 64) };
    return {
      ok: false,
      refusal: refuse(
        'wrong-unit',
        `${entry.drug} is ordered in ${entry.doseUnit}, not as ${detail.value}.`,
        detail,
      ),
    };
  }
  const named = order.dose ?? given;
  if (named.value !== given.value || named.unit !== given.unit) {
    const detail = {
      limit: `${given.value} ${given.unit}`,
      value: `${named.value} ${named.unit}`.slice(0, 64),
    };
    const words = `The text names ${detail.value}, but ${detail.limit} is authorised.`;
    return { ok: false, refusal: refuse('rate-differs', words, detail) };
  }
  const dose = doseIn(given.value, entry.doseUnit);
  const exact = rateMlPerHourOf(dose, concentration, weightKg);
  const rate = roundedToPump(exact, facts.pumpStepMlPerHour, 'down').rateMlPerHour;
  return {
    ok: true,
    value: {
      dose: { value: given.value, unit: given.unit },
      rateMlPerHour: toNumber(rate),
      exceeded: softLimits(dose, terms),
      inNanogramPerKgPerMin: (nanogram) => isNanogramPerKgPerMin(dose, nanogram, terms),
    },
  };
}

/** Whether an order has a dose of its own; that of a target is the dose of its ceiling. */
export function bringsDose({ action }: PumpOrder): boolean {
  return action === 'set-rate' || action === 'set-target';
}

/** Hard limits, the rate, and how much may be given in all. */
export function checkDose(terms: DoseTerms, reckoned: ReckonedDose): Refusal | undefined {
  const { entry } = terms;
  const dose = doseIn(reckoned.dose.value, entry.doseUnit);
  return checkHardLimits(dose, entry) ?? checkRate(terms, dose, reckoned) ?? checkCap(terms);
}

function checkHardLimits(dose: Dose, { limits, drug }: LibraryEntry): Refusal | undefined {
  const say = (value: Rational): string => `${writeDecimal(value, 12, 'half-even').text} ${dose.unit}`;
  const value = say(dose.value);
  if (compare(dose.value, limits.hardHigh) > 0) {
    const limit = say(limits.hardHigh);
    return refuse('above-hard-limit', `${value} of ${drug} is above the hard limit of ${limit}.`, {
      limit,
      value,
    });
  }
  if (limits.hardLow !== undefined && compare(dose.value, limits.hardLow) < 0) {
    const limit = say(limits.hardLow);
    return refuse('below-hard-limit', `${value} of ${drug} is below the hard limit of ${limit}.`, {
      limit,
      value,
    });
  }
  return undefined;
}

function checkRate(terms: DoseTerms, dose: Dose, { rateMlPerHour }: ReckonedDose): Refusal | undefined {
  const { order, entry } = terms;
  const rate = rationalOf(rateMlPerHour);
  const value = `${rateMlPerHour} ml/h`;
  if (rate.numerator === 0n && dose.value.numerator !== 0n) {
    return refuse('rate-not-deliverable', 'The pump cannot run as slowly as this dose asks.', {
      limit: `${terms.facts.pumpStepMlPerHour} ml/h`,
    });
  }
  if (bringsDose(order) && order.rateMlPerHour !== rateMlPerHour) {
    const given = `${order.rateMlPerHour ?? 'none'} ml/h`;
    return refuse('rate-differs', `The dose gives ${value}; the signed text says ${given}.`, {
      limit: value,
      value: given,
    });
  }
  return checkHighestRate(entry, rate);
}

export function checkHighestRate({ maxRateMlPerHour }: LibraryEntry, rate: Rational): Refusal | undefined {
  if (compare(rate, maxRateMlPerHour) <= 0) return undefined;
  const value = `${toNumber(rate)} ml/h`;
  const limit = `${writeDecimal(maxRateMlPerHour, 9, 'down').text} ml/h`;
  return refuse('rate-above-maximum', `${value} is above the highest rate of ${limit}.`, { limit, value });
}

/** What was given, and what a volume to be infused would add, stays within the cap; without a volume, below it. */
export function checkCap({ order, entry, concentration, weightKg, facts }: DoseTerms): Refusal | undefined {
  const { cumulativeCap: cap } = entry;
  if (cap === undefined) return undefined;
  const perKg = cap.amount.unit.split('/').includes('kg');
  const weight = perKg ? weightKg : undefined;
  const amount = (ml: string | number): Rational | undefined =>
    perKg && weight === undefined ? undefined : bolusOf(ml, concentration, cap.amount.unit, weight).value;
  const delivered = amount(facts.deliveredMl);
  const planned = amount(order.volumeMl ?? 0);
  const limit = `${writeDecimal(cap.amount.value, 9, 'down').text} ${cap.amount.unit} in ${cap.perHours} h`;
  const reached = () =>
    refuse('cap-reached', `No more than ${limit} of ${entry.drug} may be given.`, { limit });
  // A cap per kilogram beside a dose that is not: without a weight nobody can tell, so nothing is given.
  if (delivered === undefined || planned === undefined) return reached();
  if (compare(delivered, cap.amount.value) >= 0) return reached();
  const left: Rational = {
    numerator:
      cap.amount.value.numerator * delivered.denominator - delivered.numerator * cap.amount.value.denominator,
    denominator: cap.amount.value.denominator * delivered.denominator,
  };
  return compare(planned, left) > 0 ? reached() : undefined;
}

function softLimits(dose: Dose, { entry, standing }: DoseTerms): SoftLimit[] {
  const { softLow, softHigh } = entry.limits;
  const exceeded: SoftLimit[] = [];
  if (softLow !== undefined && compare(dose.value, softLow) < 0) exceeded.push('soft-low');
  if (softHigh !== undefined && compare(dose.value, softHigh) > 0) exceeded.push('soft-high');
  if (standing?.dose.unit === dose.unit) {
    const before = rationalOf(standing.dose.value);
    const tenfold = { numerator: before.numerator * 10n, denominator: before.denominator };
    if (before.numerator > 0n && compare(dose.value, tenfold) >= 0) exceeded.push('tenfold-change');
  }
  return exceeded;
}

/** Two doses are the same when they give the same exact rate: no conversion but the one there is. */
function isNanogramPerKgPerMin(dose: Dose, nanogram: bigint, terms: DoseTerms): boolean {
  const { concentration, weightKg } = terms;
  if (weightKg === undefined || !/^(?:ng|microgram|mg|g)\/kg\//.test(dose.unit)) return false;
  const other = doseIn(String(nanogram), 'ng/kg/min');
  const [one, two] = [dose, other].map((each) => rateMlPerHourOf(each, concentration, weightKg));
  return one !== undefined && two !== undefined && compare(one, two) === 0;
}
