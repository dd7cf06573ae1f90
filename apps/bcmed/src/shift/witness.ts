import type { EventLog } from '@bcmed/event-log';
import { parseEvent, type StreamEvent } from '@bcmed/events';
import { StackError } from '../errors.js';
import { follow } from '../live/follow.js';

interface Waiter {
  readonly matches: (event: StreamEvent) => boolean;
  readonly resolve: (event: StreamEvent) => void;
  readonly reject: (error: Error) => void;
}

/** Sees every event of the site from where it began, and tells when one came. */
export class Witness {
  readonly #seen: StreamEvent[] = [];
  readonly #waiters = new Set<Waiter>();
  readonly #abort = new AbortController();

  static async begin(log: EventLog): Promise<Witness> {
    const witness = new Witness();
    const from = (await log.lastPosition()) + 1n;
    void follow(log, from, ({ body }) => witness.#look(body), { signal: witness.#abort.signal });
    return witness;
  }

  /** The first event that matches, also one that came before the question. Throws StackError when none comes in time. */
  async saw(what: string, matches: (event: StreamEvent) => boolean, withinMs = 20_000): Promise<StreamEvent> {
    const before = this.#seen.find(matches);
    if (before) return before;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiters.delete(waiter);
        reject(new StackError(`${what} did not come within ${withinMs / 1_000} s`));
      }, withinMs);
      const waiter: Waiter = {
        matches,
        resolve: (event) => {
          clearTimeout(timer);
          resolve(event);
        },
        reject: (error) => {
          clearTimeout(timer);
          reject(error);
        },
      };
      this.#waiters.add(waiter);
    });
  }

  /** Sees nothing more; whoever still waits is told so. */
  end(): void {
    this.#abort.abort();
    for (const { reject } of this.#waiters) reject(new StackError('nobody watches the stream any more'));
    this.#waiters.clear();
  }

  #look(body: Uint8Array): void {
    const parsed = parseEvent(body);
    if (!parsed.ok) return;
    this.#seen.push(parsed.event);
    for (const waiter of this.#waiters) {
      if (!waiter.matches(parsed.event)) continue;
      this.#waiters.delete(waiter);
      waiter.resolve(parsed.event);
    }
  }
}
