/** Rows in memory that know which of them changed since they were last written down. Rows are values: set anew, never edited. */
export class Table<Row> {
  readonly #rows = new Map<string, Row>();
  readonly #changed = new Set<string>();

  constructor(readonly kind: string) {}

  get(id: string): Row | undefined {
    return this.#rows.get(id);
  }

  set(id: string, row: Row): void {
    this.#rows.set(id, row);
    this.#changed.add(id);
  }

  delete(id: string): void {
    if (this.#rows.delete(id)) this.#changed.add(id);
  }

  get entries(): readonly (readonly [id: string, row: Row])[] {
    return [...this.#rows];
  }

  /** What was kept, taken up again; it counts as written. */
  restore(kept: Iterable<readonly [id: string, row: Row]>): void {
    for (const [id, row] of kept) this.#rows.set(id, row);
  }

  /** What is to be written: a row, or undefined for one that is gone. */
  get changes(): readonly (readonly [id: string, row: Row | undefined])[] {
    return [...this.#changed].map((id) => [id, this.#rows.get(id)]);
  }

  written(): void {
    this.#changed.clear();
  }
}
