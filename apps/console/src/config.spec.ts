import { parseConfig } from '@bcmed/service-kit';
import { describe, expect, it } from 'vitest';
import { configSchema } from './config.js';

const ENOUGH = {
  BCMED_SITE: 's1',
  BCMED_ROOT_KID: 'A'.repeat(43),
  BCMED_STATE_DIR: '/tmp/x',
  NATS_URL: 'nats://127.0.0.1:4222',
  PUBLIC_ORIGIN: 'https://console.hospital.example',
  ACCESS_URL: 'http://access:7101',
};

const wrong = (more: Record<string, string>) => {
  const outcome = parseConfig(configSchema, { ...ENOUGH, ...more });
  return outcome.ok ? [] : outcome.problems.map(({ variable }) => variable);
};

describe('the configuration', () => {
  it('believes no demonstration people, and listens on this machine only, unless it is told to', () => {
    const outcome = parseConfig(configSchema, ENOUGH);
    expect(outcome.ok && outcome.config).toMatchObject({
      ALLOW_DEMONSTRATION: false,
      HTTP_HOST: '127.0.0.1',
      CHAIN_CONTRACTS: [],
    });
  });

  it('takes http only for this machine, where a browser calls it secure', () => {
    expect(wrong({ PUBLIC_ORIGIN: 'http://localhost:7090' })).toEqual([]);
    expect(wrong({ PUBLIC_ORIGIN: 'http://console.hospital.example' })).toEqual(['PUBLIC_ORIGIN']);
  });

  it.each([
    ['PUBLIC_ORIGIN', 'https://console.hospital.example/'],
    ['PUBLIC_ORIGIN', 'console'],
    ['ACCESS_URL', 'ftp://access'],
    ['DOSING_URL', 'dosing:7102'],
    ['CHAIN_CONTRACTS', '0x12'],
    ['RELYING_PARTY', 'Hospital'],
    ['ALLOW_DEMONSTRATION', 'yes'],
  ])('refuses %s=%s', (variable, value) => {
    expect(wrong({ [variable]: value })).toEqual([variable]);
  });
});
