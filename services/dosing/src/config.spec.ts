import { parseConfig } from '@bcmed/service-kit';
import { describe, expect, it } from 'vitest';
import { configSchema } from './config.js';

const ENOUGH = {
  BCMED_SITE: 's1',
  BCMED_ROOT_KID: 'A'.repeat(43),
  BCMED_STATE_DIR: '/tmp/x',
  NATS_URL: 'nats://127.0.0.1:4222',
};

const wrong = (more: Record<string, string>) => {
  const outcome = parseConfig(configSchema, { ...ENOUGH, ...more });
  return outcome.ok ? [] : outcome.problems.map(({ variable }) => variable);
};

describe('the configuration', () => {
  it('takes neither example libraries nor demonstration people unless it is told to', () => {
    const outcome = parseConfig(configSchema, ENOUGH);
    expect(outcome.ok && outcome.config).toMatchObject({
      ALLOW_DEMONSTRATION: false,
      ALLOW_EXAMPLE_LIBRARY: false,
      BCMED_UNIT: 'icu-1',
      PUMP_STEP_ML_PER_HOUR: '0.1',
      HTTP_HOST: '127.0.0.1',
    });
  });

  it.each([
    ['PUMP_STEP_ML_PER_HOUR', '0'],
    ['PUMP_STEP_ML_PER_HOUR', '0.0'],
    ['PUMP_STEP_ML_PER_HOUR', '-1'],
    ['ALLOW_EXAMPLE_LIBRARY', 'yes'],
    ['DRUG_PROTOCOL_ADDRESS', '0x1'],
    ['LIBRARY_REGISTER_ADDRESS', '0x1'],
    ['CHAIN_RECOVERY', 'perhaps'],
    ['CHAIN_ID', '-1'],
    ['CHAIN_RPC_URL', 'ftp://x'],
    ['BCMED_UNIT', 'icu.>'],
    ['ANSWER_MARGIN_MS', '-1'],
  ])('refuses %s=%s', (variable, value) => {
    expect(wrong({ [variable]: value })).toEqual([variable]);
  });
});
