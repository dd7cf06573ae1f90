import { verify, type KeyObject } from 'node:crypto';
import type { AdmissionState } from '@bcmed/admission';
import { authenticatorFault, type PeopleState } from '@bcmed/policy';
import type { KeyId } from '@bcmed/seal';
import { readPass, type PassForm } from './pass.js';

/** Clocks of access and of whoever verifies may differ by so much: a pass is believed for at most 65 s. */
export const CLOCK_SKEW_SECONDS = 5;

/** A key that the site has enrolled and not revoked. */
export interface TrustedKey {
  readonly key: KeyObject;
  readonly holder: string;
  readonly areas: readonly string[];
}

/**
 * What a service knows of its site, as far as passes need it. Implemented by everything that folds the stream: `SiteTrust` has all of
 * it, and a service that folds by itself takes {@link trustedKeyOf} and `EndedSessions`.
 */
export interface PassTrust {
  readonly site: string;
  /** Whether the stream is followed now; while it is not, a revocation might be missed and nobody is believed. */
  readonly isCurrent: boolean;
  readonly people: PeopleState;
  trustedKey(keyId: KeyId): TrustedKey | undefined;
  /** Whether the end of a session was read. */
  hasEnded(sessionId: string): boolean;
}

/** Of an admission state: a key that holds, undefined for one that is unknown or was revoked. */
export function trustedKeyOf(admission: AdmissionState, keyId: KeyId): TrustedKey | undefined {
  const credential = admission.credentials.get(keyId);
  const key = admission.keys.get(keyId);
  if (!credential || credential.revoked || !key) return undefined;
  return { key, holder: credential.holder, areas: credential.areas };
}

/** Why a pass is not believed; stable words. */
export type PassFault =
  | PassForm
  | 'unknown-key'
  | 'key-not-of-access'
  | 'bad-signature'
  | 'other-site'
  | 'not-yet'
  | 'expired'
  | 'person-unknown'
  | 'person-revoked'
  | 'authenticator-revoked'
  | 'demonstration'
  | 'session-ended';

/** Who asks, proved a moment ago. */
export interface PassPerson {
  readonly person: string;
  readonly sessionId: string;
  readonly credentialId: string;
  /** Until when this pass is good, ms since 1970. */
  readonly expiresMs: number;
}

export type PassCheck =
  { readonly ok: true; readonly person: PassPerson } | { readonly ok: false; readonly fault: PassFault };

/**
 * Verifies passes without asking anybody: by the keys and people that the stream tells of, as of now. Never throws, whatever the text
 * is. `nowMs` is the clock of whoever verifies.
 */
export class PassVerifier {
  constructor(
    readonly trust: PassTrust,
    private readonly nowMs: () => number = Date.now,
  ) {}

  verify(pass: string): PassCheck {
    const read = readPass(pass);
    if (typeof read === 'string') return refused(read);
    const { trust } = this;
    const { payload, keyId, signed, signature } = read;
    const trusted = trust.trustedKey(keyId);
    if (!trusted) return refused('unknown-key');
    if (!trusted.areas.includes('access') || trusted.holder !== payload.iss)
      return refused('key-not-of-access');
    if (!verify('sha256', signed, { key: trusted.key, dsaEncoding: 'ieee-p1363' }, signature))
      return refused('bad-signature');
    if (payload.site !== trust.site) return refused('other-site');
    const now = this.nowMs() / 1_000;
    if (payload.iat > now + CLOCK_SKEW_SECONDS) return refused('not-yet');
    if (payload.exp + CLOCK_SKEW_SECONDS <= now) return refused('expired');
    const { sub: person, sid: sessionId, cid: credentialId, exp } = payload;
    const fault = this.faultOf({ person, sessionId, credentialId });
    return fault === undefined
      ? { ok: true, person: { person, sessionId, credentialId, expiresMs: exp * 1_000 } }
      : refused(fault);
  }

  /** Whether somebody who showed a pass before may still stay; asked when people change, by whoever keeps a line open. */
  faultOf({
    person,
    sessionId,
    credentialId,
  }: Pick<PassPerson, 'person' | 'sessionId' | 'credentialId'>): PassFault | undefined {
    if (this.trust.hasEnded(sessionId)) return 'session-ended';
    return authenticatorFault(this.trust.people, { person, credentialId });
  }
}

const refused = (fault: PassFault): PassCheck => ({ ok: false, fault });
