import { commonVariables } from '@bcmed/service-kit';
import { z } from 'zod';

/** The environment of the audit. */
export const configSchema = z.object({
  ...commonVariables,
  BCMED_INSTANCE: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'only a-z, 0-9 and -')
    .default('1')
    .describe(
      'the name of this instance; together with the service it is the holder of the key, for example 1',
    ),
  ALLOW_DEMONSTRATION: z
    .enum(['true', 'false'], 'neither true nor false')
    .default('false')
    .transform((text) => text === 'true')
    .describe('whether people that were made for a demonstration are believed: true or false'),
  AUDIT_READS_RECORDED_S: z.coerce
    .number('not a number')
    .min(1, 'below 1')
    .max(3_600, 'above 3600')
    .default(60)
    .describe('for how many seconds what people read is counted before it becomes one event, 1 to 3600'),
  DATABASE_URL: z
    .string()
    .regex(/^postgres(?:ql)?:\/\/\S+$/, 'not the address of a PostgreSQL database')
    .describe(
      'the address of the database for views, for example postgresql://bcmed:password@127.0.0.1:5432/audit; its user must own the schema',
    ),
  CHAIN_RPC_URL: z
    .url({ protocol: /^https?$/, error: 'not an http(s) address' })
    .describe('the JSON-RPC address of the EVM node, for example http://127.0.0.1:8545'),
  CHAIN_ID: z.coerce
    .bigint()
    .positive('not a chain id')
    .optional()
    .describe('the id of the chain, so that no other one is taken for it, for example 20777'),
  BLOCK_ANCHOR_ADDRESS: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, 'not an address')
    .optional()
    .describe('the address of a BlockAnchor contract that the current one must be or descend from'),
});

export type AuditConfig = z.infer<typeof configSchema>;
