import type { Child } from './child.js';
import { NotReadyError, StartFailedError } from './errors.js';
import { waitFor } from './wait.js';

/**
 * Waits until a fresh child answers, and never longer than it lives.
 *
 * A child that ended first is a `StartFailedError` with the end of its log; one that lives but stays silent is stopped
 * and reported as `NotReadyError`. Either way nothing is left running.
 */
export async function readyOrDead<T>(
  child: Child,
  probe: () => Promise<T | undefined>,
  deadlineMs: number,
): Promise<T> {
  const gone = new AbortController();
  void child.exited.then(() => gone.abort());
  const answer = await waitFor(probe, { deadlineMs, signal: gone.signal });
  if (answer !== undefined && child.exit === undefined) return answer;
  if (child.exit !== undefined) throw endedEarly(child);
  const tail = child.log.tail();
  await child.stop();
  throw new NotReadyError(
    `${child.name} was not ready after ${deadlineMs / 1000} s. ${logHint(child, tail)}`,
  );
}

function endedEarly(child: Child): StartFailedError {
  const { code, signal } = child.exit ?? { code: null, signal: null };
  const how = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
  return new StartFailedError(
    `${child.name} ended ${how} before it was ready. ${logHint(child, child.lastWords)}`,
  );
}

function logHint(child: Child, tail: string): string {
  return tail === '' ? `Its log ${child.log.path} is empty.` : `The end of ${child.log.path}:\n${tail}`;
}
