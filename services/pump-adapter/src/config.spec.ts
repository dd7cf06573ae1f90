import { parseConfig } from '@bcmed/service-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseLineAddress } from './adapters/line-address.js';
import { configSchema } from './config.js';

const GOOD = {
  BCMED_SITE: 's1',
  NATS_URL: 'nats://127.0.0.1:4222',
  BCMED_ROOT_KID: 'A'.repeat(43),
  BCMED_STATE_DIR: '/var/lib/bcmed/pump-adapter',
  PUMP_LINES: 'serial:/dev/ttyUSB0, tcp://10.0.0.7:4001,tcp://[fe80::1]:4001',
};

describe('the configuration', () => {
  it('needs the lines and has a default for everything else of its own', () => {
    const outcome = parseConfig(configSchema, GOOD);
    expect(outcome).toMatchObject({
      ok: true,
      config: {
        BCMED_INSTANCE: '1',
        POLL_INTERVAL_MS: 1_000,
        RESPONSE_TIMEOUT_MS: 500,
        SLOW_BEAT_MS: 10_000,
        RESEND_AFTER_MS: 15_000,
        PUMP_LINES: [
          { transport: 'serial', path: '/dev/ttyUSB0', name: '/dev/ttyUSB0' },
          { transport: 'tcp', host: '10.0.0.7', port: 4001, name: '10.0.0.7:4001' },
          { transport: 'tcp', host: 'fe80::1', port: 4001, name: '[fe80::1]:4001' },
        ],
      },
    });
  });

  it.each([
    ['PUMP_LINES', 'usb:1', 'neither serial:/path nor tcp://host:port'],
    ['PUMP_LINES', 'tcp://h:0', 'neither serial:/path nor tcp://host:port'],
    ['PUMP_LINES', 'serial:/dev/a,serial:/dev/a', 'named twice'],
    ['POLL_INTERVAL_MS', '20', 'below 50'],
    ['POLL_INTERVAL_MS', '2001', 'above 2000'],
    ['BCMED_INSTANCE', 'Bed 7', 'inner hyphens'],
  ])('%s=%s is refused in words', (name, value, words) => {
    const outcome = parseConfig(configSchema, { ...GOOD, [name]: value });
    expect(outcome.ok ? '' : outcome.message).toContain(words);
  });

  it('reads any text as a line or as none, and never throws', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        parseLineAddress(text);
        parseLineAddress(`tcp://${text}`);
      }),
    );
  });
});
