import { setTimeout as pause } from 'node:timers/promises';
import {
  AppendConflictError,
  EventLogError,
  idOf,
  subjects,
  type EventLog,
  type SealedEvent,
} from '@bcmed/event-log';
import { Logger } from '@nestjs/common';
import type { AlarmStore } from './alarm-store.js';

const RETRY_PAUSES_MS = [20, 100, 500, 1_000, 2_000] as const;

export interface PublisherSettings {
  readonly store: AlarmStore;
  readonly log: EventLog;
  readonly site: string;
  /** Events of a key that the site does not know would be rejected for ever: they wait. */
  readonly mayPublish: () => boolean;
}

/**
 * Appends what was decided to the stream, decision by decision and in order, each provided that nobody else wrote to its
 * episode. Ids follow from causes, so what a killed process had sent already is found and not stored twice.
 */
export class OutboxPublisher {
  readonly #abort = new AbortController();
  readonly #log = new Logger('publisher');
  #wake: () => void = () => undefined;
  #pending = true;
  #running: Promise<void> | undefined;
  /** Why the last attempt failed; undefined while all is well. */
  fault: string | undefined;

  constructor(private readonly settings: PublisherSettings) {}

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

  async #run(): Promise<void> {
    for (let failures = 0; !this.#abort.signal.aborted;) {
      if (!this.#pending) await new Promise<void>((resolve) => (this.#wake = resolve));
      this.#pending = false;
      try {
        await this.#publish();
        failures = 0;
        this.fault = undefined;
      } catch (error) {
        const code = error instanceof EventLogError ? error.code : '';
        const fault = `${code} ${error instanceof Error ? error.message : String(error)}`.trim();
        if (fault !== this.fault) this.#log.warn(`events wait: ${fault}`);
        this.fault = fault;
        this.#pending = true;
        const wait = RETRY_PAUSES_MS[Math.min(failures++, RETRY_PAUSES_MS.length - 1)];
        await pause(wait, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      }
    }
  }

  async #publish(): Promise<void> {
    const { store, mayPublish } = this.settings;
    while (mayPublish() && !this.#abort.signal.aborted) {
      const [first, ...rest] = store.nextDecision();
      if (!first) return;
      await this.#append(first.entity, [first, ...rest]);
    }
  }

  async #append(entity: string, events: readonly [SealedEvent, ...SealedEvent[]]): Promise<void> {
    const { store, log, site } = this.settings;
    const filter = subjects.entity(site, 'alarm', entity);
    try {
      const appended = await log.appendDecision(events, {
        filter,
        lastPosition: store.entityPosition(entity),
      });
      const last = appended.at(-1)?.position ?? 0n;
      store.published(
        events.map(({ id }) => id),
        entity,
        last,
      );
    } catch (error) {
      if (!(error instanceof AppendConflictError)) throw error;
      // The stream knows more of this episode than the store: an earlier life wrote it. The next round goes on behind that.
      const { messages, expected } = await log.readEntity(filter);
      const known = new Set(messages.map(idOf));
      const ids = events.map(({ id }) => id).filter((id) => known.has(id));
      store.published(ids, entity, expected.lastPosition);
    }
  }
}
