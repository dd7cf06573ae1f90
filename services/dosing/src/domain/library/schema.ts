import { z } from 'zod';

/**
 * The form of a drug library. YAML is read with its plainest schema, in which every scalar is text: `0.30` stays the text that a
 * pharmacist wrote, and no drug or unit becomes a number, a date or a boolean by accident.
 */
const name = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'must be 1 to 64 characters of a-z, 0-9 and -');
const title = z.string().trim().min(1, 'must not be empty').max(128);
const decimal = z.string().regex(/^\d{1,9}(?:\.\d{1,9})?$/, 'must be a plain decimal number such as 0.5');
const whole = (low: number, high: number) =>
  z
    .string()
    .regex(/^\d{1,6}$/, 'must be a whole number')
    .refine((text) => Number(text) >= low && Number(text) <= high, `must be ${low} to ${high}`);
const yes = z.enum(['true', 'false'], 'must be true or false');
const source = name.describe('Key of `sources`');

/** A value with its unit, and where it is from. */
const quantity = z.strictObject({ value: z.string().min(1).max(64), source });
const millilitresPerHour = z.strictObject({ value: decimal, source });

const limits = z.strictObject({
  hardLow: quantity.optional(),
  softLow: quantity.optional(),
  softHigh: quantity.optional(),
  hardHigh: quantity,
});

export const librarySchema = z.strictObject({
  kind: z.literal('drug-library', 'must be drug-library'),
  name,
  version: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9.-]{0,31}$/, 'must be a version such as 2026.1'),
  status: z.enum(['example', 'clinical'], 'must be example or clinical'),
  notice: z.string().min(1).max(512).optional(),
  effectiveFrom: z.iso.datetime({ precision: 3, error: 'must be like 2026-11-20T12:00:00.000Z' }),
  reason: z.string().trim().min(1, 'must say why this version exists').max(512),
  sources: z.record(name, z.string().trim().min(12, 'must cite something that others can find').max(512)),
  careAreas: z
    .array(
      z.strictObject({
        name,
        title,
        minWeightKg: decimal,
        maxWeightKg: decimal,
        maxRateMlPerHour: millilitresPerHour,
      }),
    )
    .min(1, 'must name at least one care area'),
  drugs: z
    .array(
      z.strictObject({
        name,
        title,
        highRisk: yes,
        concentrations: z
          .array(z.strictObject({ name, value: z.string().min(1).max(64), source }))
          .min(1, 'must name at least one concentration'),
        entries: z
          .array(
            z.strictObject({
              careArea: name,
              doseUnit: z.string().min(1).max(32),
              limits,
              maxRateMlPerHour: millilitresPerHour.optional(),
              cumulativeCap: z
                .strictObject({ value: z.string().min(1).max(64), perHours: whole(1, 168), source })
                .optional(),
              bolus: limits.optional(),
              approvals: z.strictObject({ order: whole(1, 8), override: whole(1, 8) }),
              vitals: z
                .strictObject({ maxAgeSeconds: whole(1, 3600), frozenAfterSeconds: whole(10, 3600) })
                .optional(),
              protocol: z
                .string()
                .regex(/^0x[0-9a-f]{64}$/, 'must be 0x and 64 lower-case hexadecimal digits')
                .optional(),
            }),
          )
          .min(1, 'must have an entry for at least one care area'),
      }),
    )
    .min(1, 'must name at least one drug'),
});

/** A library as it is written, every value still text. */
export type LibraryDocument = z.infer<typeof librarySchema>;
export type EntryDocument = LibraryDocument['drugs'][number]['entries'][number];
