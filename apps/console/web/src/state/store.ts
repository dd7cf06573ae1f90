import { useCallback, useRef, useSyncExternalStore } from 'react';

/** A value that changes, and those who want to know. */
export class Store<T> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  constructor(initial: T) {
    this.#value = initial;
  }

  get value(): T {
    return this.#value;
  }

  set(next: T): void {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    for (const listener of this.#listeners) listener();
  }

  update(change: (before: T) => T): void {
    this.set(change(this.#value));
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };
}

/** The part of a store that a component shows; it renders again only when that part is another. */
export function useStore<T, Part>(
  store: Store<T>,
  part: (value: T) => Part,
  same: (a: Part, b: Part) => boolean = Object.is,
): Part {
  const last = useRef<{ readonly of: T; readonly by: typeof part; readonly part: Part }>(undefined);
  const read = useCallback(() => {
    const { value } = store;
    const before = last.current;
    if (before?.of === value && before.by === part) return before.part;
    const next = part(value);
    const kept = before !== undefined && same(before.part, next) ? before.part : next;
    last.current = { of: value, by: part, part: kept };
    return kept;
  }, [store, part, same]);
  return useSyncExternalStore(store.subscribe, read);
}

/** Whether two lists hold the same things in the same order. */
export const sameItems = <T>(a: readonly T[], b: readonly T[]): boolean =>
  a.length === b.length && a.every((item, index) => Object.is(item, b[index]));
