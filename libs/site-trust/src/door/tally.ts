/** What was counted for one name since it was last taken. */
export interface Tallied {
  readonly name: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** By kind, in the order in which they came first. */
  readonly counts: readonly (readonly [kind: string, count: number])[];
}

interface Entry {
  readonly fromMs: number;
  readonly toMs: number;
  readonly counts: ReadonlyMap<string, number>;
}

/** Counts by name and kind. Bounded by the names and kinds that there are: people of the site, and stable words. */
export class Tally {
  readonly #entries = new Map<string, Entry>();
  #sinceMs = Number.POSITIVE_INFINITY;

  /** Since when there is something to take; infinity when there is nothing. */
  get sinceMs(): number {
    return this.#sinceMs;
  }

  add(name: string, kind: string, atMs: number): void {
    const before = this.#entries.get(name);
    const counts = new Map(before?.counts);
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    this.#entries.set(name, { fromMs: before?.fromMs ?? atMs, toMs: atMs, counts });
    this.#sinceMs = Math.min(this.#sinceMs, atMs);
  }

  /** Everything that was counted; the tally is empty afterwards. */
  take(): readonly Tallied[] {
    const taken = [...this.#entries].map(([name, { fromMs, toMs, counts }]) => ({
      name,
      fromMs,
      toMs,
      counts: [...counts],
    }));
    this.#entries.clear();
    this.#sinceMs = Number.POSITIVE_INFINITY;
    return taken;
  }
}
