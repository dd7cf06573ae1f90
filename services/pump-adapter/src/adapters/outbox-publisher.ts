import { EventLogError, idOf, watchConnection, type EventLog } from '@bcmed/event-log';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AdapterLog } from './adapter-log.js';
import type { Clock } from './clock.js';
import type { SafetyStore } from './safety-store.js';
import type { OutboxEntry } from './safety-store-rows.js';
import { Wakeup } from './wakeup.js';

export interface PublisherSettings {
  readonly store: SafetyStore;
  readonly clock: Clock;
  readonly log: AdapterLog;
  /** Whether the site believes our key; without it every event would be refused. */
  readonly mayPublish: () => boolean;
  /** An entry that no block confirms for this long is looked for in the stream, and sent again when it is not there. */
  readonly resendAfterMs: number;
}

export interface PublisherFigures {
  /** Acknowledged by the broker since the start; a hint and no more. */
  readonly sent: number;
  /** Of these, entries that had been sent before. */
  readonly resent: number;
  readonly fault?: string;
}

/** Sent side by side; the broker stores them in the order in which they were sent. */
const PAGE = 256;
const IDLE_MS = 250;
const PAUSES_MS = [50, 100, 250, 500, 1_000] as const;
/** Entries looked for in one round: a ledger that stands still must not cost more than this. */
const LOOKED_FOR = 64;

/**
 * Sends the outbox in order of birth, and again from the first entry whose fate is unknown.
 *
 * Knows three things about an entry: unsent, acknowledged at a position, gone (settled). The broker's acknowledgement moves it
 * only from the first to the second. Back to the first it moves when the stream has lost it: when the stream ends
 * before its position, holds something else there, or a confirmed block covers the position with another leaf. So an outage of the ledger alone
 * does not fill the stream with copies.
 */
export class OutboxPublisher {
  readonly #wakeup = new Wakeup();
  #log: EventLog | undefined;
  #cursor = 0;
  #highest = 0;
  #confirmedThrough = 0;
  #stopping = false;
  #running: Promise<void> = Promise.resolve();
  #checkedMs = 0;
  #failures = 0;
  #figures: { sent: number; resent: number; fault?: string } = { sent: 0, resent: 0 };

  constructor(private readonly settings: PublisherSettings) {}

