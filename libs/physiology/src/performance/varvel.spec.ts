import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SeriesError } from '../errors.js';
import { performanceOf } from './varvel.js';

const run = (measured: readonly number[], target = 100) =>
  measured.map((value, index) => ({ minutes: index, measured: value, target }));

describe('the measures of Varvel', () => {
  it('by hand: errors of −10, +10, +20, +20 and +40 %', () => {
    // |PE| on minutes 0 to 4: deviations (−2…2) and values 10, 10, 20, 20, 40 give (−20 −10 +0 +20 +80)/10 = 7 %/min.
    expect(performanceOf(run([90, 110, 120, 120, 140]))).toEqual({
      mdpePercent: 20,
      mdapePercent: 20,
      wobblePercent: 10,
      divergencePercentPerHour: 420,
    });
  });

  it('takes the mean of the middle two of an even number', () => {
    const { mdpePercent, wobblePercent } = performanceOf(run([100, 110, 120, 150]));
    expect(mdpePercent).toBe(15);
    expect(wobblePercent).toBe(10);
  });

  it('a steady bias is bias and nothing else', () => {
    expect(performanceOf(run([80, 80, 80]))).toEqual({
      mdpePercent: -20,
      mdapePercent: 20,
      wobblePercent: 0,
      divergencePercentPerHour: 0,
    });
  });

  it('an error that shrinks has a negative divergence', () => {
    expect(performanceOf(run([130, 120, 110, 100])).divergencePercentPerHour).toBe(-600);
  });

  it('depends neither on the unit of the measurements nor on the order of the samples', () => {
    const values = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 2, maxLength: 30 });
    fc.assert(
      fc.property(values, fc.integer({ min: 2, max: 50 }), (measured, factor) => {
        const plain = performanceOf(run(measured));
        const scaled = performanceOf(
          run(
            measured.map((value) => value * factor),
            100 * factor,
          ).toReversed(),
        );
        for (const name of [
          'mdpePercent',
          'mdapePercent',
          'wobblePercent',
          'divergencePercentPerHour',
        ] as const) {
          expect(scaled[name]).toBeCloseTo(plain[name], 8);
        }
        expect(Math.abs(plain.mdpePercent)).toBeLessThanOrEqual(plain.mdapePercent + 1e-12);
      }),
    );
  });

  it('refuses what has no measure', () => {
    expect(() => performanceOf(run([100]))).toThrow(SeriesError);
    expect(() => performanceOf(run([100, 100], 0))).toThrow(SeriesError);
    expect(() => performanceOf(run([100, Number.NaN]))).toThrow(SeriesError);
    expect(() =>
      performanceOf([
        { minutes: 1, measured: 1, target: 1 },
        { minutes: 1, measured: 2, target: 1 },
      ]),
    ).toThrow(SeriesError);
  });
});
