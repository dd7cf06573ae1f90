import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Change, LiveMessage, PumpView } from '../../../src/domain/live.ts';
import { gatewayNow, isFresh, isLineAlive, LINE_FRESH_MS } from './fresh.ts';
import { applied, EMPTY_WARD, extended, HISTORY_MS, HISTORY_STEP_MS, replaced, type Series } from './live.ts';

const pump = (serial: string, more: Partial<PumpView> = {}): PumpView => ({
  serial,
  connected: true,
  alarms: [],
  completed: false,
  ...more,
});
const message = (...changes: Change[]): LiveMessage => ({ at: '', position: '7', changes });
const pumpIs = (value: PumpView): Change => ({ of: 'pump', value });

describe('the ward as the gateway tells it', () => {
  it('is anew after a snapshot', () => {
    const before = replaced({ ...message(pumpIs(pump('a')), pumpIs(pump('b'))), notShown: [] }, 1);
    const after = replaced({ ...message(pumpIs(pump('b'))), notShown: [{ unit: 'icu-2', words: 'no' }] }, 2);
    expect([...before.pumps.keys()]).toEqual(['a', 'b']);
    expect([...after.pumps.keys()]).toEqual(['b']);
    expect(after).toMatchObject({ known: true, atMs: 2, position: '7', notShown: [{ unit: 'icu-2' }] });
  });

  it('replaces a value as a whole, takes away what is gone, and leaves the rest the same objects', () => {
    const a = pump('a', { rateMlPerHour: 3 });
    const first = applied(EMPTY_WARD, message(pumpIs(a), pumpIs(pump('b'))), 1);
    const next = applied(
      first,
      message(pumpIs(pump('b', { delivering: true })), { of: 'gone', kind: 'pump', key: 'c' }),
      2,
    );
    expect(next.pumps.get('a')).toBe(a);
    expect(next.pumps.get('b')).toEqual(pump('b', { delivering: true }));
    expect(next.beds).toBe(first.beds);
    expect(applied(next, message({ of: 'gone', kind: 'pump', key: 'a' }), 3).pumps.has('a')).toBe(false);
    expect(first.pumps.get('b')?.delivering).toBeUndefined();
  });

  it('is the same when a message is applied twice', () => {
    const change = fc.oneof(
      fc
        .record({ serial: fc.constantFrom('a', 'b'), rate: fc.nat(9), at: fc.nat(100_000) })
        .map(({ serial, rate, at }) => pumpIs(pump(serial, { rateMlPerHour: rate, heardAtMs: at }))),
      fc.constantFrom('a', 'b').map((key): Change => ({ of: 'gone', kind: 'pump', key })),
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 8 }), (changes) => {
        const once = applied(EMPTY_WARD, message(...changes), 5);
        expect(applied(once, message(...changes), 5).pumps).toEqual(once.pumps);
      }),
    );
  });

  it('never goes back in time', () => {
    expect(applied(applied(EMPTY_WARD, message(), 9), message(), 5).atMs).toBe(9);
  });
});

describe('a trend', () => {
  it('takes a point for each step, keeps holes, and forgets what is older than two hours', () => {
    const start: Series = { atMs: [0, 30_000], values: [1, null] };
    expect(extended(start, 30_000 + HISTORY_STEP_MS - 1, 4)).toBe(start);
    expect(extended(start, 45_000, undefined).values).toEqual([1, null, null]);
    expect(extended(start, HISTORY_MS + 10_000, 5)).toEqual({
      atMs: [30_000, HISTORY_MS + 10_000],
      values: [null, 5],
    });
  });

  it('is never longer than two hours of steps, and ascends', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(60_000), { maxLength: 60 }), (steps) => {
        let at = 0;
        let series: Series = { atMs: [], values: [] };
        for (const step of steps) series = extended(series, (at += step), 1);
        expect(
          series.atMs.every(
            (ms, index) => index === 0 || ms - (series.atMs[index - 1] ?? 0) >= HISTORY_STEP_MS,
          ),
        ).toBe(true);
      }),
    );
  });
});

describe('how old a value is', () => {
  it('is judged by the gateway’s clock, also after the browser’s clock was set', () => {
    const heard = { gatewayMs: 1_000_000, steadyMs: 50 };
    expect(gatewayNow(heard, 2_050)).toBe(1_002_000);
    expect([isLineAlive(heard, 50 + LINE_FRESH_MS), isLineAlive(heard, 51 + LINE_FRESH_MS)]).toEqual([
      true,
      false,
    ]);
  });

  it('decides whether it is current: at the limit yes, beyond no, from a far future no, without a time no', () => {
    const at = (ms: number | undefined) => isFresh(ms, 100_000, 15_000);
    expect([at(85_000), at(84_999), at(115_001), at(undefined)]).toEqual([true, false, false, false]);
  });
});