  get figures(): PublisherFigures {
    return { ...this.#figures };
  }

  /** Begins to send over this log. Call once. */
  start(log: EventLog): void {
    this.#log = log;
    watchConnection(log.connection).onChange((event) => {
      // A server that is back may have lost its tail: look at once.
      if (event === 'reconnect') this.#checkedMs = 0;
      this.wake();
    });
    this.#running = this.#run(log);
  }

  /** There is something to send. */
  wake(): void {
    this.#wakeup.call();
  }

  /** Blocks up to this position are confirmed; `displaced` entries were not in them after all and are unsent again. */
  confirmed(throughPosition: number, displaced: readonly number[]): void {
    this.#confirmedThrough = Math.max(this.#confirmedThrough, throughPosition);
    this.#rewind(displaced);
  }

  /** Sends what can be sent within the time, then begins nothing more. True when nothing unsent is left. */
  async stop(deadlineMs: number): Promise<boolean> {
    const { clock, store, mayPublish } = this.settings;
    const deadline = clock.steadyMs() + deadlineMs;
    const left = (): boolean => store.unsent(this.#cursor, 1).length > 0;
    const open = (): boolean =>
      this.#log !== undefined && watchConnection(this.#log.connection).state === 'connected' && mayPublish();
    while (open() && left() && clock.steadyMs() < deadline) {
      this.wake();
      await sleep(10);
    }
    this.#stopping = true;
    this.wake();
    return !left();
  }

  /** Resolves when what {@link stop} found under way is over; at once, when the connection is closed. */
  async ended(): Promise<void> {
    await this.#running;
  }

  async #run(log: EventLog): Promise<void> {
    const watch = watchConnection(log.connection);
    while (!this.#stopping) {
      const open = watch.state === 'connected' && this.settings.mayPublish();
      const worked = open && (await this.#round(log).catch((error: unknown) => this.#failed(error)));
      if (worked !== true) await this.#wakeup.wait(IDLE_MS);
    }
  }

  /** True when there may be more to do at once. */
  async #round(log: EventLog): Promise<boolean> {
    const page = this.settings.store.unsent(this.#cursor, PAGE);
    if (page.length > 0) {
      if (await this.#send(log, page)) return true;
      await this.#wakeup.wait(PAUSES_MS[Math.min(this.#failures, PAUSES_MS.length) - 1] ?? 0);
      return true;
    }
    await this.#lookForLost(log);
    return false;
  }

  /** True when every entry of the page was acknowledged. */
  async #send(log: EventLog, page: readonly OutboxEntry[]): Promise<boolean> {
    const { clock, store } = this.settings;
    const outcomes = await Promise.allSettled(
      page.map((entry) => log.append({ ...entry, id: entry.eventId })),
    );
    const sentMs = clock.steadyMs();
    let failedAt: number | undefined;
    for (const [index, outcome] of outcomes.entries()) {
      const { id } = page[index] ?? { id: 0 };
      if (outcome.status === 'fulfilled') {
        store.noteSent([{ id, position: Number(outcome.value.position), sentMs }]);
        this.#figures.sent += 1;
        if (id <= this.#highest) this.#figures.resent += 1;
      } else {
        failedAt ??= index;
        this.#failed(outcome.reason);
      }
    }
    this.#highest = Math.max(this.#highest, page.at(-1)?.id ?? 0);
    if (failedAt === undefined) {
      this.#cursor = Math.max(this.#cursor, page.at(-1)?.id ?? 0);
      this.#recovered();
      return true;
    }
    this.#failures += 1;
    this.#rewind([page[failedAt]?.id ?? 0]);
    return false;
  }

  #failed(reason: unknown): void {
    const code = reason instanceof EventLogError ? reason.code : 'unexpected';
    const text = `${code}: ${reason instanceof Error ? reason.message : String(reason)}`;
    if (this.#figures.fault === undefined)
      this.settings.log.warn({ msg: `events wait in the outbox: ${text}`, code });
    this.#figures.fault = text;
  }

  #recovered(): void {
    if (this.#figures.fault === undefined) return;
    delete this.#figures.fault;
    this.#failures = 0;
    this.settings.log.log({ msg: 'events are sent again' });
  }

  /** Goes back so that these entries, and what is unsent behind them, are sent next. */
  #rewind(ids: readonly number[]): void {
    if (ids.length === 0) return;
    this.#tryToNote();
    this.#cursor = Math.min(this.#cursor, ...ids.map((id) => id - 1));
    this.wake();
  }

  /** Positions that cannot be noted are forgotten: those entries are sent once more, and the broker knows their ids. */
  #tryToNote(): void {
    try {
      this.settings.store.writeNotes();
    } catch {
      // The store tells its own failure; sending does not depend on it.
    }
  }

  async #lookForLost(log: EventLog): Promise<void> {
    const { store, clock, resendAfterMs } = this.settings;
    const now = clock.steadyMs();
    if (store.depth === 0 || now - this.#checkedMs < resendAfterMs / 3) return;
    this.#checkedMs = now;
    try {
      const last = Number(await log.lastPosition());
      const lost = new Set(store.beyond(last, now));
      for (const entry of store.overdue(now - resendAfterMs, LOOKED_FOR)) {
        if (lost.has(entry.id)) continue;
        if (await this.#isThere(log, entry))
          store.noteSent([{ id: entry.id, position: entry.position, sentMs: now }]);
        else lost.add(entry.id);
      }
      if (lost.size === 0) return;
      store.forgetPositions([...lost]);
      this.#rewind([...lost]);
      this.settings.log.warn({
        msg: `the stream lost ${lost.size} events that it had acknowledged; they are sent again`,
      });
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unexpected';
      this.settings.log.warn({ msg: `could not look for unconfirmed events: ${code}`, code, err: error });
    }
  }

  /** A position that a confirmed block covers has been judged: if the entry is still here, it was not judged as ours. */
  async #isThere(log: EventLog, entry: OutboxEntry & { readonly position: number }): Promise<boolean> {
    if (entry.position <= this.#confirmedThrough) return false;
    const message = await log.readAt(BigInt(entry.position));
    return message !== undefined && idOf(message) === entry.eventId;
  }
}
