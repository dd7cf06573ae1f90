import {
  AuthenticatorEnrolled,
  CommandAuthorised,
  createEvent,
  PersonRevoked,
  RoleGranted,
  serialiseEvent,
  StopOrdered,
  subjectOf,
  toToken,
  type EventDefinition,
  type PersonSignature,
  type PumpOrder,
  type Role,
} from '@bcmed/events';
import { signTextWithKey } from '@bcmed/policy';
import { keyIdOf, publicJwkOf, type Sealer } from '@bcmed/seal';
import { fixtureKey, fixtureSealer } from '@bcmed/testing';
import { v7 as uuidV7 } from 'uuid';
import type { TinyLedger } from './tiny-ledger.js';

const SITE = 's1';
let counter = 0;

/** The access and dosing services' words on the stream, and the people who sign. */
export class Prescriber {
  readonly access = fixtureSealer('access');
  readonly dosing = fixtureSealer('dosing');

  constructor(private readonly ledger: TinyLedger) {}

  /** Enrols both services. */
  async open(): Promise<void> {
    await this.ledger.enrolService(this.access, 'access/1', ['access']);
    await this.ledger.enrolService(this.dosing, 'dosing/1', ['dosing']);
  }

  async enrol(person: string, ...roles: (readonly [Role, string])[]): Promise<void> {
    const publicKey = publicJwkOf(fixtureKey(person));
    const data = { credentialId: keyIdOf(publicKey), kind: 'key', publicKey, enrolledBy: 'first-start' };
    await this.say(this.access, AuthenticatorEnrolled, person, data);
    for (const [role, unit] of roles)
      await this.say(this.access, RoleGranted, person, { role, unit, grantedBy: 'first-start' });
  }

  async revoke(person: string): Promise<void> {
    await this.say(this.access, PersonRevoked, person, { revokedBy: 'person-admin', reason: 'a test' });
  }

  /** A fresh order as a text; every part can be another. */
  text(order: Partial<PumpOrder> & Pick<PumpOrder, 'action'>, now = Date.now()): string {
    counter += 1;
    return JSON.stringify({
      kind: 'pump-order',
      site: SITE,
      pump: '8002-51740',
      unit: 'icu-1',
      nonce: String(counter).padStart(22, 'A'),
      issuedAt: new Date(now).toISOString(),
      expiresAt: new Date(now + 60_000).toISOString(),
      ...order,
    });
  }

  sign(text: string, ...people: string[]): PersonSignature[] {
    return people.map((person) => ({ person, ...signTextWithKey(fixtureKey(person), text) }));
  }

  /** Appends the authorisation; gives the id of the command. */
  async authorise(
    text: string,
    signatures: PersonSignature[],
    more: { approvalsNeeded?: number; assumedRateMlPerHour?: number; sealer?: Sealer; pump?: string } = {},
  ): Promise<string> {
    const { sealer = this.dosing, pump = '8002-51740', ...rest } = more;
    const data = { order: { text, signatures }, approvalsNeeded: 1, ruleVersion: 'test', ...rest };
    return this.say(sealer, CommandAuthorised, toToken(pump), data);
  }

  async stop(text: string, signatures: PersonSignature[]): Promise<string> {
    return this.say(this.dosing, StopOrdered, '8002-51740', { order: { text, signatures } });
  }

  /** Seals and appends one event. */
  async say(sealer: Sealer, definition: EventDefinition, entity: string, data: object): Promise<string> {
    const source = sealer === this.access ? 'access/1' : 'dosing/1';
    const id = uuidV7();
    const time = new Date().toISOString();
    const event = createEvent(
      definition,
      { id, source, entity, time, site: SITE, actor: source },
      data as never,
    );
    const body = serialiseEvent(event);
    await this.ledger.publish({ subject: subjectOf(event), seal: sealer.seal(body), body });
    return id;
  }
}
