import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Shift, type ShiftStep } from '../src/shift/shift.js';
import { Stack } from '../src/stack/stack.js';
import { SiteVerifier } from '../src/verify/site-verifier.js';
import { SILENT, temporaryFolder } from './harness.js';

let stack: Stack;
let steps: readonly ShiftStep[];

/** All services, four beds with patients, and people who order. */
beforeAll(async () => {
  stack = await Stack.start(
    { dataDir: temporaryFolder(), siteName: 'shift', progress: SILENT },
    { ward: { beds: 4 }, seed: 3 },
  );
  steps = await Shift.play(stack);
});
afterAll(async () => {
  await stack.stop();
});

describe('a short shift on the whole stack', () => {
  it('carries out what may be ordered, refuses what may not, alarms, and always stops', () => {
    expect(steps.map(({ said }) => said.replace(/, read back after \d+ ms/, ''))).toEqual([
      'executed: INF_RATE^3.00^ml/h',
      'executed: INF_RATE^6.70^ml/h',
      'refused: above-hard-limit',
      'high alarm, told by server-sent events, acknowledged',
      'alarm resolved by its source',
      'refused: Forbidden',
      'executed: INF_STOP',
    ]);
  });

  it('leaves a log that verifies', async () => {
    const report = await new SiteVerifier(stack).verifyAll();
    expect(report).toMatchObject({ verified: true, rejected: {} });
  });
});
