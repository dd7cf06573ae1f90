import { DecisionDenied } from '@bcmed/events';
import {
  POLICY_VERSION,
  authorise,
  type Circumstances,
  type Decision,
  type PolicyRequest,
} from '@bcmed/policy';
import type { Clock } from '../adapters/clock.js';
import type { EventMaker } from '../adapters/event-maker.js';
import type { OutboxPublisher } from '../adapters/outbox-publisher.js';
import type { SafetyStore } from '../adapters/safety-store.js';
import type { AccessRecord } from '../adapters/access-record.js';
import { fact } from '../domain/fact.js';
import { MOST_READS, counted, readsFact, type Reads } from '../domain/reads.js';
import { DeniedError } from '../errors.js';
import { Limiter } from './limiter.js';

/** Whoever is denied more often than this in a minute is told to wait, undecided: the stream is no place for a stuck key. */
const DENIALS_PER_MINUTE = 60;

export interface AuthorityParts {
  readonly trust: AccessRecord;
  readonly store: SafetyStore;
  readonly outbox: OutboxPublisher;
  readonly maker: EventMaker;
  readonly clock: Clock;
}

/**
 * Asks the policies, and sees to it that the answer is remembered: a denial as an event of its own, which is on disk before the
 * person is told, an allowed read within an aggregate. An allowed write is the event that it makes.
 * KNOWN: reads that were counted and not yet recorded are lost by a kill, at most those of `READS_RECORDED_SECONDS`.
 */
export class Authority {
  readonly #reads = new Map<string, Reads>();
  readonly #denials: Limiter;

  constructor(private readonly parts: AuthorityParts) {
    this.#denials = new Limiter(parts.clock, DENIALS_PER_MINUTE);
  }

  /** Throws DeniedError, with what it would take. */
  demand(request: PolicyRequest, circumstances: Omit<Circumstances, 'at'> = {}): void {
    const { trust, clock } = this.parts;
    const decision = authorise(request, trust.people, { at: clock.at(), ...circumstances });
    if (decision.outcome === 'allowed') return;
    this.refuse(request, decision);
  }

  /** As {@link demand}, and counts the read. */
  demandRead(request: PolicyRequest, circumstances: Omit<Circumstances, 'at'> = {}): void {
    this.demand(request, circumstances);
    this.#count(request);
  }

  /** Whether somebody may see something, without it being a request of theirs: nothing is recorded. */
  allows(request: PolicyRequest, circumstances: Omit<Circumstances, 'at'> = {}): boolean {
    const { trust, clock } = this.parts;
    return authorise(request, trust.people, { at: clock.at(), ...circumstances }).outcome === 'allowed';
  }

  /** Records a denial that was decided elsewhere, and throws it. */
  refuse(
    { person, action, resource }: PolicyRequest,
    decision: Extract<Decision, { outcome: 'denied' }>,
  ): never {
    const { reason, words, policyVersion } = decision;
    this.#denials.demand(person);
    const said = fact(DecisionDenied, person, {
      action,
      resourceKind: resource.kind,
      resource: resource.kind === 'unit' ? resource.unit : resource.id,
      unit: resource.unit,
      reason,
      policies: decision.policies.slice(0, 16),
      policyVersion,
      words,
    });
    this.#post(said, person);
    throw new DeniedError(words);
  }

  /** Says what was read since the last time. */
  recordReads(): void {
    for (const person of [...this.#reads.keys()]) this.#recordReadsOf(person);
  }

  #count({ person, action, resource }: PolicyRequest): void {
    const { unit } = resource;
    const read = { action, unit, ...(resource.kind === 'unit' ? {} : { resource: resource.id }) };
    const reads = counted(this.#reads.get(person), read, this.parts.clock.at());
    this.#reads.set(person, reads);
    if (reads.counts.size >= MOST_READS) this.#recordReadsOf(person);
  }

  #recordReadsOf(person: string): void {
    const reads = this.#reads.get(person);
    if (!reads) return;
    this.#post(readsFact(person, reads, POLICY_VERSION), person);
    this.#reads.delete(person);
  }

  #post(said: Parameters<EventMaker['make']>[0], actor: string): void {
    const { store, maker, outbox } = this.parts;
    store.post(maker.make(said, { actor }));
    outbox.wake();
  }
}
