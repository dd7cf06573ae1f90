import type { Clock } from '../adapters/clock.js';
import { isFull, take, type Bucket } from '../domain/bucket.js';
import { TooManyAttemptsError } from '../errors.js';

/** So many names are remembered; then those that lost nothing by it are forgotten. */
const MOST_NAMES = 10_000;

/** So many attempts in a minute for each name. In memory: a restart forgives. */
export class Limiter {
  readonly #buckets = new Map<string, Bucket>();

  constructor(
    private readonly clock: Clock,
    private readonly perMinute: number,
  ) {}

  /** Throws TooManyAttemptsError. */
  demand(name: string): void {
    const nowMs = this.clock.nowMs();
    if (this.#buckets.size >= MOST_NAMES) this.#forget(nowMs);
    const taken = take(this.#buckets.get(name), nowMs, this.perMinute);
    this.#buckets.set(name, taken.bucket);
    if (taken.ok) return;
    const seconds = Math.ceil(taken.retryAfterMs / 1_000);
    throw new TooManyAttemptsError(`Too many attempts. Wait ${seconds} s and try again.`);
  }

  #forget(nowMs: number): void {
    for (const [name, bucket] of this.#buckets)
      if (isFull(bucket, nowMs, this.perMinute)) this.#buckets.delete(name);
  }
}
