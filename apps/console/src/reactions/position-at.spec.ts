import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { positionAt } from './position-at.js';

const NO_HEADERS = { get: () => '', has: () => false, keys: () => [] };

/** A log whose messages were stored at these times, ascending; undefined is a hole. */
const logOf = (times: readonly (number | undefined)[]) => ({
  reads: 0,
  readAt(position: bigint) {
    this.reads += 1;
    const timestampMs = times[Number(position) - 1];
    if (timestampMs === undefined) return Promise.resolve(undefined);
    const body = new Uint8Array();
    return Promise.resolve({ position, subject: 'x', headers: NO_HEADERS, body, timestampMs });
  },
});

describe('the position at a time', () => {
  it('is the first that was stored then or later (property)', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 1_000 }), { maxLength: 200 }),
        fc.integer({ min: -1, max: 1_001 }),
        async (unsorted, atMs) => {
          const times = unsorted.sort((a, b) => a - b);
          const log = logOf(times);
          const found = await positionAt(log, atMs, BigInt(times.length));
          const first = times.findIndex((time) => time >= atMs);
          expect(Number(found)).toBe(first === -1 ? times.length + 1 : first + 1);
          expect(log.reads).toBeLessThanOrEqual(9);
        },
      ),
    );
  });

  it('is found beside a hole', async () => {
    expect(await positionAt(logOf([1, 2, undefined, 8, 9]), 5, 5n)).toBe(4n);
  });
});
