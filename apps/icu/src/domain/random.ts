/** A drawn number in [0, 1) and the generator that follows. */
export interface Draw {
  readonly value: number;
  readonly next: number;
}

/**
 * One step of mulberry32, a small generator of 32 bits: good enough for pressure noise and for choosing what to break,
 * and the same on every machine. Not for anything secret.
 */
export function draw(seed: number): Draw {
  const next = (seed + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(next ^ (next >>> 15), next | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return { value: ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296, next };
}

/** A generator that moves on with every call, for code that draws a varying number of times. */
export class Dice {
  #seed: number;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    const { value, next } = draw(this.#seed);
    this.#seed = next;
    return value;
  }

  /** True in this share of the calls; a share of 0 or 1 draws too, so that switches do not shift the sequence. */
  chance(share: number): boolean {
    return this.next() < share;
  }

  between(low: number, high: number): number {
    return low + this.next() * (high - low);
  }

  /** A whole number in [0, count). */
  below(count: number): number {
    return Math.min(Math.floor(this.next() * count), count - 1);
  }
}
