import type { Change } from './live.js';

/** Whose reading permission an entry takes; nobody's for what tells of no patient. */
export interface Whose {
  readonly patient: string;
  readonly unit: string;
}

/** One thing that is told to browsers, as it is now, or that it is gone. */
export interface Entry {
  /** Unique among everything that is told. */
  readonly key: string;
  /** When it changed last, by the count of the board. */
  readonly change: number;
  readonly whose: Whose | undefined;
  /** The change at which it was somebody else's last. */
  readonly moved: number;
  /** What tells of it now; undefined when it is gone. */
  readonly value: Change | undefined;
  /** What takes it away from who saw it; undefined for what is never taken away. */
  readonly gone: Change | undefined;
  readonly atMs: number;
}

/** How long the board remembers what is gone, and therefore how long a browser may be away and get only what changed. */
export const REMEMBERED_MS = 120_000;

type GoneKind = Extract<Change, { of: 'gone' }>['kind'];
const TAKEN_AWAY: ReadonlySet<string> = new Set<GoneKind>(['pump', 'bed', 'vitals', 'infusion']);

/**
 * Everything that browsers are told, by key, with a count of changes: whoever knows the board as of a count gets what changed since then.
 * Trends are not on it, since they only begin a picture.
 */
export class Board {
  readonly #entries = new Map<string, Entry>();
  #changes = 0;
  /** Up to this change something was forgotten that is not there any more. */
  #forgotten = 0;

  /** Count of the newest change. */
  get changes(): number {
    return this.#changes;
  }

  put(key: string, value: Change, whose: Whose | undefined, nowMs: number): void {
    this.#set({ key: `${value.of}/${key}`, value, whose, gone: goneOf(value.of, key), atMs: nowMs });
  }

  take(kind: GoneKind, key: string, nowMs: number): void {
    const before = this.#entries.get(`${kind}/${key}`);
    if (before?.value === undefined) return;
    this.#set({ ...before, value: undefined, atMs: nowMs });
  }

  /** What is never taken away from a browser, and is too old for a new one. */
  drop(kind: Change['of'], key: string): void {
    this.#entries.delete(`${kind}/${key}`);
  }

  /** Everything on it, and what is gone and remembered. */
  get entries(): Iterable<Entry> {
    return this.#entries.values();
  }

  /** Whether what changed since then is all still remembered. */
  remembers(change: number): boolean {
    return change >= this.#forgotten && change <= this.#changes;
  }

  /** Forgets what has been gone for longer than a browser may be away, and what was only said in passing. */
  forget(nowMs: number): void {
    for (const [key, { value, change, atMs }] of this.#entries) {
      if ((value !== undefined && value.of !== 'approval') || nowMs - atMs < REMEMBERED_MS) continue;
      this.#entries.delete(key);
      this.#forgotten = Math.max(this.#forgotten, change);
    }
  }

  #set(entry: Omit<Entry, 'change' | 'moved'>): void {
    this.#changes += 1;
    const change = this.#changes;
    const before = this.#entries.get(entry.key);
    const isSame =
      before?.whose?.patient === entry.whose?.patient && before?.whose?.unit === entry.whose?.unit;
    const moved = before !== undefined && !isSame ? change : (before?.moved ?? 0);
    this.#entries.set(entry.key, { ...entry, change, moved });
  }
}

function goneOf(kind: string, key: string): Change | undefined {
  return TAKEN_AWAY.has(kind) ? { of: 'gone', kind: kind as GoneKind, key } : undefined;
}
