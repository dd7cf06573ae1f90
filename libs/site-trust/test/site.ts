import { sign, type KeyObject } from 'node:crypto';
import { HEADER, type LogMessage } from '@bcmed/event-log';
import { AuthenticatorEnrolled, AuthenticatorRevoked, PersonRevoked, SessionEnded } from '@bcmed/events';
import { createSealer, type Sealer } from '@bcmed/seal';
import { LogFixture, fixtureKey } from '@bcmed/testing';
import { PassVerifier, SiteTrust, signPass, type PassCheck, type PassPayload } from '../src/index.js';

export const PERSON = 'person-nurse';
/** The clock of the fixture's log begins then. */
export const NOON_MS = Date.UTC(2026, 10, 20, 12);

interface Key {
  readonly sealer: Sealer;
  readonly privateKey: KeyObject;
}

const keyOf = (name: string): Key => ({
  sealer: createSealer(fixtureKey(name)),
  privateKey: fixtureKey(name),
});

/** A site with access, another service and one person, as a service that reads its stream knows it. */
export class Site {
  readonly fixture = new LogFixture();
  readonly access = keyOf('access');
  readonly dosing = keyOf('dosing');
  readonly session = '01994f7e-7c00-7000-8000-0000000000aa';
  readonly credentialId: string;
  readonly trust: SiteTrust;
  #taken = 0;

  constructor(options: { readonly demonstration?: boolean; readonly production?: boolean } = {}) {
    const { fixture } = this;
    this.trust = new SiteTrust({
      site: fixture.site,
      rootKeyId: fixture.rootKeyId,
      own: { keyId: fixture.audit.keyId, source: 'audit/1', area: 'audit' },
      allowDemonstration: options.production !== true,
    });
    fixture.enrol(this.access.sealer, 'access/1', ['access'], 'service');
    fixture.enrol(this.dosing.sealer, 'dosing/1', ['dosing'], 'service');
    const { keyId, publicJwk: publicKey } = keyOf('nurse').sealer;
    this.credentialId = keyId;
    const demonstration = options.demonstration === true ? { demonstration: true } : {};
    const data = {
      credentialId: keyId,
      kind: 'key',
      publicKey,
      enrolledBy: 'person-admin',
      ...demonstration,
    };
    fixture.append(this.access.sealer, fixture.event(AuthenticatorEnrolled, PERSON, data, 'access/1'));
    this.#read();
  }

  payload(changes: Partial<PassPayload> = {}): PassPayload {
    const iat = NOON_MS / 1_000;
    const who = { iss: 'access/1', site: this.fixture.site, sub: PERSON, sid: this.session };
    return { ...who, cid: this.credentialId, iat, exp: iat + 60, ...changes };
  }

  pass(changes: Partial<PassPayload> = {}): string {
    return signPass(this.payload(changes), this.access);
  }

  /** Signed by the key of access, whatever it says: what a mistake there would make. */
  signedAnyhow(payload: unknown): string {
    const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = { alg: 'ES256', kid: this.access.sealer.keyId, typ: 'bcmed-pass+jwt' };
    const said = `${encode(header)}.${encode(payload)}`;
    const key = { key: this.access.privateKey, dsaEncoding: 'ieee-p1363' } as const;
    return `${said}.${sign('sha256', Buffer.from(said), key).toString('base64url')}`;
  }

  check(pass: string, nowMs = NOON_MS): PassCheck {
    return new PassVerifier(
      this.trust.forPasses(() => true),
      () => nowMs,
    ).verify(pass);
  }

  revokePerson(): void {
    this.#said(PersonRevoked, PERSON, { revokedBy: 'person-admin', reason: 'left' });
  }

  revokeAuthenticator(): void {
    const data = { credentialId: this.credentialId, revokedBy: 'person-admin', reason: 'lost' };
    this.#said(AuthenticatorRevoked, PERSON, data);
  }

  endSession(id: string, atMs?: number): void {
    const event = this.fixture.event(SessionEnded, id, { person: PERSON, cause: 'signed-out' }, 'access/1');
    const time = atMs === undefined ? event.time : new Date(atMs).toISOString();
    this.fixture.append(this.access.sealer, { ...event, time });
    this.#read();
  }

  revokeAccess(): void {
    this.fixture.revoke(this.access.sealer);
    this.#read();
  }

  #said(...[definition, entity, data]: Parameters<LogFixture['event']>): void {
    this.fixture.append(this.access.sealer, this.fixture.event(definition, entity, data, 'access/1'));
    this.#read();
  }

  #read(): void {
    for (const slot of this.fixture.entries.slice(this.#taken)) {
      this.#taken += 1;
      if ('missing' in slot) continue;
      const { position, subject, body, seal } = slot;
      const get = (name: string): string => (name === HEADER.seal ? seal : '');
      const headers: LogMessage['headers'] = {
        get,
        has: (name) => get(name) !== '',
        keys: () => [HEADER.seal],
      };
      this.trust.take({ position, subject, body, headers, timestampMs: NOON_MS });
    }
  }
}
