import { commonVariables } from '@bcmed/service-kit';
import { z } from 'zod';

/** The environment of the ledger. */
export const configSchema = z.object({
  ...commonVariables,
  BCMED_INSTANCE: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'only a-z, 0-9 and -')
    .default('1')
    .describe(
      'the name of this instance; together with the service it is the holder of the key, for example 1',
    ),
  CHAIN_RPC_URL: z
    .url({ protocol: /^https?$/, error: 'not an http(s) address' })
    .describe('the JSON-RPC address of the EVM node, for example http://127.0.0.1:8545'),
  CHAIN_ID: z.coerce
    .bigint()
    .positive('not a chain id')
    .describe('the id of the chain, so that no other one is taken for it, for example 20777'),
  BLOCK_ANCHOR_ADDRESS: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, 'not an address')
    .optional()
    .describe('the address of the BlockAnchor contract; leave it out when the ledger may deploy it'),
  CHAIN_RECOVERY: z
    .enum(['automatic', 'manual'])
    .default('manual')
    .describe(
      'automatic when the ledger may deploy a successor after the chain was lost (embedded set-up), otherwise manual',
    ),
  MINIMUM_ANCHOR_SPACING_MS: z.coerce
    .number()
    .int('not a whole number')
    .min(0, 'below 0')
    .max(10_000, 'above 10000')
    .default(14)
    .describe('the shortest time between two anchors in milliseconds, 0 to 10000'),
});

export type LedgerConfig = z.infer<typeof configSchema>;

/** Injection token of the parsed configuration. */
export const CONFIG = Symbol('configuration of the ledger');
