/** One reading of the line pressure. */
export interface PressureSample {
  readonly atMs: number;
  readonly mmHg: number;
}

/** So many readings are looked at, at the slow beat of 10 s about two minutes. */
const WINDOW = 12;
const FEWEST = 6;
const SHORTEST_SPAN_MS = 20_000;
/** Below this the rise drowns in the display's resolution and in the patient's movements. */
const SMALLEST_RISE_MMHG = 15;
/** The rise must leave the band of the readings before it. */
const DEVIATIONS = 2;

export interface Trend {
  readonly slopeMmHgPerMin: number;
  readonly rising: boolean;
}

/** Adds a reading; older ones fall out. A reading that is not newer than the last one is left out. */
export function withSample(
  samples: readonly PressureSample[],
  sample: PressureSample,
): readonly PressureSample[] {
  const last = samples.at(-1);
  return last && sample.atMs <= last.atMs ? samples : [...samples.slice(1 - WINDOW), sample];
}

/**
 * Whether the pressure ramps as it does behind an occlusion, before the pump itself alarms. The slope is Siegel's repeated
 * median, which single outliers do not move; the newest reading must also lie two standard deviations above the first half.
 */
export function trendOf(samples: readonly PressureSample[], slopeLimit: number): Trend {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (!first || !last || samples.length < FEWEST || last.atMs - first.atMs < SHORTEST_SPAN_MS)
    return { slopeMmHgPerMin: 0, rising: false };
  const slopeMmHgPerMin = median(
    samples.map((here, index) => median(samples.flatMap((there, other) => slope(here, there, index, other)))),
  );
  const before = samples.slice(0, Math.floor(samples.length / 2)).map(({ mmHg }) => mmHg);
  const mean = before.reduce((sum, one) => sum + one, 0) / before.length;
  const deviation = Math.sqrt(before.reduce((sum, one) => sum + (one - mean) ** 2, 0) / before.length);
  const rise = last.mmHg - mean;
  const rising =
    slopeMmHgPerMin >= slopeLimit && rise >= SMALLEST_RISE_MMHG && rise >= DEVIATIONS * deviation;
  return { slopeMmHgPerMin, rising };
}

function slope(here: PressureSample, there: PressureSample, index: number, other: number): number[] {
  return index === other ? [] : [((there.mmHg - here.mmHg) / (there.atMs - here.atMs)) * 60_000];
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? 0;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? 0) + upper) / 2;
}
