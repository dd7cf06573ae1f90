/**
 * Kills, again and again: every part of a busy stack in turn, then everything must verify.
 * @times 10
 */
import { describe, it } from 'vitest';
import { VICTIMS, busyStack, expectNothingLost, killOnce } from './kill-rounds.js';

describe('a ward whose machinery is killed again and again', () => {
  it('loses nothing over a round of all parts', { timeout: 600_000 }, async () => {
    const stack = await busyStack();
    try {
      for (const victim of VICTIMS) await killOnce(stack, victim);
      await expectNothingLost(stack);
    } finally {
      await stack.stop();
    }
  });
});
