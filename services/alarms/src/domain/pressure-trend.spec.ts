import { describe, expect, it } from 'vitest';
import { trendOf, withSample, type PressureSample } from './pressure-trend.js';

/** Readings every 10 s. */
function readings(...mmHg: number[]): readonly PressureSample[] {
  return mmHg.reduce<readonly PressureSample[]>(
    (samples, value, index) => withSample(samples, { atMs: index * 10_000, mmHg: value }),
    [],
  );
}

describe('the pressure in a line', () => {
  it('that ramps as behind an occlusion is rising', () => {
    expect(trendOf(readings(20, 21, 20, 35, 60, 85, 110), 10)).toMatchObject({ rising: true });
  });

  it('with one outlier is not rising', () => {
    expect(trendOf(readings(20, 21, 20, 22, 200, 21, 20, 21), 10)).toMatchObject({ rising: false });
  });

  it('that is steady, noisy or falling is not rising', () => {
    expect(trendOf(readings(50, 50, 50, 50, 50, 50, 50), 10).rising).toBe(false);
    expect(trendOf(readings(40, 60, 42, 58, 41, 61, 43, 60), 10).rising).toBe(false);
    expect(trendOf(readings(110, 90, 70, 50, 30, 10), 10).rising).toBe(false);
  });

  it('is not judged by few readings, nor by readings of a few seconds', () => {
    expect(trendOf(readings(20, 60, 100), 10).rising).toBe(false);
    const fast = [0, 1, 2, 3, 4, 5, 6].map((second) => ({ atMs: second * 1_000, mmHg: second * 30 }));
    expect(trendOf(fast, 10).rising).toBe(false);
  });

  it('is looked at over a window that does not grow', () => {
    expect(readings(...Array.from({ length: 100 }, (_, index) => index))).toHaveLength(12);
    expect(withSample(readings(1, 2), { atMs: 10_000, mmHg: 9 })).toStrictEqual(readings(1, 2));
  });
});
