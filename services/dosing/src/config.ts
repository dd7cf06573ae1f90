import { commonVariables } from '@bcmed/service-kit';
import { z } from 'zod';

const token = /^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

const flag = (says: string) =>
  z
    .enum(['true', 'false'], 'neither true nor false')
    .default('false')
    .transform((text) => text === 'true')
    .describe(says);

/** The environment of dosing. */
export const configSchema = z.object({
  ...commonVariables,
  BCMED_INSTANCE: z
    .string()
    .regex(token, 'only a-z, 0-9 and inner hyphens')
    .default('1')
    .describe(
      'the name of this instance; together with the service it is the holder of the key, for example 1',
    ),
  BCMED_UNIT: z
    .string()
    .regex(token, 'only a-z, 0-9 and inner hyphens')
    .default('icu-1')
    .describe('the care unit whose orders are checked against the library'),
  CHAIN_RPC_URL: z
    .url({ protocol: /^https?$/, error: 'not an http(s) address' })
    .optional()
    .describe(
      'the JSON-RPC address of the EVM node; leave it out and drugs that need a protocol are refused',
    ),
  CHAIN_ID: z
    .string()
    .regex(/^\d{1,20}$/, 'not a number')
    .transform((text) => BigInt(text))
    .optional()
    .describe('refuse any other chain; leave it out to take the one that answers'),
  CHAIN_RECOVERY: z
    .enum(['automatic', 'manual'], 'neither automatic nor manual')
    .default('manual')
    .describe('whether a LibraryRegister is deployed where there is none: automatic or manual'),
  LIBRARY_REGISTER_ADDRESS: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, 'not an address')
    .optional()
    .describe("the address of the site's LibraryRegister; leave it out for the one that was made here"),
  DRUG_PROTOCOL_ADDRESS: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, 'not an address')
    .optional()
    .describe(
      "the address of the site's DrugProtocol; leave it out and drugs that need a protocol are refused",
    ),
  ALLOW_DEMONSTRATION: flag('whether people that were made for a demonstration are believed: true or false'),
  ALLOW_EXAMPLE_LIBRARY: flag(
    'whether a library of status example may be active, never for patients: true or false',
  ),
  PUMP_STEP_ML_PER_HOUR: z
    .string()
    .regex(/^(?:0\.\d{0,3}[1-9]\d{0,3}|[1-9])$/, 'neither a decimal below 1 nor a digit')
    .default('0.1')
    .describe("the smallest step of the pumps' rate in ml/h, for example 0.1"),
  VITALS_LOST_S: z.coerce
    .number('not a number')
    .min(1, 'below 1')
    .max(86_400, 'above 86400')
    .default(300)
    .describe(
      'after how many seconds without vitals of the patient what was authorised upon vitals is withdrawn, 1 to 86400',
    ),
  ANSWER_MARGIN_MS: z.coerce
    .number('not a number')
    .int('not a whole number')
    .min(0, 'below 0')
    .max(600_000, 'above 600000')
    .default(10_000)
    .describe(
      'how long after its expiry a command may still be answered by a pump, in milliseconds, 0 to 600000',
    ),
});

export type DosingConfig = z.infer<typeof configSchema>;
