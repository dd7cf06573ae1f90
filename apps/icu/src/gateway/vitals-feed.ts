import type { SealedEvent } from '@bcmed/event-log';
import {
  createEvent,
  derivedId,
  EventInvalidError,
  serialiseEvent,
  subjectOf,
  VitalsSampled,
} from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { entryBytes, type Sealer } from '@bcmed/seal';
import type { MonitorReading } from '../domain/bedside/monitor.js';

/** What all feeds of one start have in common. */
export interface FeedSignature {
  readonly site: string;
  readonly source: string;
  readonly sealer: Sealer;
  /** Start id: a new one at each start says openly that this gateway began anew. */
  readonly chain: string;
}

/** A reading and when it was taken. */
export interface TimedReading {
  readonly at: string;
  readonly reading: MonitorReading;
}

/** How a feed stands. `dropped`: never sealed, because newer readings took their place. */
export interface FeedFigures {
  readonly queued: number;
  readonly dropped: number;
  readonly refused: number;
}

/**
 * The readings of one patient on their way out, one chain.
 *
 * A reading gets its number and its seal only when it is its turn, and what was sealed is kept until it is stored. So the queue
 * may forget its oldest readings for as long as the bus is away, and the chain has no gap.
 */
export class VitalsFeed {
  readonly #signature: FeedSignature;
  readonly #patient: string;
  readonly #capacity: number;
  readonly #waiting: TimedReading[] = [];
  #inFlight: SealedEvent | null = null;
  #sequence = 0;
  #head: string | undefined;
  #dropped = 0;
  #refused = 0;

  constructor(signature: FeedSignature, patient: string, capacity: number) {
    this.#signature = signature;
    this.#patient = patient;
    this.#capacity = capacity;
  }

  get figures(): FeedFigures {
    const queued = this.#waiting.length + (this.#inFlight === null ? 0 : 1);
    return { queued, dropped: this.#dropped, refused: this.#refused };
  }

  /** Takes a reading; when there are too many, the oldest goes. */
  offer(reading: TimedReading): void {
    this.#waiting.push(reading);
    if (this.#waiting.length <= this.#capacity) return;
    this.#waiting.shift();
    this.#dropped += 1;
  }

  /** The event to be stored next: the same bytes until {@link stored} says so. Null when there is nothing. */
  next(): SealedEvent | null {
    while (this.#inFlight === null) {
      const reading = this.#waiting.shift();
      if (reading === undefined) return null;
      try {
        this.#inFlight = this.#seal(reading);
      } catch (error) {
        if (!(error instanceof EventInvalidError)) throw error;
        this.#refused += 1;
      }
    }
    return this.#inFlight;
  }

  /** The log has what {@link next} gave. */
  stored(): void {
    this.#inFlight = null;
  }

  #seal({ at, reading }: TimedReading): SealedEvent {
    const { site, source, sealer, chain } = this.#signature;
    const sequence = String(this.#sequence + 1);
    const id = derivedId('vitals', sealer.keyId, this.#patient, chain, sequence);
    const event = createEvent(
      VitalsSampled,
      {
        id,
        source,
        entity: this.#patient,
        time: at,
        site,
        actor: source,
        chain: { chain, sequence, ...(this.#head !== undefined && { previous: this.#head }) },
      },
      reading,
    );
    const body = serialiseEvent(event);
    const seal = sealer.seal(body);
    this.#sequence += 1;
    this.#head = hashToBase64Url(leafHash(entryBytes(seal, body)));
    return { id, subject: subjectOf(event), seal, body };
  }
}
