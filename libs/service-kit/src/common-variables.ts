import { z } from 'zod';

const token = z.string().regex(/^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/, 'only a-z, 0-9 and inner hyphens');

/**
 * The variables that every service has, to be spread into its own schema: `z.object({ ...commonVariables, … })`.
 * Each description reads as the end of the sentence "set NAME to …".
 */
export const commonVariables = {
  BCMED_SITE: token.describe('the short name of the site, for example ward-3'),
  NATS_URL: z
    .string()
    .regex(/^(?:nats|tls|wss?):\/\/\S+$/, 'not the address of a NATS server')
    .describe(
      'the address of the NATS server, for example nats://127.0.0.1:4222; several are separated by commas',
    ),
  NATS_SEED_FILE: z
    .string()
    .min(1)
    .optional()
    .describe(
      "the file with the seed of this service's identity on NATS; leave it out for a server that asks for none",
    ),
  BCMED_ROOT_KID: z
    .string()
    .regex(/^[A-Za-z0-9_-]{43}$/, 'not an RFC 7638 thumbprint (43 characters of base64url)')
    .describe("the thumbprint of the site's root key, printed when the site was first started"),
  BCMED_STATE_DIR: z.string().min(1).describe("a folder of this service's own, which is part of the backup"),
  HTTP_HOST: z
    .string()
    .default('127.0.0.1')
    .describe('the address to listen on: 127.0.0.1 for this machine only, 0.0.0.0 for all'),
  HTTP_PORT: z.coerce
    .number('not a number')
    .int('not a whole number')
    .min(0, 'below 0')
    .max(65_535, 'above 65535')
    .default(0)
    .describe('the HTTP port, 0 for any free one'),
  LOG_LEVEL: z
    .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
      error: 'not one of trace, debug, info, warn, error, fatal, silent',
    })
    .default('info')
    .describe('how much to log: trace, debug, info, warn, error, fatal or silent'),
} as const;
