/** The newest samples of a duration and their quantiles; bounded, so it may run for months. */
export class LatencyWindow {
  readonly #samples: number[] = [];

  constructor(private readonly size = 2_000) {}

  add(milliseconds: number): void {
    this.#samples.push(milliseconds);
    if (this.#samples.length > this.size) this.#samples.shift();
  }

  get count(): number {
    return this.#samples.length;
  }

  /** Nearest-rank quantiles in milliseconds, or undefined before the first sample. */
  quantiles(): Quantiles | undefined {
    if (this.#samples.length === 0) return undefined;
    const sorted = [...this.#samples].sort((a, b) => a - b);
    const at = (share: number): number =>
      Math.round((sorted[Math.ceil(share * sorted.length) - 1] ?? 0) * 10) / 10;
    return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
  }
}

export interface Quantiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}
