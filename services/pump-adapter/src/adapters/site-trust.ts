import { admit, applyAdmission, initialAdmission, type AdmissionState } from '@bcmed/admission';
import type { ValidatorSet } from '@bcmed/chain';
import { idOf, sealOf, type EventLog, type LogMessage } from '@bcmed/event-log';
import { keyToken, type KeyId } from '@bcmed/seal';

/** Whether the site believes our key. */
export type Enrolment =
  | { readonly state: 'unknown' | 'no-epoch' | 'not-enrolled'; readonly detail: string }
  | { readonly state: 'enrolled'; readonly detail: string }
  | { readonly state: 'revoked' | 'enrolled-otherwise'; readonly detail: string };

export interface SiteTrustSettings {
  readonly site: string;
  /** The pinned name of the site's root key: the one thing that is believed without the stream. */
  readonly rootKeyId: KeyId;
  readonly keyId: KeyId;
  /** Our name on events: the holder that the site must have enrolled the key for. */
  readonly source: string;
}

/**
 * What the site says about its validators and about our key, by the ledger's own rules of admission.
 *
 * Reads only the subjects that can matter: the opening of the epoch, and everything about our key behind it. That gives the
 * ledger's verdict without the rest of the stream, since both kinds of event are believed under the root key alone and
 * nothing else changes what they mean. A server that hides a revocation gains nothing: the ledger refuses what follows.
 */
export class SiteTrust {
  readonly #admission: AdmissionState;
  readonly #positionOf = new Map<string, bigint>();
  #next = 1n;
  #enrolment: Enrolment = { state: 'unknown', detail: 'the stream has not been read yet' };

  constructor(private readonly settings: SiteTrustSettings) {
    this.#admission = initialAdmission(settings.site, settings.rootKeyId);
  }

  get enrolment(): Enrolment {
    return this.#enrolment;
  }

  /** Whose signatures make a block; undefined until the opening of the epoch was read. */
  get validators(): ValidatorSet | undefined {
    return this.#admission.epoch;
  }

  /** Reads what came since the last call. Throws what reading the log throws; what was read until then counts. */
  async refresh(log: EventLog): Promise<void> {
    const { site, keyId } = this.settings;
    if (!this.#admission.epoch) {
      for await (const message of log.readSubject(`bcmed.${site}.ledger.${site}.epoch-opened`)) {
        this.#take(message);
        if (this.validators) break;
      }
    }
    if (this.validators) {
      const range = { from: this.#next };
      for await (const message of log.readSubject(`bcmed.${site}.access.${keyToken(keyId)}.>`, range))
        this.#take(message);
    }
    this.#enrolment = this.#judge();
  }

  #take(message: LogMessage): void {
    const { position, subject, body } = message;
    this.#next = position + 1n;
    const prior = { positionOf: (id: string) => this.#positionOf.get(id) };
    const verdict = admit(this.#admission, { position, subject, seal: sealOf(message), body }, prior);
    applyAdmission(this.#admission, verdict);
    if (verdict.outcome === 'admitted') this.#positionOf.set(idOf(message), position);
  }

  #judge(): Enrolment {
    const { keyId, source, rootKeyId } = this.settings;
    if (!this.#admission.epoch)
      return { state: 'no-epoch', detail: `no epoch was opened under the pinned root key ${rootKeyId}` };
    const credential = this.#admission.credentials.get(keyId);
    if (!credential)
      return { state: 'not-enrolled', detail: `key ${keyId} waits to be enrolled for ${source}` };
    if (credential.revoked) return { state: 'revoked', detail: `key ${keyId} was revoked by the site` };
    const { holder, areas, kind } = credential;
    if (holder !== source || !areas.includes('pump')) {
      const detail = `key ${keyId} is enrolled for ${holder} and ${areas.join(', ')}, not for ${source} and pump`;
      return { state: 'enrolled-otherwise', detail };
    }
    return { state: 'enrolled', detail: `${kind} key ${keyId} of ${holder}` };
  }
}
