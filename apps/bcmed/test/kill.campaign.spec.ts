/**
 * Kills, again and again: every part of a stack in turn while people order and stop, then everything must verify and every command
 * must have come to one end.
 * @times 10
 */
import { describe, it } from 'vitest';
import { BusyWard, VICTIMS, expectNothingLost, expectOneEndEach } from './kill-rounds.js';

describe('a ward whose machinery is killed again and again', () => {
  it('loses nothing and does nothing twice over a round of all parts', { timeout: 900_000 }, async () => {
    const ward = await BusyWard.open();
    try {
      for (const victim of VICTIMS) await ward.killOnce(victim);
      await ward.comeToRest();
      await expectOneEndEach(ward);
      await expectNothingLost(ward.stack);
    } finally {
      await ward.stack.stop();
    }
  });
});
