import { randomUUID } from 'node:crypto';
import {
  ApprovalGranted,
  ApprovalRefused,
  ApprovalRequested,
  AuthenticatorEnrolled,
  PersonRevoked,
  RoleGranted,
  SessionEnded,
  type EventDefinition,
  type PersonSignature,
  type Role,
} from '@bcmed/events';
import { signTextWithKey, textHashOf } from '@bcmed/policy';
import { createSealer } from '@bcmed/seal';
import { signPass, type PassPayload } from '@bcmed/site-trust';
import { fixtureKey } from '@bcmed/testing';
import type { Site } from './site.js';

const keyOf = (name: string) => ({ sealer: createSealer(fixtureKey(name)), privateKey: fixtureKey(name) });
const ACCESS = keyOf('access');

/** The access service of a site, as the stream tells of it: who is enrolled, who approved what, and passes. */
export class People {
  readonly #sessions = new Map<string, string>();

  private constructor(private readonly site: Site) {}

  static async begin(site: Site): Promise<People> {
    site.log.enrol(ACCESS.sealer, 'access/1', ['access'], 'service');
    await site.publish();
    return new People(site);
  }

  async enrol(person: string, role: Role, unit = 'icu-1'): Promise<void> {
    const { keyId: credentialId, publicJwk: publicKey } = keyOf(person).sealer;
    const enrolledBy = 'person-admin';
    await this.say(AuthenticatorEnrolled, person, { credentialId, kind: 'key', publicKey, enrolledBy });
    await this.say(RoleGranted, person, { role, unit, grantedBy: 'person-admin' });
  }

  async revoke(person: string): Promise<void> {
    await this.say(PersonRevoked, person, { revokedBy: 'person-admin', reason: 'left' });
  }

  async endSession(person: string): Promise<void> {
    await this.say(SessionEnded, this.#session(person), { person, cause: 'signed-out' });
  }

  /** What `GET /sessions/current/pass` gives, or what somebody made up. */
  pass(person: string, changes: Partial<PassPayload> = {}, signedBy = 'access'): string {
    const iat = Math.floor(Date.now() / 1_000);
    const { keyId: cid } = keyOf(person).sealer;
    const who = { iss: 'access/1', site: this.site.log.site, sub: person, sid: this.#session(person), cid };
    return signPass({ ...who, iat, exp: iat + 60, ...changes }, keyOf(signedBy));
  }

  async request(by: string, text: string, unit = 'icu-1'): Promise<string> {
    const id = randomUUID();
    await this.say(ApprovalRequested, id, {
      text,
      textHash: textHashOf(text),
      requestedBy: by,
      signature: sign(by, text),
      purpose: 'alarm-threshold',
      unit,
      approvalsNeeded: 2,
      expiresAt: new Date(Date.now() + 600_000).toISOString(),
    });
    return id;
  }

  async grant(id: string, by: string, text: string): Promise<void> {
    const data = { textHash: textHashOf(text), grantedBy: by, signature: sign(by, text), stillNeeded: 0 };
    await this.say(ApprovalGranted, id, data);
  }

  async refuse(id: string, by: string, text: string): Promise<void> {
    await this.say(ApprovalRefused, id, { textHash: textHashOf(text), refusedBy: by, reason: 'too long' });
  }

  async say(definition: EventDefinition, entity: string, data: Record<string, unknown>): Promise<void> {
    const event = this.site.log.event(definition, entity, data, 'access/1');
    this.site.log.append(ACCESS.sealer, { ...event, time: new Date().toISOString() });
    await this.site.publish();
  }

  #session(person: string): string {
    const session = this.#sessions.get(person) ?? randomUUID();
    this.#sessions.set(person, session);
    return session;
  }
}

function sign(person: string, text: string): PersonSignature {
  return { person, ...signTextWithKey(fixtureKey(person), text) };
}
