import { fileURLToPath } from 'node:url';
import { commonVariables } from '@bcmed/service-kit';
import { z } from 'zod';

const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

const service = (name: string) =>
  z
    .url({ protocol: /^https?$/, error: 'not an http(s) address' })
    .optional()
    .describe(`the address of the service ${name}; without it the console shows nothing of it`);

/** The environment of the console's gateway. */
export const configSchema = z.object({
  ...commonVariables,
  PUBLIC_ORIGIN: z
    .string()
    .refine(isOrigin, 'not an origin; https, or http on this machine')
    .describe(
      'the origin at which browsers open the console, for example https://console.hospital.example; access must have it in TRUSTED_ORIGINS',
    ),
  RELYING_PARTY: z
    .string()
    .regex(/^[a-z0-9.-]{1,253}$/, 'not a host name')
    .optional()
    .describe(
      'the host name for which passkeys are made, as access has it; that of PUBLIC_ORIGIN by default',
    ),
  ACCESS_URL: z
    .url({ protocol: /^https?$/, error: 'not an http(s) address' })
    .describe('the address of the service access, for example http://127.0.0.1:7101'),
  DOSING_URL: service('dosing'),
  ALARMS_URL: service('alarms'),
  AUDIT_URL: service('audit'),
  LEDGER_URL: service('ledger'),
  ADAPTER_URL: service('pump-adapter'),
  CHAIN_RPC_URL: z
    .url({ protocol: /^https?$/, error: 'not an http(s) address' })
    .optional()
    .describe(
      'the JSON-RPC address of the EVM node; without it nobody can compare the log with the chain here',
    ),
  CHAIN_CONTRACTS: z
    .string()
    .regex(/^(?:0x[0-9a-fA-F]{40}(?:,0x[0-9a-fA-F]{40}){0,15})?$/, 'not at most 16 addresses')
    .default('')
    .transform((text) => text.split(',').filter((part) => part !== ''))
    .describe(
      'further contracts of the site that may be read, separated by commas; those that anchor blocks are known from the blocks',
    ),
  ALLOW_DEMONSTRATION: z
    .enum(['true', 'false'], { error: 'neither true nor false' })
    .default('false')
    .transform((text) => text === 'true')
    .describe('true to believe people who were made for a demonstration; never where there are patients'),
  WEB_DIR: z
    .string()
    .min(1)
    .default(fileURLToPath(new URL('../web/dist/', import.meta.url)))
    .describe('the folder with the built page'),
});

export type ConsoleConfig = z.infer<typeof configSchema>;

/** What the console passes requests on to, by the word in its paths. */
export type UpstreamName = 'access' | 'dosing' | 'alarms' | 'audit' | 'ledger' | 'adapter';

export function upstreamsOf(config: ConsoleConfig): Readonly<Record<UpstreamName, string | undefined>> {
  return {
    access: config.ACCESS_URL,
    dosing: config.DOSING_URL,
    alarms: config.ALARMS_URL,
    audit: config.AUDIT_URL,
    ledger: config.LEDGER_URL,
    adapter: config.ADAPTER_URL,
  };
}

function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, origin } = new URL(text);
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && LOOPBACK.has(hostname)));
}
