import {
  AuthenticatorEnrolled,
  PersonRevoked,
  RoleGranted,
  type EventDefinition,
  type Role,
} from '@bcmed/events';
import { createSealer } from '@bcmed/seal';
import { signPass } from '@bcmed/site-trust';
import { fixtureKey, type LogFixture } from '@bcmed/testing';

export const AUDITOR = 'person-auditor';
export const NURSE = 'person-7f3a';
const SESSION = '01994f7e-7c00-7000-8000-0000000000f1';
const keyOf = (name: string) => ({ sealer: createSealer(fixtureKey(name)), privateKey: fixtureKey(name) });
const ACCESS = keyOf('access');

/** The access service of the site, as the stream tells of it. What it makes has to be published by whoever has the stream. */
export class People {
  constructor(private readonly log: LogFixture) {
    log.enrol(ACCESS.sealer, 'access/1', ['access'], 'service');
    this.enrol(AUDITOR, 'auditor', 'all');
    this.enrol(NURSE, 'nurse', 'icu-1');
  }

  enrol(person: string, role: Role, unit: string): void {
    const { keyId: credentialId, publicJwk: publicKey } = keyOf(person).sealer;
    const by = 'person-admin';
    this.#say(AuthenticatorEnrolled, person, { credentialId, kind: 'key', publicKey, enrolledBy: by });
    this.#say(RoleGranted, person, { role, unit, grantedBy: by });
  }

  revoke(person: string): void {
    this.#say(PersonRevoked, person, { revokedBy: 'person-admin', reason: 'left' });
  }

  /** What access gives to somebody who is signed in, good for a minute. */
  bearer(person = AUDITOR): { readonly authorization: string } {
    const iat = Math.floor(Date.now() / 1_000);
    const { keyId: cid } = keyOf(person).sealer;
    const payload = {
      iss: 'access/1',
      site: this.log.site,
      sub: person,
      sid: SESSION,
      cid,
      iat,
      exp: iat + 60,
    };
    return { authorization: `Bearer ${signPass(payload, ACCESS)}` };
  }

  #say(definition: EventDefinition, person: string, data: Record<string, unknown>): void {
    this.log.append(ACCESS.sealer, this.log.event(definition, person, data, 'access/1'));
  }
}
