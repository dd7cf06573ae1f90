import { SeriesError } from '../errors.js';

/** One measurement against what it should have been. */
export interface PerformanceSample {
  readonly minutes: number;
  readonly measured: number;
  readonly target: number;
}

/** The four measures of Varvel, for one run. */
export interface Performance {
  /** Median performance error: bias, with its sign. */
  readonly mdpePercent: number;
  /** Median absolute performance error: inaccuracy. */
  readonly mdapePercent: number;
  /** Median distance of the error from its own median: wandering within the run. */
  readonly wobblePercent: number;
  /** Slope of the absolute error on time by least squares; below 0 the run gets better. */
  readonly divergencePercentPerHour: number;
}

/**
 * How well a series kept to its targets; the performance error of a sample is 100 · (measured − target) / target.
 *
 * Source: Varvel 1992. The formulas are the usual ones, taken from general knowledge (reference section 1.5), not
 * checked against the paper.
 *
 * @throws {SeriesError} for fewer than two samples, times that are all the same, a target of 0 or a missing number.
 */
export function performanceOf(samples: readonly PerformanceSample[]): Performance {
  if (samples.length < 2) throw new SeriesError('a performance needs at least two samples');
  const errors = samples.map((sample, index) => {
    const error = (100 * (sample.measured - sample.target)) / sample.target;
    if (!Number.isFinite(error) || !Number.isFinite(sample.minutes) || sample.target <= 0) {
      throw new SeriesError(`sample ${String(index)} has no performance error: ${JSON.stringify(sample)}`);
    }
    return error;
  });
  const absolute = errors.map(Math.abs);
  const mdpePercent = median(errors);
  return {
    mdpePercent,
    mdapePercent: median(absolute),
    wobblePercent: median(errors.map((error) => Math.abs(error - mdpePercent))),
    divergencePercentPerHour:
      60 *
      slope(
        samples.map(({ minutes }) => minutes),
        absolute,
      ),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[sorted.length / 2 - 1] ?? NaN)) / 2;
}

function slope(times: readonly number[], values: readonly number[]): number {
  const mean = (numbers: readonly number[]): number =>
    numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
  const meanTime = mean(times);
  const meanValue = mean(values);
  const spread = times.reduce((sum, time) => sum + (time - meanTime) ** 2, 0);
  if (spread === 0) throw new SeriesError('all samples have the same time');
  const shared = times.reduce(
    (sum, time, index) => sum + (time - meanTime) * ((values[index] ?? 0) - meanValue),
    0,
  );
  return shared / spread;
}
