import type { Moment } from './input.js';

/** The display counts in thousandths of a millilitre. */
const RESOLUTION_ML = 0.001;
/** An answer may come at once or only after a time-out and a second try; what flows meanwhile is no bolus. */
const JITTER_MS = 1_000;
/** What the pump's clock and its rounded rate may differ from ours: without it, a long infusion would add up to a "bolus". */
const SLACK = 0.05;
/** A bolus is over when the excess has not grown for this long. */
const QUIET_MS = 1_000;
/** Beyond this pause nobody knows at which rates the pump ran meanwhile; the pump's log id tells that something happened. */
const MAX_PAUSE_MS = 15_000;
const MS_PER_HOUR = 3_600_000;

/** Volume beyond what the rate explains, while it has not yet been told from noise or has not ended. */
export interface BolusWatch {
  /** Reading before the first excess. */
  readonly beganAt: string;
  /** Excess above rate and slack; falls back to zero when it was noise (a one-sided cumulative sum). */
  readonly scoreMl: number;
  readonly peakMl: number;
  /** Excess above the rate alone when the score last grew: what the bolus brought. */
  readonly excessMl: number;
  readonly excessAtPeakMl: number;
  readonly grewMs: number;
  /** First reading without growth after the last growth. */
  readonly endedAt?: string;
  readonly thresholdMl: number;
  readonly confirmed: boolean;
}

/** What two readings of the volume show, in time order. */
export interface VolumeStep {
  readonly before: Moment;
  readonly now: Moment;
  readonly deltaMl: number;
  /** The higher of the two set rates: a change between the readings must not look like a bolus. */
  readonly rateMlPerHour: number;
}

export interface BolusOutcome {
  readonly watch?: BolusWatch;
  /** The excess became too large for noise in this step. */
  readonly began: boolean;
  readonly given?: { readonly volumeMl: number; readonly beganAt: string; readonly endedAt: string };
}

/**
 * Follows the volume from reading to reading and tells a bolus when one has ended. Tolerates the display's resolution,
 * answers up to a second later than others, and a rate that is 5 % off; so the smallest bolus that is seen
 * is 0.003 ml and a second's worth of the set rate.
 */
export function followVolume(watch: BolusWatch | undefined, step: VolumeStep): BolusOutcome {
  const elapsedMs = step.now.steadyMs - step.before.steadyMs;
  if (step.deltaMl < 0 || elapsedMs <= 0 || elapsedMs > MAX_PAUSE_MS) return close(watch, step.now.at);
  const explainedMl = (step.rateMlPerHour * elapsedMs) / MS_PER_HOUR;
  const scoreMl = (watch?.scoreMl ?? 0) + step.deltaMl - explainedMl * (1 + SLACK);
  if (scoreMl <= 0) return close(watch, step.now.at);
  const next = grow(watch, step, scoreMl, explainedMl);
  if (step.now.steadyMs - next.grewMs >= QUIET_MS) return close(next, step.now.at);
  return { watch: next, began: next.confirmed && watch?.confirmed !== true };
}

function grow(
  watch: BolusWatch | undefined,
  step: VolumeStep,
  scoreMl: number,
  explainedMl: number,
): BolusWatch {
  const excessMl = (watch?.excessMl ?? 0) + step.deltaMl - explainedMl;
  const thresholdMl = Math.max(
    watch?.thresholdMl ?? 0,
    3 * RESOLUTION_ML + (step.rateMlPerHour * JITTER_MS) / MS_PER_HOUR,
  );
  const grew = scoreMl > (watch?.peakMl ?? 0) + RESOLUTION_ML / 2;
  const common = { beganAt: watch?.beganAt ?? step.before.at, scoreMl, excessMl, thresholdMl };
  if (!watch || grew) {
    const confirmed = watch?.confirmed === true || scoreMl > thresholdMl;
    return { ...common, peakMl: scoreMl, excessAtPeakMl: excessMl, grewMs: step.now.steadyMs, confirmed };
  }
  const { peakMl, excessAtPeakMl, grewMs, confirmed } = watch;
  return {
    ...common,
    peakMl,
    excessAtPeakMl,
    grewMs,
    confirmed,
    endedAt: watch.endedAt ?? step.now.at,
  };
}

function close(watch: BolusWatch | undefined, now: string): BolusOutcome {
  if (!watch?.confirmed) return { began: false };
  const volumeMl = Math.round(watch.excessAtPeakMl * 1_000) / 1_000;
  return { began: false, given: { volumeMl, beganAt: watch.beganAt, endedAt: watch.endedAt ?? now } };
}
