import { setTimeout as pause } from 'node:timers/promises';

/** What a wait is for, how long it may last, and what ends it early. */
export interface WaitOptions {
  readonly deadlineMs: number;
  readonly everyMs?: number;
  /** Aborting ends the wait at once with `undefined`; the caller knows why it aborted. */
  readonly signal?: AbortSignal;
}

/**
 * Asks again and again until there is an answer, because the servers that we start announce nothing.
 *
 * A probe that throws counts as "not yet": connection refused is the normal first answer of a starting server.
 * Resolves to `undefined` when the deadline passes or the signal fires.
 */
export async function waitFor<T>(
  probe: () => Promise<T | undefined>,
  { deadlineMs, everyMs = 25, signal }: WaitOptions,
): Promise<T | undefined> {
  const end = performance.now() + deadlineMs;
  for (;;) {
    if (signal?.aborted === true) return undefined;
    const answer = await probe().catch(() => undefined);
    if (answer !== undefined) return answer;
    if (performance.now() >= end) return undefined;
    await pause(everyMs, undefined, { ...(signal && { signal }) }).catch(() => undefined);
  }
}

/** Resolves to `true` when the promise settled in time. The promise itself is left alone. */
export async function settlesWithin(promise: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  const timer = new AbortController();
  const settled = promise.then(
    () => true,
    () => true,
  );
  const late = pause(deadlineMs, false, { signal: timer.signal }).catch(() => false);
  const inTime = await Promise.race([settled, late]);
  timer.abort();
  return inTime;
}
