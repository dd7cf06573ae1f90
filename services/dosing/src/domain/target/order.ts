import type { PumpOrder } from '@bcmed/events';
import { pk } from '@bcmed/physiology';
import type { TargetPlan } from './control.js';
import { TARGET_MODELS, type TargetModelName } from './models.js';

/** Longest time for which a target is set; it is then ordered anew. */
export const LONGEST_TARGET_MS = 24 * 3_600_000;
/**
 * Highest concentrations that are taken, in the unit of the model. They are ours and only catch a slipped point: what protects the
 * patient is the ceiling of the rate, which passes every limit of the library.
 */
const HIGHEST: Readonly<Record<string, number>> = { propofol: 15, remifentanil: 20 };

/**
 * Whom the models were made from, where the model itself names no range: Schnider 1998 (doi 10.1097/00000542-199805000-00006), Eleveld 2018
 * (doi 10.1016/j.bja.2018.01.018) and 2017 (doi 10.1097/ALN.0000000000001634), cut to adults for those that reach to newborns.
 */
const STUDIED: Readonly<Partial<Record<TargetModelName, pk.ModelRange>>> = {
  'propofol-schnider': { minAgeYears: 25, maxAgeYears: 81, minWeightKg: 44, maxWeightKg: 123 },
  'propofol-eleveld': { minAgeYears: 18, maxAgeYears: 88, minWeightKg: 30, maxWeightKg: 160 },
  'propofol-eleveld-with-opioid': { minAgeYears: 18, maxAgeYears: 88, minWeightKg: 30, maxWeightKg: 160 },
  'remifentanil-eleveld': { minAgeYears: 18, maxAgeYears: 85, minWeightKg: 30, maxWeightKg: 106 },
};

export type TargetRead =
  | { readonly ok: true; readonly plan: TargetPlan }
  | { readonly ok: false; readonly words: string; readonly limit?: string; readonly value?: string };

const no = (
  words: string,
  detail: { readonly limit?: string; readonly value?: string } = {},
): TargetRead => ({
  ok: false,
  words,
  ...detail,
});

/** What stands beside the text of a target. */
export interface TargetTerms {
  /** Amount in one millilitre of the syringe, in this unit. */
  readonly amountPerMl: (unit: pk.PkModel['amountUnit']) => number;
  readonly pumpStepMlPerHour: string;
}

/** What an order to set a target is reckoned with, or in words why it cannot be. Never throws for what people write. */
export function targetOf(order: PumpOrder, { amountPerMl, pumpStepMlPerHour }: TargetTerms): TargetRead {
  const { target, weightKg, rateMlPerHour = 0, volumeMl = 0, drug = '' } = order;
  if (target === undefined) return no('The order names no target.');
  if (!isModel(target.model)) {
    const limit = Object.keys(TARGET_MODELS)
      .filter((name) => name.startsWith(drug))
      .join(', ')
      .slice(0, 64);
    return no(`There is no model ${target.model.slice(0, 64)}.`, { limit, value: target.model.slice(0, 64) });
  }
  const model = TARGET_MODELS[target.model];
  if (model.drug !== drug) return no(`${target.model} is a model of ${model.drug}, not of ${drug}.`);
  if (target.unit !== model.concentrationUnit)
    return no(`${target.model} reckons in ${model.concentrationUnit}, not in ${target.unit}.`, {
      limit: model.concentrationUnit,
      value: target.unit,
    });
  const wanted = Number(target.concentration);
  const highest = HIGHEST[model.drug] ?? 0;
  if (!(wanted > 0 && wanted <= highest))
    return no(`A target of ${model.drug} is above 0 and at most ${highest} ${target.unit}.`, {
      limit: `${highest} ${target.unit}`,
      value: `${target.concentration} ${target.unit}`.slice(0, 64),
    });
  if (weightKg === undefined) return no('A target needs the weight of the patient.');
  if (volumeMl <= 0 || rateMlPerHour <= 0)
    return no('A target needs a ceiling of the rate and a volume above 0.');
  const { ageYears, heightCm, sex } = target;
  const person: pk.Person = { ageYears, heightCm, sex, weightKg: Number(weightKg) };
  const outside = outsideOf({ ...model, range: model.range ?? STUDIED[target.model] }, person);
  if (outside !== undefined) return no(`${target.model} does not hold for this patient: ${outside}.`);
  return {
    ok: true,
    plan: {
      model: target.model,
      site: target.site === 'effect' ? 'effect-site' : 'plasma',
      target: wanted,
      person,
      amountPerMl: amountPerMl(model.amountUnit),
      highestRateMlPerHour: rateMlPerHour,
      pumpStepMlPerHour: Number(pumpStepMlPerHour),
    },
  };
}

function isModel(name: string): name is TargetModelName {
  return Object.hasOwn(TARGET_MODELS, name);
}

/** A model for which nobody names a range is taken for nobody. */
function outsideOf(model: pk.PkModel, person: pk.Person): string | undefined {
  const { range } = model;
  if (range === undefined) return 'no range of patients is published for it';
  if (!pk.isWithinRange(model, person)) {
    const {
      minAgeYears: youngest = 0,
      maxAgeYears: oldest,
      minWeightKg: lightest = 0,
      maxWeightKg: heaviest,
    } = range;
    return `it is for ${youngest} to ${oldest ?? 'any'} years and ${lightest} to ${heaviest ?? 'any'} kg`;
  }
  try {
    pk.constantsFor(model, person);
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
