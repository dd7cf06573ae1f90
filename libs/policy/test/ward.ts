import { createHash, createPublicKey, sign, type KeyObject } from 'node:crypto';
import {
  AuthenticatorEnrolled,
  AuthenticatorRevoked,
  EmergencyAccessClosed,
  EmergencyAccessOpened,
  EmergencyAccessReviewed,
  PersonRevoked,
  RoleGranted,
  RoleWithdrawn,
  createEvent,
  type EventDefinition,
  type PersonSignature,
  type Role,
  type StreamEvent,
} from '@bcmed/events';
import { generatePrivateKey, keyIdOf, publicJwkOf, type PublicJwk } from '@bcmed/seal';
import { WebAuthnEmulator, AuthenticatorEmulator } from 'nid-webauthn-emulator';
import type { z } from 'zod';
import {
  evolvePeople,
  initialPeople,
  signTextWithKey,
  textHashOf,
  type PeopleSettings,
  type PeopleState,
} from '../src/index.js';

export const NOON = '2026-11-20T12:00:00.000Z';
export const ORIGIN = 'https://bcmed.example';
export const RELYING_PARTY = 'bcmed.example';
export const PRODUCTION: PeopleSettings = { allowDemonstration: false };

/** A moment so many minutes after noon. */
export const minutes = (count: number): string => new Date(Date.parse(NOON) + count * 60_000).toISOString();

/** Exactly the text that people sign for a pump on icu-1. */
export function orderText(changes: Record<string, unknown> = {}): string {
  return JSON.stringify({
    kind: 'pump-order',
    site: 's1',
    pump: '8002-51740',
    unit: 'icu-1',
    patient: 'stay-4d',
    action: 'set-rate',
    rateMlPerHour: 5,
    careArea: 'adult-icu',
    concentration: '50-mg',
    libraryHash: 'bQtGxcTRdogXqIDjuQZptV8bNqsXj4SjxNZla-v5tyE',
    nonce: 'AAAAAAAAAAAAAAAAAAAAAA',
    issuedAt: NOON,
    expiresAt: minutes(10),
    ...changes,
  });
}

/** The people of a site, as the stream tells of them: every event goes through the strict catalogue. */
export class Ward {
  readonly events: StreamEvent[] = [];
  people: PeopleState;
  #ids = 0;

  constructor(settings: PeopleSettings = PRODUCTION) {
    this.people = initialPeople(settings);
  }

  said<Data extends z.ZodObject>(
    definition: EventDefinition<Data>,
    entity: string,
    data: z.input<Data>,
    time = NOON,
  ): this {
    const id = `01994f7e-7c00-7000-8000-${(++this.#ids).toString(16).padStart(12, '0')}`;
    const event = createEvent(
      definition,
      { id, source: 'access/1', entity, time, site: 's1', actor: 'person-admin' },
      data,
    );
    this.events.push(event);
    this.people = evolvePeople(this.people, event);
    return this;
  }

  enrolKey(person: string, options: { key?: KeyObject; demonstration?: boolean } = {}): KeyObject {
    const key = options.key ?? generatePrivateKey();
    const publicKey = publicJwkOf(key);
    this.said(AuthenticatorEnrolled, person, {
      credentialId: keyIdOf(publicKey),
      kind: 'key',
      publicKey,
      enrolledBy: 'person-admin',
      ...(options.demonstration === undefined ? {} : { demonstration: options.demonstration }),
    });
    return key;
  }

  enrolPasskey(person: string, passkey: { credentialId: string; publicKey: PublicJwk }): this {
    const { credentialId, publicKey } = passkey;
    const where = { relyingParty: RELYING_PARTY, origins: [ORIGIN] };
    const data = { credentialId, kind: 'passkey' as const, publicKey, enrolledBy: 'person-admin', ...where };
    return this.said(AuthenticatorEnrolled, person, data);
  }

  grant(person: string, role: Role, unit = 'icu-1', until?: string): this {
    const end = until === undefined ? {} : { until };
    return this.said(RoleGranted, person, { role, unit, ...end, grantedBy: 'person-admin' });
  }

