import type { Admission } from '@bcmed/admission';
import type { EventLog, LogMessage } from '@bcmed/event-log';
import { PolicyReleased, isEvent, type StreamEvent } from '@bcmed/events';
import {
  evolveApproval,
  initialApproval,
  type ApprovalEvent,
  type ApprovalState,
  type PeopleState,
} from '@bcmed/policy';
import type { KeyId } from '@bcmed/seal';
import { SiteTrust, TRUST_SUBJECTS, type Enrolment } from '@bcmed/site-trust';
import { BehindError } from '../errors.js';

export interface RecordSettings {
  readonly site: string;
  /** The pinned name of the site's root key: the one thing that is believed without the stream. */
  readonly rootKeyId: KeyId;
  readonly keyId: KeyId;
  readonly source: string;
  readonly allowDemonstration: boolean;
}

const PASS_MS = 10_000;

/** Entities that nobody decides on. */
const UNDECIDED = /\.session-(?:opened|ended)$/;

/**
 * What the site says about keys, people and approvals, by the ledger's own rules of admission. In memory: read anew at each start.
 *
 * Reads only the subjects that can matter, which gives the ledger's verdict without the rest of the stream. One feeder: first
 * {@link load}, then {@link take} in the order of the stream.
 * KNOWN: it is as much work at the start as there are events about access, some 10,000 in a second.
 */
export class AccessRecord {
  readonly #trust: SiteTrust;
  readonly #lastOf = new Map<string, bigint>();
  readonly #approvals = new Map<string, ApprovalState>();
  readonly #waiting = new Set<{ readonly position: bigint; readonly resolve: () => void }>();
  readonly #listeners: (() => void)[] = [];
  #lastEnrolled = 0n;
  #loaded = false;
  #policyHash: string | undefined;

  constructor(private readonly settings: RecordSettings) {
    const { site, rootKeyId, keyId, source, allowDemonstration } = settings;
    this.#trust = new SiteTrust({
      site,
      rootKeyId,
      own: { keyId, source, area: 'access' },
      allowDemonstration,
      onTaken: (message, verdict) => this.#taken(message, verdict),
    });
  }

  get enrolment(): Enrolment {
    return this.#trust.enrolment;
  }

  get people(): PeopleState {
    return this.#trust.people;
  }

  get approvals(): ReadonlyMap<string, ApprovalState> {
    return this.#approvals;
  }

  get position(): bigint {
    return this.#trust.position;
  }

  get isLoaded(): boolean {
    return this.#loaded;
  }

  /** Hash of the policies that the stream says decide; undefined before the first. */
  get policyHash(): string | undefined {
    return this.#policyHash;
  }

  /** Position of the last enrolment of anybody's authenticator, believed or not; 0n before the first. */
  get lastEnrolled(): bigint {
    return this.#lastEnrolled;
  }

  /** Position of an entity's last event, 0n when it has none: what to expect when appending to it. */
  lastOf(entity: string): bigint {
    return this.#lastOf.get(entity) ?? 0n;
  }

  approval(id: string): ApprovalState {
    return this.#approvals.get(id) ?? initialApproval;
  }

  /** Calls back after every change, when {@link load} is done and after each batch. */
  listen(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Reads what stands on the stream now, once; the position that was reached. Throws what reading the log throws. */
  async load(log: EventLog): Promise<bigint> {
    if (this.#loaded) return this.position;
    await this.#trust.load(log);
    this.#loaded = true;
    this.#tell();
    return this.position;
  }

  /** Takes messages on {@link TRUST_SUBJECTS}, in the order of the stream; those that were read before change nothing. */
  take(messages: readonly LogMessage[]): void {
    for (const message of messages) this.#trust.take(message);
    this.#tell();
  }

  /** Resolves when everything up to a position was taken; rejects with BehindError when that takes too long. */
  async passed(position: bigint, withinMs: number): Promise<void> {
    if (this.position >= position) return;
    await new Promise<void>((resolve, reject) => {
      const waiter = {
        position,
        resolve: () => {
          clearTimeout(timer);
          resolve();
        },
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(waiter);
        reject(
          new BehindError(`Position ${position} of the stream has not come back within ${withinMs} ms.`),
        );
      }, withinMs);
      this.#waiting.add(waiter);
    });
  }

  /**
   * Whether a message of another area may be acted on, and what it says: judged when everything about access that stands before it
   * was taken, so that an earlier revocation counts. Throws BehindError and what reading the log throws.
   */
  async judge(message: LogMessage, log: EventLog): Promise<StreamEvent | undefined> {
    const { position } = message;
    const filter = TRUST_SUBJECTS[1].replaceAll('{site}', this.settings.site);
    let before = 0n;
    for await (const earlier of log.readSubject(filter, { from: this.position + 1n, to: position }))
      before = earlier.position;
    await this.passed(before, PASS_MS);
    const verdict = this.#trust.judge(message);
    return verdict.outcome === 'admitted' ? verdict.event : undefined;
  }

  #taken({ position, subject }: LogMessage, verdict: Admission): void {
    const [, , area, entity = ''] = subject.split('.');
    if (area === 'access' && !UNDECIDED.test(subject)) this.#lastOf.set(entity, position);
    if (subject.endsWith('.authenticator-enrolled')) this.#lastEnrolled = position;
    if (verdict.outcome === 'admitted') this.#evolve(verdict.event);
  }

  #evolve(event: StreamEvent): void {
    if (isEvent(event, PolicyReleased)) this.#policyHash = event.data.policyHash;
    const name = event.type.replace('bcmed.access.', '');
    if (!name.startsWith('approval-')) return;
    // The catalogue has accepted the data as that of this type.
    const happened = { name, data: event.data } as ApprovalEvent;
    this.#approvals.set(event.subject, evolveApproval(this.approval(event.subject), happened));
  }

  #tell(): void {
    for (const listener of this.#listeners) listener();
    for (const waiter of this.#waiting) {
      if (waiter.position > this.position) continue;
      this.#waiting.delete(waiter);
      waiter.resolve();
    }
  }
}
