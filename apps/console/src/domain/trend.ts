/** One grid for all trends: two hours in steps of 30 s. */
export const TREND_STEP_MS = 30_000;
export const TREND_STEPS = 240;

/**
 * Values against time on the common grid; each step keeps the last value that was heard in it. Values may come in any order: one that is
 * older than what its step has, or than two hours, changes nothing.
 */
export class Trend {
  /** By number of the step since 1970, modulo the length. */
  readonly #steps: { readonly step: number; readonly atMs: number; readonly value: number | null }[] = [];

  /** `value` undefined: something was heard, and this value was not in it. */
  note(atMs: number, value: number | undefined): void {
    const step = Math.floor(atMs / TREND_STEP_MS);
    const slot = step % TREND_STEPS;
    const before = this.#steps[slot];
    if (before !== undefined && (before.step > step || (before.step === step && before.atMs > atMs))) return;
    this.#steps[slot] = { step, atMs, value: value ?? null };
  }

  /** The newest two hours up to now, null where nothing was heard. */
  values(nowMs: number): (number | null)[] {
    const first = firstStep(nowMs);
    return Array.from({ length: TREND_STEPS }, (_, index) => {
      const step = this.#steps[(first + index) % TREND_STEPS];
      return step?.step === first + index ? step.value : null;
    });
  }
}

const firstStep = (nowMs: number): number => Math.floor(nowMs / TREND_STEP_MS) - TREND_STEPS + 1;

/** Where the grid begins that ends now. */
export const trendStartMs = (nowMs: number): number => firstStep(nowMs) * TREND_STEP_MS;
