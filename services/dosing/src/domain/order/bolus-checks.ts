import {
  bolusIn,
  compare,
  rationalOf,
  roundedToPump,
  toNumber,
  volumeMlOf,
  writeDecimal,
  type Bolus,
  type Rational,
} from '@bcmed/clinical-units';
import type { Checked } from './checks.js';
import { checkCap, checkHighestRate, DECIMAL, type DoseTerms, type ReckonedDose } from './dose-checks.js';
import { refuse, type Refusal, type SoftLimit } from './events.js';

/** What the pump can be told of a volume; a bolus is rounded down to it. */
const VOLUME_STEP_ML = '0.001';
/** A bolus is over in this time: the pump is watched for as long, and nothing else is told to it meanwhile. */
const LONGEST_SECONDS = 600;

const no = (refusal: Refusal) => ({ ok: false, refusal }) as const;

/**
 * The dose of a bolus and whether the signed volume is that dose: exactly, rounded down to what the pump can be told, so that the
 * patient never gets more than was ordered. The limits are those that the library has for a bolus, and no others.
 */
export function reckonBolus(terms: DoseTerms): Checked<ReckonedDose> {
  const { order, entry, concentration, weightKg } = terms;
  const { bolus } = entry;
  if (bolus === undefined || entry.protocol !== undefined) {
    const why = bolus ? 'is given by protocol' : 'has no limits for a bolus in the library';
    return no(refuse('bolus-not-in-library', `${entry.drug} ${why}, so none is given.`));
  }
  const given = order.dose;
  if (given === undefined) return no(refuse('dose-missing', 'The order names no dose of the bolus.'));
  const value = `${given.value} ${given.unit}`.slice(0, 64);
  if (given.unit !== bolus.unit || !DECIMAL.test(given.value)) {
    const words = `A bolus of ${entry.drug} is ordered in ${bolus.unit}, not as ${value}.`;
    return no(refuse('wrong-unit', words, { limit: bolus.unit, value }));
  }
  const perKg = bolus.unit.split('/').includes('kg');
  if (perKg && weightKg === undefined)
    return no(refuse('weight-missing', `A bolus in ${bolus.unit} needs the patient's weight.`));
  const dose = bolusIn(given.value, bolus.unit);
  const exact = volumeMlOf(dose, concentration, perKg ? weightKg : undefined);
  const volumeMl = toNumber(roundedToPump(exact, VOLUME_STEP_ML, 'down').rateMlPerHour);
  if (volumeMl === 0 || order.volumeMl !== volumeMl) {
    const detail = { limit: `${volumeMl} ml`, value: `${order.volumeMl ?? 'none'} ml` };
    const words = `The dose is ${detail.limit}; the signed text says ${detail.value}.`;
    return no(refuse('volume-differs', words, detail));
  }
  return {
    ok: true,
    value: {
      dose: { value: given.value, unit: given.unit },
      rateMlPerHour: order.rateMlPerHour ?? 0,
      exceeded: softLimits(dose, bolus.limits),
      inNanogramPerKgPerMin: () => false,
    },
  };
}

/** Hard limits, a rate that the pump can run and that ends in time, and how much may be given in all. */
export function checkBolus(terms: DoseTerms, reckoned: ReckonedDose): Refusal | undefined {
  const { entry, order, facts } = terms;
  const { bolus } = entry;
  if (bolus === undefined) return refuse('bolus-not-in-library', `${entry.drug} has no limits for a bolus.`);
  const dose = bolusIn(reckoned.dose.value, bolus.unit);
  const rate = rationalOf(reckoned.rateMlPerHour);
  const isStep = compare(roundedToPump(rate, facts.pumpStepMlPerHour, 'down').rateMlPerHour, rate) === 0;
  const value = `${reckoned.rateMlPerHour} ml/h`;
  if (rate.numerator === 0n || !isStep) {
    const words = `The pump cannot run at ${value}.`;
    return refuse('rate-not-deliverable', words, {
      limit: `steps of ${facts.pumpStepMlPerHour} ml/h`,
      value,
    });
  }
  if ((order.volumeMl ?? 0) * 3_600 > LONGEST_SECONDS * reckoned.rateMlPerHour) {
    const words = 'At this rate the bolus takes more than ten minutes; order an infusion.';
    return refuse('rate-not-deliverable', words, { limit: `${LONGEST_SECONDS} s`, value });
  }
  return (
    checkHardLimits(dose, bolus.limits.hardLow, bolus.limits.hardHigh) ??
    checkHighestRate(entry, rate) ??
    checkCap(terms)
  );
}

function checkHardLimits(dose: Bolus, low: Rational | undefined, high: Rational): Refusal | undefined {
  const say = (value: Rational): string => `${writeDecimal(value, 12, 'half-even').text} ${dose.unit}`;
  const value = say(dose.value);
  if (compare(dose.value, high) > 0) {
    const limit = say(high);
    return refuse('above-hard-limit', `A bolus of ${value} is above the hard limit of ${limit}.`, {
      limit,
      value,
    });
  }
  if (low === undefined || compare(dose.value, low) >= 0) return undefined;
  const limit = say(low);
  return refuse('below-hard-limit', `A bolus of ${value} is below the hard limit of ${limit}.`, {
    limit,
    value,
  });
}

function softLimits(
  { value }: Bolus,
  { softLow, softHigh }: { readonly softLow?: Rational; readonly softHigh?: Rational },
): SoftLimit[] {
  if (softLow !== undefined && compare(value, softLow) < 0) return ['soft-low'];
  return softHigh !== undefined && compare(value, softHigh) > 0 ? ['soft-high'] : [];
}
