import {
  AssociationEnded,
  AssociationMade,
  AuthenticatorEnrolled,
  CommandAuthorised,
  createEvent,
  EmergencyAccessClosed,
  EmergencyAccessOpened,
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
const RECKONED_WITH = { careArea: 'adult-icu', concentration: '50-mg', libraryHash: 'A'.repeat(43) };
let counter = 0;

/** The words of access, dosing and a monitor on the stream, and the people who sign. */
export class Prescriber {
  readonly access = fixtureSealer('access');
  readonly dosing = fixtureSealer('dosing');
  readonly monitor = fixtureSealer('monitor');

  constructor(private readonly ledger: TinyLedger) {}

  /** Enrols all three. */
  async open(): Promise<void> {
    await this.ledger.enrolService(this.access, 'access/1', ['access']);
    await this.ledger.enrolService(this.dosing, 'dosing/1', ['dosing']);
    await this.ledger.enrolService(this.monitor, 'icu-monitor/1', ['association']);
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

  /** Records that the pump is connected to a patient; gives the id of the association. */
  async associate(
    patient: string,
    more: { unit?: string; pump?: string; sealer?: Sealer } = {},
  ): Promise<string> {
    const { unit = 'icu-1', pump = '8002-51740', sealer = this.monitor } = more;
    const id = uuidV7();
    await this.say(sealer, AssociationMade, id, {
      patient,
      bed: 'bed-7',
      unit,
      pumpSerial: pump,
      syringe: { drug: 'midazolam', concentration: '50 mg in 50 ml' },
      recordedBy: 'icu-monitor/1',
      validFrom: new Date().toISOString(),
    });
    return id;
  }

  async endAssociation(
    id: string,
    cause: 'patient-moved' | 'syringe-changed' = 'patient-moved',
  ): Promise<void> {
    const validUntil = new Date().toISOString();
    await this.say(this.monitor, AssociationEnded, id, { cause, recordedBy: 'icu-monitor/1', validUntil });
  }

  /** Opens emergency access to a patient; gives its id. */
  async breakGlass(person: string, patient: string, until = Date.now() + 30 * 60_000): Promise<string> {
    const id = uuidV7();
    await this.say(this.access, EmergencyAccessOpened, id, {
      person,
      patient,
      unit: 'icu-1',
      cause: 'resuscitation',
      reason: 'a test',
      until: new Date(until).toISOString(),
    });
    return id;
  }

  async closeGlass(id: string, person: string): Promise<void> {
    await this.say(this.access, EmergencyAccessClosed, id, { person, cause: 'ended', closedBy: person });
  }

  /** A fresh order as a text; every part can be another. */
  text(order: Partial<PumpOrder> & Pick<PumpOrder, 'action'>, now = Date.now()): string {
    counter += 1;
    return JSON.stringify({
      kind: 'pump-order',
      site: SITE,
      pump: '8002-51740',
      unit: 'icu-1',
      ...(order.action !== 'stop' && RECKONED_WITH),
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
    const source =
      new Map([
        [this.access, 'access/1'],
        [this.monitor, 'icu-monitor/1'],
      ]).get(sealer) ?? 'dosing/1';
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
