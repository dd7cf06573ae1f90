import { z } from 'zod';
import type { WardAction } from '../domain/actions.js';
import type { BedAction } from '../domain/bedside/floor.js';
import { SENSORS } from '../domain/bedside/monitor.js';
import { BEHAVES, type Misbehaviour } from '../domain/misbehaviour.js';
import { SESSION_NAMES } from '../sessions/index.js';

const volumeMl = z.number().positive().max(1000);
const rateMlPerHour = z.number().positive().max(1200);
const share = z.number().min(0).max(1).default(0);
const LONGEST_MS = 3_600_000;

/** A hand at the pump or the bed: one action with its values. */
export const actionSchema: z.ZodType<WardAction> = z.discriminatedUnion('action', [
  z.strictObject({ action: z.enum(['start', 'stop', 'clear-volume', 'clear-vtbi', 'clear-alarm']) }),
  z.strictObject({ action: z.enum(['release', 'remove-syringe', 'run-empty', 'mains-off', 'mains-on']) }),
  z.strictObject({ action: z.literal('set-rate'), rateMlPerHour }),
  z.strictObject({ action: z.literal('set-vtbi'), volumeMl, endAction: z.enum(['STOP', 'KVO']).optional() }),
  z.strictObject({
    action: z.literal('bolus'),
    volumeMl: volumeMl.max(50),
    rateMlPerHour: rateMlPerHour.optional(),
  }),
  z.strictObject({
    action: z.literal('occlude'),
    complianceMicrolitrePerMmHg: z.number().positive().max(1000).optional(),
  }),
  z.strictObject({
    action: z.literal('insert-syringe'),
    brand: z
      .string()
      .regex(/^[ -~]*$/)
      .max(20)
      .optional(),
    sizeMl: z.number().int().positive().max(100).optional(),
    contentMl: z.number().min(0).max(100).optional(),
  }),
  z.strictObject({
    action: z.literal('set-drug-name'),
    drugName: z
      .string()
      .regex(/^[^!^|\r\n]*$/)
      .max(20),
  }),
]);

/** What happens at a bed that is not about one pump; without a sensor all of them are meant. */
export const bedActionSchema: z.ZodType<BedAction> = z.discriminatedUnion('action', [
  z.strictObject({ action: z.enum(['sensor-off', 'sensor-on']), sensor: z.enum(SENSORS).optional() }),
  z.strictObject({ action: z.literal('freeze-monitor'), silently: z.boolean().optional() }),
  z.strictObject({ action: z.literal('thaw-monitor') }),
  z.strictObject({ action: z.literal('move-patient'), to: z.string().min(1).max(40) }),
]);

/** What is wrong with a pump's line; what is left out is as it should be, so `{}` is a pump that behaves. */
export const misbehaviourSchema: z.ZodType<Misbehaviour> = z.strictObject({
  silence: share,
  lateMs: z.number().min(0).max(LONGEST_MS).default(BEHAVES.lateMs),
  staleReply: share,
  foreignSerial: share,
  garbageBytes: z.number().int().min(0).max(4096).default(BEHAVES.garbageBytes),
  truncation: share,
  bitFlips: share,
  abort: share,
  spontaneousEscapeEveryMs: z.number().min(0).max(LONGEST_MS).default(BEHAVES.spontaneousEscapeEveryMs),
});

/** Which session to play, and for how long where that matters. */
export const sessionSchema = z.strictObject({
  name: z.enum(SESSION_NAMES),
  seconds: z.number().positive().max(86_400).default(60),
});
