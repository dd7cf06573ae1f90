import { isEvent, SessionEnded, type StreamEvent } from '@bcmed/events';
import { PASS_LIFE_SECONDS } from './pass.js';

/** After an end nobody signs a pass of the session any more, so it is of no account when the last one has expired, twice over. */
const REMEMBERED_MS = 5 * PASS_LIFE_SECONDS * 1_000;

/** Sessions whose end was read from the stream, for as long as a pass of theirs may still go round. Bounded by time. */
export class EndedSessions {
  readonly #ends = new Map<string, number>();

  /** Takes admitted events; what is not the end of a session changes nothing. */
  take(event: StreamEvent): void {
    if (!isEvent(event, SessionEnded)) return;
    const endedMs = Date.parse(event.time);
    this.#ends.delete(event.subject);
    this.#ends.set(event.subject, endedMs);
    for (const [id, ms] of this.#ends) {
      if (ms >= endedMs - REMEMBERED_MS) break;
      this.#ends.delete(id);
    }
  }

  has(sessionId: string): boolean {
    return this.#ends.has(sessionId);
  }
}
