import { afterAll, beforeAll, describe, it } from 'vitest';
import type { Stack } from '../src/index.js';
import { VICTIMS, busyStack, expectNothingLost, killOnce } from './kill-rounds.js';

describe('a ward whose machinery is killed in the middle of its work', () => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await busyStack();
  });
  afterAll(async () => {
    await stack.stop();
  });

  it.each(VICTIMS)('goes on after kill -9 of %s', async (victim) => {
    await killOnce(stack, victim);
  });

  it('has lost nothing, counted nothing twice, and verifies', async () => {
    await expectNothingLost(stack);
  });
});
