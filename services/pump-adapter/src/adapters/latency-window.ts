/** The newest samples of a duration, at most so many; older ones fall out. */
export class LatencyWindow {
  readonly #samples: number[] = [];
  #next = 0;

  constructor(private readonly size = 4_096) {}

  add(ms: number): void {
    this.#samples[this.#next] = ms;
    this.#next = (this.#next + 1) % this.size;
  }

  /** Nearest-rank quantiles in milliseconds with one decimal; null without samples. */
  quantiles(): { readonly p50: number; readonly p95: number; readonly p99: number } | null {
    if (this.#samples.length === 0) return null;
    const sorted = this.#samples.toSorted((a, b) => a - b);
    const at = (share: number): number =>
      Math.round((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 10) / 10;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}
