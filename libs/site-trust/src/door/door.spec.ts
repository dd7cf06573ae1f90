import { describe, expect, it } from 'vitest';
import { RefusalLimit } from './refusal-limit.js';
import { Tally } from './tally.js';

describe('what people read', () => {
  it('is counted by person and kind, from the first to the last time, and begins anew when it was said', () => {
    const tally = new Tally();
    expect(tally.sinceMs).toBe(Number.POSITIVE_INFINITY);
    tally.add('person-1', 'read-events', 1_000);
    tally.add('person-1', 'read-event', 2_000);
    tally.add('person-2', 'read-events', 2_500);
    tally.add('person-1', 'read-events', 3_000);
    expect(tally.sinceMs).toBe(1_000);
    expect(tally.take()).toEqual([
      {
        name: 'person-1',
        fromMs: 1_000,
        toMs: 3_000,
        counts: [
          ['read-events', 2],
          ['read-event', 1],
        ],
      },
      { name: 'person-2', fromMs: 2_500, toMs: 2_500, counts: [['read-events', 1]] },
    ]);
    expect(tally.take()).toEqual([]);
    expect(tally.sinceMs).toBe(Number.POSITIVE_INFINITY);
  });
});

describe('refusals of one person', () => {
  it('have room for so many in any minute, each person by themselves', () => {
    const limit = new RefusalLimit(2);
    expect([0, 30_000, 59_999].map((ms) => limit.take('person-1', ms))).toEqual([true, true, false]);
    expect(limit.take('person-2', 59_999)).toBe(true);
    // The first of them is a minute old, the second is not.
    expect([60_000, 60_001].map((ms) => limit.take('person-1', ms))).toEqual([true, false]);
  });
});
