import {
  AppendConflictError,
  AppendOutcomeUnknownError,
  DecisionContendedError,
  subjects,
  watchConnection,
  type Appended,
  type EventLog,
  type Expectation,
  type LogMessage,
  type SealedEvent,
} from '@bcmed/event-log';
import { derivedId, type StreamEvent } from '@bcmed/events';
import { v7 as uuidv7 } from 'uuid';
import type { Clock } from '../adapters/clock.js';
import type { EventMaker } from '../adapters/event-maker.js';
import type { AccessRecord } from '../adapters/access-record.js';
import type { Answer } from '../domain/fact.js';
import { BehindError, NotEnrolledError } from '../errors.js';

/** Each waits for what somebody else wrote, so this many losses in a row are another instance gone wild. */
const MAX_ATTEMPTS = 20;
const MAX_REPEATS = 5;
const RETURN_MS = 5_000;

/** What is decided, and who wants it. */
export interface Wanted<Reason extends string> {
  readonly entity: string;
  readonly actor: string;
  /** Makes the ids of the events: the same cause never says anything twice. Absent for a command that comes once. */
  readonly cause?: string;
  readonly correlationid?: string;
  /** Instead of the entity: what must not have changed. */
  readonly filter?: { readonly subject: string; readonly lastPosition: bigint };
  /** Asked anew at every attempt, of what the stream says then. May throw; nothing is stored then. */
  decide(at: string): Answer<Reason>;
}

/**
 * Decides on what the stream says and appends the answer, provided that nobody wrote to the entity meanwhile; else waits for what
 * they wrote and decides again. One decision at a time, and each sees those before it.
 *
 * Does what `runDecision` of `@bcmed/event-log` does, from the state in memory: permission and decision rest on the same prefix.
 * KNOWN: of two instances one may decide while the other takes the right away; the events then stand the other way round.
 */
export class Decisions {
  /** Whether what is appended reaches us; set by whoever watches the subscription. */
  isFollowing = true;
  #queue: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly log: EventLog,
    private readonly trust: AccessRecord,
    private readonly maker: EventMaker,
    private readonly clock: Clock,
  ) {}

  /** Throws BehindError or NotEnrolledError when nothing may be allowed now. */
  demandCurrent(): void {
    const isUp = watchConnection(this.log.connection).state === 'connected';
    if (!this.trust.isLoaded || !isUp || !this.isFollowing)
      throw new BehindError('The stream cannot be read now, so a revocation might be missed. Try again.');
    const { state, detail } = this.trust.enrolment;
    if (state !== 'enrolled') throw new NotEnrolledError(`Nothing that this service says counts: ${detail}.`);
  }

  /** An event of another service, if it may be acted on: see {@link AccessRecord.judge}. */
  judge(message: LogMessage): Promise<StreamEvent | undefined> {
    return this.trust.judge(message, this.log);
  }

  /** Resolves when the answer stands on the stream and is part of {@link AccessRecord}. */
  take<Reason extends string>(wanted: Wanted<Reason>): Promise<Answer<Reason>> {
    const turn = this.#queue.then(() => this.#take(wanted));
    this.#queue = turn.catch(() => undefined);
    return turn;
  }

  async #take<Reason extends string>(wanted: Wanted<Reason>): Promise<Answer<Reason>> {
    const { entity, actor, cause = uuidv7(), correlationid } = wanted;
    const { site } = this.maker;
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      this.demandCurrent();
      const expected = this.#expected(wanted);
      const seen = this.trust.position;
      const answer = wanted.decide(this.clock.at());
      if (answer.outcome === 'refused') return answer;
      const [first, ...rest] = answer.facts.map((fact, index) => {
        const id = derivedId(site, 'access-decision', cause, String(index));
        return this.maker.make(fact, {
          actor,
          id,
          ...(correlationid === undefined ? {} : { correlationid }),
        });
      });
      if (!first) return answer;
      try {
        const appended = await this.#append([first, ...rest], expected);
        await this.trust.passed(appended.at(-1)?.position ?? 0n, RETURN_MS);
        return answer;
      } catch (error) {
        if (!(error instanceof AppendConflictError)) throw error;
        await this.#somethingNew(entity, expected, seen);
      }
    }
    throw new DecisionContendedError(`${entity} changed during each of ${MAX_ATTEMPTS} attempts to decide.`);
  }

  #expected({ entity, filter }: Pick<Wanted<string>, 'entity' | 'filter'>): Expectation {
    if (filter) return { filter: filter.subject, lastPosition: filter.lastPosition };
    return {
      filter: subjects.entity(this.maker.site, 'access', entity),
      lastPosition: this.trust.lastOf(entity),
    };
  }

  /** After an unknown outcome the very same bytes again. */
  async #append(
    events: readonly [SealedEvent, ...SealedEvent[]],
    expected: Expectation,
  ): Promise<readonly Appended[]> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.log.appendDecision(events, expected);
      } catch (error) {
        if (!(error instanceof AppendOutcomeUnknownError) || attempt >= MAX_REPEATS) throw error;
      }
    }
  }

  async #somethingNew(entity: string, { lastPosition, filter }: Expectation, seen: bigint): Promise<void> {
    const own = filter.startsWith(`bcmed.${this.maker.site}.access.${entity}.`);
    let position = seen;
    do {
      await this.trust.passed(position + 1n, RETURN_MS);
      position = this.trust.position;
    } while (own && this.trust.lastOf(entity) === lastPosition);
  }
}
