import { InterruptedError } from '../errors.js';
import type { Progress } from '../stack/progress.js';

/** What a shell says of a program that a signal ended: 128 and the number of the signal. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/**
 * Fires when somebody wants this process to end: Ctrl-C, SIGTERM, a closed terminal, or the death of whoever started it with a
 * channel. Its reason is an InterruptedError. A second Ctrl-C while it drains ends it at once; the janitor then ends the children.
 */
export function whenAskedToLeave(): AbortSignal {
  const leaving = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.once(signal, () => {
      leaving.abort(new InterruptedError(signal, EXIT_CODES[signal]));
      process.once(signal, () => process.exit(EXIT_CODES[signal]));
    });
  }
  if (process.send !== undefined)
    process.once('disconnect', () =>
      leaving.abort(new InterruptedError('the process that started this one ended', EXIT_CODES.SIGHUP)),
    );
  return leaving.signal;
}

/** Resolves to why, once it fired. */
export async function fired(signal: AbortSignal): Promise<InterruptedError> {
  if (!signal.aborted)
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  return signal.reason as InterruptedError; // the only reason that whenAskedToLeave gives
}

/** The same progress, but no step begins any more once the signal fired: it throws the signal's reason instead. */
export function until(signal: AbortSignal, progress: Progress): Progress {
  return {
    note: (text) => progress.note(text),
    step(name, why, work) {
      signal.throwIfAborted();
      return progress.step(name, why, work);
    },
  };
}
