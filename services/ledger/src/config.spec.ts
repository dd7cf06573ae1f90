import { parseConfig } from '@bcmed/service-kit';
import { describe, expect, it } from 'vitest';
import { configSchema } from './config.js';

const right = {
  BCMED_SITE: 'ward-3',
  NATS_URL: 'nats://127.0.0.1:4222',
  BCMED_ROOT_KID: 'A'.repeat(43),
  BCMED_STATE_DIR: '/var/lib/bcmed/ledger',
  CHAIN_RPC_URL: 'http://127.0.0.1:8545',
  CHAIN_ID: '31337',
};

describe('the configuration of the ledger', () => {
  it('has a default for everything that a site need not decide', () => {
    expect(parseConfig(configSchema, right)).toMatchObject({
      ok: true,
      config: { CHAIN_RECOVERY: 'manual', MINIMUM_ANCHOR_SPACING_MS: 14, CHAIN_ID: 31_337n },
    });
  });

  it.each([
    [
      'CHAIN_RPC_URL',
      'ftp://node',
      /CHAIN_RPC_URL is "ftp:\/\/node": .*\n.*set CHAIN_RPC_URL to the JSON-RPC address/,
    ],
    ['CHAIN_ID', 'mainnet', /CHAIN_ID/],
    ['CHAIN_RECOVERY', 'sometimes', /automatic.*manual/s],
    ['MINIMUM_ANCHOR_SPACING_MS', '-1', /below 0/],
    ['BLOCK_ANCHOR_ADDRESS', '0x12', /not an address/],
  ])('names %s and the fix when it is %s', (variable, value, message) => {
    const outcome = parseConfig(configSchema, { ...right, [variable]: value });
    expect(outcome.ok || outcome.message).toMatch(message);
  });
});
