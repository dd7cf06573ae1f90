import { commonVariables } from '@bcmed/service-kit';
import { z } from 'zod';

const whole = (low: number, high: number) =>
  z.coerce
    .number('not a number')
    .int('not a whole number')
    .min(low, `below ${low}`)
    .max(high, `above ${high}`);

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const origin = z.string().refine(isOrigin, 'not an origin; https, or http on this machine');

const origins = z
  .string()
  .transform((text) => text.split(',').map((part) => part.trim()))
  .pipe(z.array(origin).max(7, 'more than seven'));

/** The environment of the access service. */
export const configSchema = z.object({
  ...commonVariables,
  BCMED_INSTANCE: z
    .string()
    .regex(/^[a-z0-9-]{1,64}$/, 'only a-z, 0-9 and -')
    .default('1')
    .describe(
      'the name of this instance; together with the service it is the holder of the key, for example 1',
    ),
  PUBLIC_ORIGIN: origin.describe(
    'the origin at which browsers see this service, for example https://access.hospital.example',
  ),
  RELYING_PARTY: z
    .string()
    .regex(/^[a-z0-9.-]{1,253}$/, 'not a host name')
    .optional()
    .describe(
      'the host name for which passkeys are made: that of PUBLIC_ORIGIN (the default) or a parent of it. It can never change',
    ),
  TRUSTED_ORIGINS: origins
    .default([])
    .describe(
      'further origins at which people enrol and sign, separated by commas, for example that of the console',
    ),
  SESSION_IDLE_MINUTES: whole(1, 720)
    .default(30)
    .describe('the minutes after which an unused session ends, 1 to 720'),
  SESSION_HOURS: whole(1, 24).default(12).describe('the hours after which every session ends, 1 to 24'),
  ENROLMENT_LINK_MINUTES: whole(1, 1_440)
    .default(60)
    .describe('the minutes for which an enrolment link is good, 1 to 1440'),
  ATTEMPTS_PER_MINUTE: whole(1, 100_000)
    .default(60)
    .describe('how many sign-ins and enrolments one address may try in a minute'),
  READS_RECORDED_SECONDS: whole(1, 3_600)
    .default(60)
    .describe('the seconds after which allowed reads are recorded as one event for each person'),
  ALLOW_DEMONSTRATION: z
    .enum(['true', 'false'], { error: 'neither true nor false' })
    .default('false')
    .transform((text) => text === 'true')
    .describe('true to believe people who were made for a demonstration; never where there are patients'),
  CHAIN_RPC_URL: z
    .url({ protocol: /^https?$/, error: 'not an http(s) address' })
    .optional()
    .describe('the JSON-RPC address of the EVM node; without it there is no registry on a chain'),
  CHAIN_ID: z.coerce
    .bigint()
    .positive('not a chain id')
    .optional()
    .describe('the id of the chain, so that no other one is taken for it, for example 20777'),
  ACCESS_REGISTRY_ADDRESS: z
    .string()
    .regex(/^0x[0-9a-fA-F]{40}$/, 'not an address')
    .optional()
    .describe('the address of the AccessRegistry contract; leave it out when the service may deploy it'),
  CHAIN_RECOVERY: z
    .enum(['automatic', 'manual'])
    .default('manual')
    .describe(
      'automatic when the service may deploy a registry where there is none (embedded set-up), otherwise manual',
    ),
});

export type AccessConfig = z.infer<typeof configSchema>;

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, origin: whole } = new URL(text);
  return whole === text && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname)));
}
