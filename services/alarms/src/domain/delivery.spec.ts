import { describe, expect, it } from 'vitest';
import { DELIVERY_DEFAULTS, afterTry, isSuperseded } from './delivery.js';

const fresh = { attempts: 0, createdMs: 0 };
const refused = { ok: false, retry: true, detail: 'HTTP 503' } as const;

describe('a parcel', () => {
  it('is delivered with its receipt', () => {
    const next = afterTry(fresh, { ok: true, receipt: 'HTTP 204' }, 10, DELIVERY_DEFAULTS);
    expect(next).toEqual({ kind: 'delivered', receipt: 'HTTP 204' });
  });

  it('is tried again after growing pauses, and its first failure is told', () => {
    const pauses = [0, 1, 2, 3, 4, 5, 6].map((attempts) => {
      const next = afterTry({ attempts, createdMs: 0 }, refused, 1_000, DELIVERY_DEFAULTS);
      return next.kind === 'again' ? [next.atMs - 1_000, next.tell] : next.kind;
    });
    expect(pauses).toEqual([
      [500, true],
      [1_000, false],
      [2_000, false],
      [5_000, false],
      [10_000, false],
      [30_000, false],
      [30_000, false],
    ]);
  });

  it('is given up when it is too old or refused for good', () => {
    expect(afterTry(fresh, { ...refused, retry: false }, 1, DELIVERY_DEFAULTS)).toMatchObject({
      kind: 'given-up',
    });
    expect(afterTry(fresh, refused, 900_000, DELIVERY_DEFAULTS)).toMatchObject({
      kind: 'given-up',
      detail: 'HTTP 503; too old to try again',
    });
  });

  it('of an episode that ended is needed when it is high, or tells of the end', () => {
    expect(isSuperseded({ reason: 'raised', priority: 'medium' }, true)).toBe(true);
    expect(isSuperseded({ reason: 'raised', priority: 'medium' }, false)).toBe(false);
    expect(isSuperseded({ reason: 'raised', priority: 'high' }, true)).toBe(false);
    expect(isSuperseded({ reason: 'resolved', priority: 'low' }, true)).toBe(false);
  });
});
