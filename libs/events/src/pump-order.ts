import { z } from 'zod';
import { instant, rateMlPerHour, volumeMl } from './terms.js';

/** What can be asked of a pump. */
export const pumpAction = z
  .enum(['set-rate', 'start', 'stop', 'set-vtbi'])
  .describe('set-rate: ml/h; set-vtbi: ml; start and stop take no value');

/**
 * The text that people sign for a pump. It names everything that the adapter acts on, so nothing beside it can change what
 * is done.
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
      .describe('What the person ordered, in clinical units, from which the rate was reckoned'),
    drug: z.string().min(1).max(64).optional(),
    nonce: z.string().regex(/^[A-Za-z0-9_-]{22,86}$/, 'must be at least 16 random bytes in base64url'),
    issuedAt: instant,
    expiresAt: instant,
  })
  .superRefine((order, context) => {
    const wants = { rateMlPerHour: order.action === 'set-rate', volumeMl: order.action === 'set-vtbi' };
    for (const [field, wanted] of Object.entries(wants)) {
      const has = order[field as keyof typeof wants] !== undefined;
      if (has === wanted) continue;
      const message = wanted ? `is missing for ${order.action}` : `has no meaning for ${order.action}`;
      context.addIssue({ code: 'custom', path: [field], message });
    }
  })
  .describe('Exactly what a person orders of a pump');

export type PumpOrder = z.infer<typeof pumpOrderText>;
export type PumpAction = z.infer<typeof pumpAction>;
