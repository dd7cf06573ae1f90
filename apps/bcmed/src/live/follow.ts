import { setTimeout as pause } from 'node:timers/promises';
import type { EventLog, LogMessage } from '@bcmed/event-log';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 2_000;

/** Told when a follower lost its stream, and when messages of it are seen again. */
export type Heard = (following: boolean) => void;

/**
 * Shows every message of a stream from a position on, in order and each once, until the signal fires. A stream that ends or fails,
 * which a long loss of the server does to it, is followed anew from where it was, with a pause that grows to two seconds. Never rejects.
 *
 * For views: nothing is acknowledged, and a message that the server no longer has is passed over.
 */
export async function follow(
  log: EventLog,
  from: bigint,
  look: (message: LogMessage) => void,
  { signal, heard }: { readonly signal: AbortSignal; readonly heard?: Heard },
): Promise<void> {
  let next = from;
  let pauseMs = FIRST_PAUSE_MS;
  while (!signal.aborted) {
    try {
      for await (const message of log.tail(next, { signal })) {
        if (message.position < next) continue;
        next = message.position + 1n;
        pauseMs = FIRST_PAUSE_MS;
        heard?.(true);
        look(message);
      }
    } catch {
      // The server is away, or the reader was removed: both are met by beginning again.
    }
    heard?.(false);
    await pause(pauseMs, undefined, { signal }).catch(() => undefined);
    pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
  }
}