  withdraw(person: string, role: Role, unit = 'icu-1'): this {
    return this.said(RoleWithdrawn, person, { role, unit, withdrawnBy: 'person-admin', reason: 'moved' });
  }

  revoke(person: string): this {
    return this.said(PersonRevoked, person, { revokedBy: 'person-admin', reason: 'left' });
  }

  revokeAuthenticator(person: string, credentialId: string): this {
    const data = { credentialId, revokedBy: 'person-admin', reason: 'lost' };
    return this.said(AuthenticatorRevoked, person, data);
  }

  /** Somebody with a key and one role. */
  member(person: string, role: Role, unit = 'icu-1'): KeyObject {
    const key = this.enrolKey(person);
    this.grant(person, role, unit);
    return key;
  }

  openEmergency(person: string, patient: string, options: { id?: string; until?: string } = {}): this {
    const { id = 'emergency-1', until = minutes(30) } = options;
    return this.said(EmergencyAccessOpened, id, {
      person,
      patient,
      unit: 'icu-1',
      cause: 'resuscitation',
      reason: 'called to bed 4',
      until,
    });
  }

  closeEmergency(person: string, id = 'emergency-1'): this {
    return this.said(EmergencyAccessClosed, id, { person, cause: 'ended', closedBy: person });
  }

  reviewEmergency(person: string, id = 'emergency-1'): this {
    const review = { reviewedBy: 'person-audit', justified: true, words: 'it was right' };
    return this.said(EmergencyAccessReviewed, id, { person, ...review });
  }
}

export const signedBy = (person: string, key: KeyObject, text: string): PersonSignature => ({
  person,
  ...signTextWithKey(key, text),
});

/** A passkey of an outside program, as a browser would use it. */
export function emulatedPasskey(person: string) {
  const browser = new WebAuthnEmulator(new AuthenticatorEmulator({ algorithmIdentifiers: ['ES256'] }));
  const challenge = textHashOf(`enrolment of ${person}`);
  const registration = browser.createJSON(ORIGIN, {
    rp: { id: RELYING_PARTY, name: 'BCMed' },
    user: { id: Buffer.from(person).toString('base64url'), name: person, displayName: person },
    challenge,
    pubKeyCredParams: [{ type: 'public-key', alg: -7 }],
    attestation: 'none',
  });
  const spki = Buffer.from(registration.response.publicKey ?? '', 'base64url');
  const publicKey = publicJwkOf(createPublicKey({ key: spki, format: 'der', type: 'spki' }));
  const assert = (text: string) =>
    browser.getJSON(ORIGIN, {
      challenge: textHashOf(text),
      rpId: RELYING_PARTY,
      allowCredentials: [{ id: registration.id, type: 'public-key' }],
      userVerification: 'required',
    });
  return { credentialId: registration.id, publicKey, registration, challenge, assert };
}

/** What an authenticator is told to say; a right assertion unless something is changed. */
export interface AssertionParts {
  readonly type?: unknown;
  readonly challenge?: unknown;
  readonly origin?: unknown;
  readonly crossOrigin?: unknown;
  readonly relyingParty?: string;
  readonly flags?: number;
}

/** An assertion whose signature is right, whatever it says: made by an authenticator that lies. */
export function assertionWith(key: KeyObject, text: string, parts: AssertionParts) {
  const { relyingParty = RELYING_PARTY, flags = 0x05, ...said } = parts;
  const clientData = Buffer.from(
    JSON.stringify({
      type: 'webauthn.get',
      challenge: textHashOf(text),
      origin: ORIGIN,
      crossOrigin: false,
      ...said,
    }),
  );
  const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();
  const authenticatorData = Buffer.concat([sha256(relyingParty), Buffer.from([flags, 0, 0, 0, 0])]);
  const signature = sign('sha256', Buffer.concat([authenticatorData, sha256(clientData)]), key);
  return {
    authenticatorData: authenticatorData.toString('base64url'),
    clientDataJson: clientData.toString('base64url'),
    signature: signature.toString('base64url'),
  };
}
