const MINUTE_MS = 60_000;

/**
 * How often somebody is refused within a minute. Refusals are events, and the stream is no place for a stuck key: whoever goes on is
 * refused unrecorded. Bounded by the names of the last minute.
 */
export class RefusalLimit {
  readonly #recent = new Map<string, readonly number[]>();

  constructor(private readonly perMinute = 60) {}

  /** Counts one refusal; false when there is no room for it any more. `nowMs` is of any clock that does not go back. */
  take(name: string, nowMs: number): boolean {
    for (const [known, times] of this.#recent) {
      const young = times.filter((ms) => nowMs - ms < MINUTE_MS);
      if (young.length > 0) this.#recent.set(known, young);
      else this.#recent.delete(known);
    }
    const times = this.#recent.get(name) ?? [];
    if (times.length >= this.perMinute) return false;
    this.#recent.set(name, [...times, nowMs]);
    return true;
  }
}
