import { z } from 'zod';
import { decimalText, instant, rateMlPerHour, sha256, token, volumeMl } from './terms.js';

/** What can be asked of a pump. */
export const pumpAction = z
  .enum(['set-rate', 'start', 'stop', 'set-vtbi', 'bolus', 'set-target'])
  .describe(
    'set-rate: ml/h; set-vtbi: ml; bolus: ml, given once at ml/h; set-target: a concentration, at most ml/h and ml; start and stop take no value',
  );

/** A concentration in the patient that a pump is steered to, and the covariates of the model that reckons it. */
export const orderedTarget = z
  .strictObject({
    model: token.describe('Name of the pharmacokinetic model, such as propofol-schnider'),
    site: z.enum(['plasma', 'effect']).describe('Where the concentration is wanted'),
    concentration: decimalText.describe('In `unit`'),
    unit: z.enum(['microgram/ml', 'ng/ml']).describe('The unit of the model'),
    ageYears: z.number().min(1).max(120),
    heightCm: z.number().min(30).max(250),
    sex: z.enum(['female', 'male']).describe('As the model means it'),
  })
  .describe('The weight that belongs to it is `weightKg`');

/** What a dose is reckoned from, besides a weight. */
const RECKONED_WITH = ['careArea', 'concentration', 'libraryHash'] as const;

/**
 * The text that people sign for a pump. It names everything that the adapter acts on, and everything from which the dose is
 * reckoned, so nothing beside it can change what is done.
 */
export const pumpOrderText = z
  .strictObject({
    kind: z.literal('pump-order'),
    site: z.string().min(1).max(128),
    pump: z.string().min(1).max(64).describe('Serial number as the pump writes it'),
    unit: z.string().min(1).max(128).describe('Care unit in which the pump stands'),
    patient: z.string().min(1).max(128).optional().describe('Pseudonym; absent for a stop'),
    action: pumpAction,
    rateMlPerHour: rateMlPerHour.optional(),
    volumeMl: volumeMl.optional(),
    dose: z
      .strictObject({ value: z.string().min(1).max(32), unit: z.string().min(1).max(32) })
      .optional()
      .describe(
        'What the person ordered, in clinical units, from which the rate, or the volume of a bolus, was reckoned',
      ),
    target: orderedTarget
      .optional()
      .describe('Of set-target; `rateMlPerHour` is then its ceiling, `volumeMl` the most that may go in'),
    untilAt: instant.optional().describe('Of set-target: when it ends'),
    drug: z.string().min(1).max(64).optional(),
    careArea: token.optional().describe('Care area of the drug library; absent only in a stop'),
    concentration: token
      .optional()
      .describe('Name of the concentration in the drug library; absent only in a stop'),
    weightKg: decimalText.optional().describe('Weight that the dose is reckoned with, if it is per kilogram'),
    libraryHash: sha256
      .optional()
      .describe('SHA-256 of the drug library that the person saw; absent only in a stop'),
    nonce: z.string().regex(/^[A-Za-z0-9_-]{22,86}$/, 'must be at least 16 random bytes in base64url'),
    issuedAt: instant,
    expiresAt: instant,
  })
  .superRefine((order, context) => {
    const isTarget = order.action === 'set-target';
    const isBoth = order.action === 'bolus' || isTarget;
    const wants = {
      rateMlPerHour: order.action === 'set-rate' || isBoth,
      volumeMl: order.action === 'set-vtbi' || isBoth,
      target: isTarget,
      untilAt: isTarget,
    };
    for (const [field, wanted] of Object.entries(wants)) {
      const has = order[field as keyof typeof wants] !== undefined;
      if (has === wanted) continue;
      const message = wanted ? `is missing for ${order.action}` : `has no meaning for ${order.action}`;
      context.addIssue({ code: 'custom', path: [field], message });
    }
    // A stop is not refused for what it lacks, nor for what it says too much.
    if (order.action === 'stop') return;
    for (const field of RECKONED_WITH) {
      if (order[field] !== undefined) continue;
      context.addIssue({ code: 'custom', path: [field], message: `is missing for ${order.action}` });
    }
  })
  .describe('Exactly what a person orders of a pump');

export type PumpOrder = z.infer<typeof pumpOrderText>;
export type PumpAction = z.infer<typeof pumpAction>;

/** An order that says how its dose is reckoned: every one but a stop. */
export type DosedOrder = PumpOrder & { readonly action: Exclude<PumpAction, 'stop'> } & Readonly<
    Record<(typeof RECKONED_WITH)[number], string>
  >;

/** Whether a dose can be reckoned from an order; true for every text that the schema takes, but a stop. */
export function isDosedOrder(order: PumpOrder): order is DosedOrder {
  return order.action !== 'stop' && RECKONED_WITH.every((field) => order[field] !== undefined);
}
