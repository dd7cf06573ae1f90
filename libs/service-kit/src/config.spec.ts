import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { commonVariables } from './common-variables.js';
import { configOrExit, EXIT_CONFIG, parseConfig } from './config.js';

const schema = z.object({
  ...commonVariables,
  PUMP_POLL_MS: z.coerce
    .number('not a number')
    .int()
    .min(100, 'less than 100')
    .default(500)
    .describe('the pause between two polls in milliseconds'),
  SIGNING_SECRET: z.string().min(8, 'too short').describe('a passphrase of at least 8 characters'),
});
const good = {
  BCMED_SITE: 'ward-3',
  NATS_URL: 'nats://127.0.0.1:4222',
  BCMED_ROOT_KID: 'a'.repeat(43),
  BCMED_STATE_DIR: '/var/lib/bcmed/audit',
  SIGNING_SECRET: 'long enough',
};

describe('the configuration of a service', () => {
  it('is the parsed environment, with defaults and without foreign variables', () => {
    const outcome = parseConfig(schema, { ...good, HOME: '/root', HTTP_PORT: '8080' });
    expect(outcome).toStrictEqual({
      ok: true,
      config: { ...good, HTTP_HOST: '127.0.0.1', HTTP_PORT: 8080, LOG_LEVEL: 'info', PUMP_POLL_MS: 500 },
    });
  });

  it('names every wrong variable, what is wrong with it, and the fix', () => {
    const outcome = parseConfig(schema, {
      ...good,
      BCMED_SITE: 'Ward 3',
      HTTP_PORT: '70000',
      BCMED_STATE_DIR: '',
    });
    expect(outcome.ok ? '' : outcome.message).toBe(
      [
        'BCM-CONFIG-INVALID: the configuration has 3 problems; nothing was started.',
        '  BCMED_SITE is "Ward 3": only a-z, 0-9 and inner hyphens',
        '      → set BCMED_SITE to the short name of the site, for example ward-3',
        '  BCMED_STATE_DIR is not set',
        "      → set BCMED_STATE_DIR to a folder of this service's own, which is part of the backup",
        '  HTTP_PORT is "70000": above 65535',
        '      → set HTTP_PORT to the HTTP port, 0 for any free one',
      ].join('\n'),
    );
  });

  it('never repeats a secret or the password of an address', () => {
    const outcome = parseConfig(schema, {
      ...good,
      SIGNING_SECRET: 'hunter2',
      NATS_URL: 'http://u:hunter2@h',
    });
    expect(outcome.ok).toBe(false);
    expect(JSON.stringify(outcome)).not.toContain('hunter2');
  });

  it('is printed and ends the process with 78 when it is wrong', () => {
    let printed = '';
    const end = {
      write: (text: string) => void (printed += text),
      exit: (code: number): never => {
        throw new Error(`exit ${code}`);
      },
    };
    expect(() => configOrExit(schema, {}, end)).toThrow(`exit ${EXIT_CONFIG}`);
    expect(printed).toContain('NATS_URL is not set');
    expect(configOrExit(schema, good, end).BCMED_SITE).toBe('ward-3');
  });
});
