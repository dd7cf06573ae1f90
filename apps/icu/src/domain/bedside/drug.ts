import { bolusOf, parseConcentration, toNumber } from '@bcmed/clinical-units';
import type { Infusions } from '@bcmed/physiology';

/** How a drug enters the physiological model: in which amounts, and whether per kilogram of body weight. */
interface Effect {
  readonly infusion: keyof Infusions;
  readonly amount: 'mg' | 'microgram';
  readonly perKg: boolean;
}

/** The drugs to which the virtual patients answer, by their names in the drug library. All others flow without effect. */
const EFFECTS: Readonly<Record<string, Effect>> = {
  propofol: { infusion: 'propofolMgPerMin', amount: 'mg', perKg: false },
  remifentanil: { infusion: 'remifentanilMicrogramPerMin', amount: 'microgram', perKg: false },
  noradrenaline: { infusion: 'norepinephrineMicrogramPerMin', amount: 'microgram', perKg: false },
  nitroprusside: {
    infusion: 'sodiumNitroprussideMicrogramPerKgPerMin',
    amount: 'microgram',
    perKg: true,
  },
  dopamine: { infusion: 'dopamineMicrogramPerKgPerMin', amount: 'microgram', perKg: true },
};

/** Names of the drugs that do something. */
export const EFFECTIVE_DRUGS: readonly string[] = Object.keys(EFFECTS);

/** What one millilitre per minute of a syringe does to the model's infusions; null for a drug without effect. */
export interface Potency {
  readonly infusion: keyof Infusions;
  readonly perMl: number;
}

/**
 * The potency of a syringe for a patient of this weight. Worked out once, exactly, and only then made a number.
 *
 * @throws ClinicalUnitsError for a concentration that cannot be read, or one without mass for a drug that is dosed by mass.
 */
export function potencyOf(drug: string, concentration: string, weightKg: number): Potency | null {
  const parsed = parseConcentration(concentration);
  const effect = Object.hasOwn(EFFECTS, drug) ? EFFECTS[drug] : undefined;
  if (effect === undefined) return null;
  const amount = toNumber(bolusOf(1, parsed, effect.amount).value);
  return { infusion: effect.infusion, perMl: effect.perKg ? amount / weightKg : amount };
}

/** The infusions that these millilitres within so many seconds amount to; several syringes of one drug add up. */
export function infusionsOf(
  given: readonly { readonly potency: Potency | null; readonly deliveredMl: number }[],
  seconds: number,
): Infusions {
  const sum: Partial<Record<keyof Infusions, number>> = {};
  for (const { potency, deliveredMl } of given) {
    if (potency === null) continue;
    const perMin = (deliveredMl * potency.perMl * 60) / seconds;
    sum[potency.infusion] = (sum[potency.infusion] ?? 0) + perMin;
  }
  return sum;
}
