/** Quantiles of a duration, in milliseconds with one decimal. */
export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** The newest samples of a duration and their quantiles. Older ones fall out, so it may run for months. */
export class LatencyWindow {
  readonly #samples: number[] = [];
  #next = 0;

  constructor(private readonly size = 4_096) {}

  add(milliseconds: number): void {
    this.#samples[this.#next] = milliseconds;
    this.#next = (this.#next + 1) % this.size;
  }

  /** Nearest-rank quantiles, or null before the first sample. */
  quantiles(): Quantiles | null {
    if (this.#samples.length === 0) return null;
    const sorted = this.#samples.toSorted((a, b) => a - b);
    const at = (share: number): number =>
      Math.round((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 10) / 10;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
