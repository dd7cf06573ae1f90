import {
  admit,
  applyAdmission,
  initialAdmission,
  type Admission,
  type AdmissionState,
} from '@bcmed/admission';
import type { ValidatorSet } from '@bcmed/chain';
import { sealOf, type EventLog, type LogMessage } from '@bcmed/event-log';
import { evolvePeople, initialPeople, type PeopleState } from '@bcmed/policy';
import type { KeyId } from '@bcmed/seal';
import { enrolmentOf, type Enrolment, type OwnKey } from './enrolment.js';
import { EndedSessions } from './pass/ended-sessions.js';
import { trustedKeyOf, type PassTrust, type TrustedKey } from './pass/pass-verifier.js';

export interface SiteTrustSettings {
  readonly site: string;
  /** The pinned name of the site's root key: the one thing that is believed without the stream. */
  readonly rootKeyId: KeyId;
  /** Our own key, name and area, whose enrolment is judged; absent for one who only reads and seals nothing. */
  readonly own?: OwnKey;
  /** Whether people that were made for a demonstration count; false in production. */
  readonly allowDemonstration: boolean;
  /** Told of every message that was taken and how it was judged, after the state has moved past it. */
  readonly onTaken?: (message: LogMessage, verdict: Admission) => void;
}

/** What somebody else wants of the same read: each message judged at its own place in the stream. */
export interface ReadBeside {
  /** Filters of the site, none of which overlaps with {@link TRUST_SUBJECTS}. */
  readonly subjects: readonly string[];
  /** Passes over messages without judging them, which is what takes the time; everything is wanted when it is left out. */
  readonly wants?: (message: LogMessage) => boolean;
  /** May get a message again when the read was begun anew. */
  readonly take: (message: LogMessage, verdict: Admission) => void;
}

/** What {@link SiteTrust} reads, as patterns of a subscription: everything that decides whom to believe. */
export const TRUST_SUBJECTS = ['bcmed.{site}.ledger.{site}.epoch-opened', 'bcmed.{site}.access.>'] as const;

/**
 * What the site says about its validators, its keys and its people, by the ledger's own rules of admission.
 *
 * Reads only the subjects that can matter: the opening of the epoch, and everything about access behind it. That gives the
 * ledger's verdict without the rest of the stream, since nothing else changes what these mean. A server that hides a
 * revocation gains nothing at the ledger, which refuses what follows.
 */
export class SiteTrust {
  readonly #admission: AdmissionState;
  #people: PeopleState;
  readonly #ended = new EndedSessions();
  readonly #positionOf = new Map<string, bigint>();
  #readThrough = 0n;
  #enrolment: Enrolment = { state: 'unknown', detail: 'the stream has not been read yet' };

  constructor(private readonly settings: SiteTrustSettings) {
    const { site, rootKeyId, allowDemonstration } = settings;
    this.#admission = initialAdmission(site, rootKeyId);
    this.#people = initialPeople({ allowDemonstration });
  }

  get enrolment(): Enrolment {
    return this.#enrolment;
  }

  /** Whose signatures make a block; undefined until the opening of the epoch was read. */
  get validators(): ValidatorSet | undefined {
    return this.#admission.epoch;
  }

  /** Up to where the stream was read. */
  get position(): bigint {
    return this.#readThrough;
  }

  /** Who is known and may what. */
  get people(): PeopleState {
    return this.#people;
  }

  /** Reads what stands on the stream now. Throws what reading the log throws; what was read until then counts. */
  async load(log: EventLog, beside?: ReadBeside): Promise<void> {
    const { site } = this.settings;
    const to = await log.lastPosition();
    for (const pattern of TRUST_SUBJECTS) {
      // A second opening means nothing, and reading it would pass over what stands before it.
      if (pattern === TRUST_SUBJECTS[0] && this.validators) continue;
      const subject = pattern.replaceAll('{site}', site);
      // Nothing before the epoch is believed, so access is read behind it.
      const from = (this.#admission.epoch ? this.#readThrough : 0n) + 1n;
      const others = pattern === TRUST_SUBJECTS[0] ? [] : (beside?.subjects ?? []);
      for await (const message of log.readSubjects([subject, ...others], { from, to })) {
        // The area is the third word of a subject.
        if (message.subject.split('.')[2] === subject.split('.')[2]) this.take(message);
        else if (beside?.wants?.(message) !== false) beside?.take(message, this.judge(message));
        if (this.validators && pattern === TRUST_SUBJECTS[0]) break;
      }
    }
    if (to > this.#readThrough) this.#readThrough = to;
    this.#judgeOwn();
  }

  /** Takes a message on {@link TRUST_SUBJECTS}, in the order of the stream; one that was read before changes nothing. */
  take(message: LogMessage): void {
    const { position } = message;
    if (position <= this.#readThrough) return;
    this.#readThrough = position;
    const verdict = this.judge(message);
    applyAdmission(this.#admission, verdict);
    if (verdict.outcome === 'admitted') {
      this.#positionOf.set(verdict.event.id, position);
      this.#people = evolvePeople(this.#people, verdict.event);
      this.#ended.take(verdict.event);
    }
    this.settings.onTaken?.(message, verdict);
    this.#judgeOwn();
  }

  #judgeOwn(): void {
    const { own } = this.settings;
    if (own) this.#enrolment = enrolmentOf(own, this.#admission);
  }

  /** Whether a key that was believed before still is. */
  believes(keyId: KeyId): boolean {
    return this.#admission.credentials.get(keyId)?.revoked === false;
  }

  /** A key that was enrolled and not revoked, with what it may seal. */
  trustedKey(keyId: KeyId): TrustedKey | undefined {
    return trustedKeyOf(this.#admission, keyId);
  }

  /** Whether the end of this session was read; sessions of long ago are forgotten. */
  hasEnded(sessionId: string): boolean {
    return this.#ended.has(sessionId);
  }

  /** What passes are verified by. `isCurrent` says whether the one who feeds this follows the stream now. */
  forPasses(isCurrent: () => boolean): PassTrust {
    const people = (): PeopleState => this.#people;
    return {
      site: this.settings.site,
      get isCurrent() {
        return isCurrent();
      },
      get people() {
        return people();
      },
      trustedKey: (keyId) => this.trustedKey(keyId),
      hasEnded: (sessionId) => this.hasEnded(sessionId),
    };
  }

  /** Whether a message may be acted on. Demands that everything before it on {@link TRUST_SUBJECTS} was taken. */
  judge(message: LogMessage): Admission {
    const { position, subject, body } = message;
    const prior = { positionOf: (id: string) => this.#positionOf.get(id) };
    return admit(this.#admission, { position, subject, seal: sealOf(message), body }, prior);
  }
}
