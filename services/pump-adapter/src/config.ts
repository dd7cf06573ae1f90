import { commonVariables } from '@bcmed/service-kit';
import { z } from 'zod';
import { parseLineAddress, type LineAddress } from './adapters/line-address.js';

const milliseconds = (low: number, high: number) =>
  z.coerce
    .number('not a number')
    .int('not a whole number')
    .min(low, `below ${low}`)
    .max(high, `above ${high}`);

const lines = z.string().transform((text, context): readonly LineAddress[] => {
  const parts = text.split(',').map((part) => part.trim());
  const addresses = parts.flatMap((part) => {
    const address = parseLineAddress(part);
    if (!address) context.addIssue(`"${part}" is neither serial:/path nor tcp://host:port`);
    return address ?? [];
  });
  const names = addresses.map(({ name }) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) context.addIssue(`${twice} is named twice`);
  return addresses;
});

/** The environment of the adapter. */
export const configSchema = z.object({
  ...commonVariables,
  BCMED_INSTANCE: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'only a-z, 0-9 and inner hyphens')
    .default('1')
    .describe(
      'the name of this instance; together with the service it is the holder of the key, for example bed-7',
    ),
  BCMED_UNIT: z
    .string()
    .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'only a-z, 0-9 and inner hyphens')
    .default('icu-1')
    .describe('the care unit in which a pump of this instance stands while nobody recorded at whom it is'),
  ALLOW_DEMONSTRATION: z
    .enum(['true', 'false'], 'neither true nor false')
    .default('false')
    .transform((text) => text === 'true')
    .describe('whether people that were made for a demonstration are believed: true or false'),
  PUMP_LINES: lines.describe(
    'the lines that lead to pumps, separated by commas, for example serial:/dev/ttyUSB0,tcp://10.0.0.7:4001',
  ),
  POLL_INTERVAL_MS: milliseconds(50, 2_000)
    .default(1_000)
    .describe('the time between two polls of a pump in milliseconds, 50 to 2000'),
  RESPONSE_TIMEOUT_MS: milliseconds(50, 4_000)
    .default(500)
    .describe('how long one try waits for an answer in milliseconds, 50 to 4000'),
  SLOW_BEAT_MS: milliseconds(1_000, 600_000)
    .default(10_000)
    .describe('how often a pump that does not change is sampled, in milliseconds, 1000 to 600000'),
  RESEND_AFTER_MS: milliseconds(1_000, 600_000)
    .default(15_000)
    .describe(
      'after which time an event without a confirmed block is looked for in the stream, in milliseconds, 1000 to 600000',
    ),
  DRAIN_MS: milliseconds(0, 5_000)
    .default(2_000)
    .describe('how long a stop may take to send what waits, in milliseconds, 0 to 5000'),
});

export type AdapterConfig = z.infer<typeof configSchema>;
