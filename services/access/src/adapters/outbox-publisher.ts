import { setTimeout as pause } from 'node:timers/promises';
import type { EventLog } from '@bcmed/event-log';
import { Logger } from '@nestjs/common';
import { BehindError } from '../errors.js';
import type { SafetyStore } from './safety-store.js';

const AT_ONCE = 200;
const RETRY_PAUSES_MS = [20, 100, 500, 1_000, 2_000] as const;

/**
 * Appends what was put on its way (sessions, denials, reads) to the stream, in order of birth, until it is there. After a kill an
 * event may be sent once more; the stream stores its id once, and later the rules of admission refuse the copy.
 */
export class OutboxPublisher {
  readonly #log = new Logger('outbox');
  readonly #abort = new AbortController();
  readonly #waiting = new Set<{ readonly n: number; readonly resolve: () => void }>();
  #sentUpTo = 0;
  #pending = true;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;
  /** Why the last attempt failed; undefined while all is well. */
  fault: string | undefined;

  constructor(
    private readonly store: SafetyStore,
    private readonly log: EventLog,
    /** Events of a key that the site does not know would be refused for ever: they wait. */
    private readonly mayPublish: () => boolean,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  wake(): void {
    this.#pending = true;
    this.#wake();
  }

  async stop(): Promise<void> {
    this.#abort.abort();
    this.#wake();
    await this.#running;
  }

  /** Resolves when the event with this number stands on the stream; rejects with BehindError when that takes too long. */
  async published(n: number, withinMs: number): Promise<void> {
    this.wake();
    if (this.#sentUpTo >= n) return;
    await new Promise<void>((resolve, reject) => {
      const waiter = {
        n,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(new BehindError(`The stream has not taken an event within ${withinMs} ms.`));
      }, withinMs);
      this.#waiting.add(waiter);
    });
  }

  async #run(): Promise<void> {
    let failures = 0;
    while (!this.#abort.signal.aborted) {
      this.#pending = false;
      const done = await this.#sendAll();
      failures = done ? 0 : failures + 1;
      if (done) await this.#untilWoken();
      else {
        const ms = RETRY_PAUSES_MS[Math.min(failures, RETRY_PAUSES_MS.length) - 1];
        await pause(ms, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      }
    }
  }

  async #untilWoken(): Promise<void> {
    if (this.#pending || this.#abort.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Everything that waits; false when something is left that should be tried again. */
  async #sendAll(): Promise<boolean> {
    if (!this.mayPublish()) return true;
    try {
      for (;;) {
        const entries = this.store.waiting(AT_ONCE);
        if (entries.length === 0) return true;
        const { appended, failure } = await this.log.appendInOrder(entries);
        const last = entries[appended.length - 1];
        if (last) this.#sent(last.n);
        if (failure) throw failure;
        this.fault = undefined;
      }
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      if (this.fault === undefined) this.#log.warn(`events wait: ${words}`);
      this.fault = words;
      return false;
    }
  }

  #sent(n: number): void {
    this.store.sent(n);
    this.#sentUpTo = n;
    for (const waiter of this.#waiting) {
      if (waiter.n > n) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }
}
