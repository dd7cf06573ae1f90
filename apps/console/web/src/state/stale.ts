import { isFresh } from '../domain/fresh.ts';
import { time, type Time } from './clock.ts';
import { useStore } from './store.ts';
import { useCallback } from 'react';

/** Whether a value of that time no longer counts; renders again only when the answer changes. */
export function useStale(atMs: number | undefined, limitMs: number): boolean {
  const part = useCallback(
    ({ nowMs, lineAlive }: Time) => !lineAlive || !isFresh(atMs, nowMs, limitMs),
    [atMs, limitMs],
  );
  return useStore(time, part);
}
