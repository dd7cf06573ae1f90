import { setTimeout as pause } from 'node:timers/promises';
import { BlockAnchored, createEvent, derivedId, serialiseEvent, subjectOf } from '@bcmed/events';
import { EventLogError, type EventLog } from '@bcmed/event-log';
import type { Sealer } from '@bcmed/seal';
import { Logger } from '@nestjs/common';
import { confirmationOf } from '../domain/block.js';
import { StreamShorterThanTreeError } from '../errors.js';
import type { SignedBlock } from './block-rows.js';
import type { LedgerStore } from './ledger-store.js';
import type { StreamTail } from './stream-tail.js';

const RETRY_PAUSES_MS = [20, 100, 500, 1_000] as const;
const ANNOUNCEMENTS_AT_ONCE = 100;

/** What the announcer signs with and where it sends to. */
export interface AnnouncerSettings {
  readonly site: string;
  readonly source: string;
  readonly sealer: Sealer;
  readonly blockSealer: Sealer;
  readonly events: EventLog;
  readonly blocks: EventLog;
  /** Events of a key that the stream does not know yet would be rejected: they wait. */
  readonly mayAnnounce: () => boolean;
}

/**
 * Algorithm 1, step x: sends what the store holds to the stream, until the broker has it: confirmations of blocks in order, then events
 * about rejections and gaps. Everything goes out under an id that follows from its cause, so sending twice stores once.
 *
 * Says nothing more once the stream has lost its tail: each message would take the position of a lost one.
 */
export class LedgerAnnouncer {
  readonly #abort = new AbortController();
  readonly #log = new Logger('announcer');
  #wake: () => void = () => undefined;
  #pending = true;
  #running: Promise<void> | undefined;
  /** Why the last attempt to send failed; undefined while all is well. */
  fault: string | undefined;

  constructor(
    private readonly store: LedgerStore,
    private readonly tail: StreamTail,
    private readonly settings: AnnouncerSettings,
  ) {}

  start(): void {
    this.#running = this.#run();
  }

  /** There may be something to send. */
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
        await this.tail.require();
        await this.#sendBlocks();
        if (this.settings.mayAnnounce()) await this.#sendAnnouncements();
        failures = 0;
        this.fault = undefined;
      } catch (error) {
        const lost = error instanceof StreamShorterThanTreeError;
        if (!lost && !(error instanceof EventLogError)) throw error;
        this.fault = `${error.code}: ${error.message}`;
        if (lost) return;
        this.#log.warn(this.fault);
        this.#pending = true;
        const wait = RETRY_PAUSES_MS[Math.min(failures++, RETRY_PAUSES_MS.length - 1)];
        await pause(wait, undefined, { signal: this.#abort.signal }).catch(() => undefined);
      }
    }
  }

  async #sendBlocks(): Promise<void> {
    for (let block = this.store.firstUnpublished(); block; block = this.store.firstUnpublished()) {
      await this.#sendBlock(block);
      this.store.markPublished(block.header.number);
    }
  }

  async #sendBlock(block: SignedBlock): Promise<void> {
    const { header, signatures, place } = block;
    if (!place) throw new RangeError('a block without a place was to be published');
    const before = this.store.headBefore(header.number);
    const leaves = this.store.leavesFrom(
      header.firstSequence,
      Number(header.lastSequence - header.firstSequence) + 1,
    );
    const number = header.number.toString();
    const event = createEvent(
      BlockAnchored,
      {
        id: derivedId(this.settings.site, number, BlockAnchored.type),
        source: this.settings.source,
        entity: number,
        time: new Date().toISOString(),
        site: this.settings.site,
        actor: this.settings.source,
      },
      confirmationOf({ header, leaves, frontierBefore: before.frontier }, signatures, place),
    );
    const subject = subjectOf(event);
    const body = serialiseEvent(event);
    // The subject holds one message for ever: whatever an earlier life already sent is found there and counts.
    await this.settings.blocks.append(
      { subject, id: event.id, seal: this.settings.blockSealer.seal(body), body },
      { filter: subject, lastPosition: 0n },
    );
  }

  async #sendAnnouncements(): Promise<void> {
    for (;;) {
      const waiting = this.store.announcements(ANNOUNCEMENTS_AT_ONCE);
      if (waiting.length === 0) return;
      const events = waiting.map((one) => ({ ...one, seal: this.settings.sealer.seal(one.body) }));
      const { appended, failure } = await this.settings.events.appendInOrder(events);
      for (const { id } of waiting.slice(0, appended.length)) this.store.removeAnnouncement(id);
      if (failure) throw failure;
    }
  }
}
