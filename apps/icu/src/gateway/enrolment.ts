import type { KeyObject } from 'node:crypto';
import { sealOf, type EventLog, type LogMessage } from '@bcmed/event-log';
import {
  CredentialEnrolled,
  CredentialRevoked,
  EpochOpened,
  isEvent,
  parseEvent,
  subjectOf,
  type StreamEvent,
} from '@bcmed/events';
import { checkSeal, importPublicKey, keyIdOf, keyToken, type KeyId } from '@bcmed/seal';

/** Whether the site believes our key, in words. */
export interface Enrolment {
  readonly state: 'unknown' | 'not-enrolled' | 'enrolled' | 'revoked' | 'enrolled-otherwise';
  readonly detail: string;
}

export interface EnrolmentSettings {
  readonly site: string;
  /** The pinned name of the site's root key. */
  readonly rootKeyId: string;
  readonly keyId: KeyId;
  readonly holder: string;
  readonly areas: readonly string[];
}

/**
 * What the site's root key says about our key, on the two subjects that can say it. A broker that hides a revocation gains
 * nothing: the ledger refuses what follows.
 *
 * KNOWN: it looks at each beat instead of following the stream, so that the gateway needs no consumer on the broker; a
 * revocation is noticed one look late.
 */
export class SiteEnrolment {
  readonly #settings: EnrolmentSettings;
  #root: KeyObject | undefined;
  #readThrough = 0n;
  #now: Enrolment = { state: 'unknown', detail: 'the stream has not been read yet' };

  constructor(settings: EnrolmentSettings) {
    this.#settings = settings;
  }

  get now(): Enrolment {
    return this.#now;
  }

  /** Reads what was added since the last look. Throws what reading the log throws. */
  async look(log: EventLog): Promise<Enrolment> {
    const { site, keyId, rootKeyId } = this.#settings;
    if (this.#root === undefined) {
      for await (const message of log.readSubject(`bcmed.${site}.ledger.${site}.epoch-opened`)) {
        this.#root ??= this.#rootKeyIn(message);
      }
    }
    if (this.#root === undefined) {
      const detail = `no epoch was opened under the pinned root key ${rootKeyId}`;
      return (this.#now = { state: 'not-enrolled', detail });
    }
    if (this.#now.state === 'unknown') {
      this.#now = { state: 'not-enrolled', detail: `key ${keyId} waits to be enrolled` };
    }
    const from = this.#readThrough + 1n;
    for await (const message of log.readSubject(`bcmed.${site}.access.${keyToken(keyId)}.>`, { from })) {
      this.#readThrough = message.position;
      const event = this.#believed(message, this.#root);
      if (event !== undefined) this.#take(event);
    }
    return this.#now;
  }

  #take(event: StreamEvent): void {
    const { keyId, holder, areas } = this.#settings;
    if (this.#now.state === 'revoked') return;
    if (isEvent(event, CredentialRevoked) && event.data.keyId === keyId) {
      this.#now = { state: 'revoked', detail: `key ${keyId} was revoked by the site` };
    } else if (isEvent(event, CredentialEnrolled) && event.data.keyId === keyId) {
      const given = event.data;
      const fits = given.holder === holder && areas.every((area) => given.areas.includes(area));
      this.#now = fits
        ? { state: 'enrolled', detail: `key ${keyId} of ${holder}` }
        : {
            state: 'enrolled-otherwise',
            detail: `key ${keyId} is enrolled for ${given.holder} and ${given.areas.join(', ')}, not for ${holder} and ${areas.join(', ')}`,
          };
    }
  }

  #rootKeyIn(message: LogMessage): KeyObject | undefined {
    const parsed = parseEvent(message.body);
    if (!parsed.ok || !isEvent(parsed.event, EpochOpened)) return undefined;
    const { rootKey } = parsed.event.data;
    const key = keyIdOf(rootKey) === this.#settings.rootKeyId ? importPublicKey(rootKey) : undefined;
    return key !== undefined && this.#believed(message, key) !== undefined ? key : undefined;
  }

  /** The event, when the root key has sealed it for this site and this subject. */
  #believed(message: LogMessage, root: KeyObject): StreamEvent | undefined {
    const { site, rootKeyId } = this.#settings;
    const keyOf = (keyId: KeyId): KeyObject | undefined => (keyId === rootKeyId ? root : undefined);
    if (!checkSeal(sealOf(message), message.body, keyOf).ok) return undefined;
    const parsed = parseEvent(message.body);
    if (!parsed.ok || parsed.event.site !== site) return undefined;
    return subjectOf(parsed.event) === message.subject ? parsed.event : undefined;
  }
}
