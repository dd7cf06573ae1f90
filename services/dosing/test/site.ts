import 'reflect-metadata';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admit, applyAdmission, initialAdmission, type Admission } from '@bcmed/admission';
import { startNats, type NatsServer } from '@bcmed/embedded';
import {
  brokerAuthorisation,
  BUS_IDENTITIES,
  connectNats,
  EventLog,
  loadOrCreateSeed,
  sealOf,
  SET_UP_IDENTITY,
  setUpConsumers,
  setUpStreams,
} from '@bcmed/event-log';
import {
  AssociationMade,
  AuthenticatorEnrolled,
  createEvent,
  parseEvent,
  PersonRevoked,
  RoleGranted,
  serialiseEvent,
  subjectOf,
  VitalsSampled,
  type EventDefinition,
  type PersonSignature,
  type PumpOrder,
  type Role,
  type SignedText,
  type StreamEvent,
} from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { signTextWithKey } from '@bcmed/policy';
import { entryBytes, keyIdOf, publicJwkOf, type Sealer } from '@bcmed/seal';
import { signPass } from '@bcmed/site-trust';
import { fixtureKey, fixtureSealer, LogFixture } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { v7 as uuidV7 } from 'uuid';
import { LIBRARY } from './ward.js';

export const PUMP = '8002-51740';
export const PATIENT = 'stay-4d';
const MIDAZOLAM = {
  drug: 'midazolam',
  careArea: 'adult-icu',
  concentration: '50-mg',
  libraryHash: LIBRARY.hash,
};

interface ChainEnd {
  readonly chain: string;
  readonly sequence: number;
  readonly previous: string;
}

const seedIn = (folder: string, name: string): string => join(folder, `${name}.nk`);

/** A broker that lets nobody do more than the table of identities says. */
function brokerIn(folder: string) {
  const names = [SET_UP_IDENTITY, ...BUS_IDENTITIES.map(({ name }) => name)];
  const keys = new Map(names.map((name) => [name, loadOrCreateSeed(seedIn(folder, name))]));
  return { storeDir: join(folder, 'nats'), authorisation: brokerAuthorisation('s1', keys) };
}

/** A site on a real broker: operator, access, a monitor and an adapter speak with keys of their own; dosing is under test. */
export class Site {
  readonly log = new LogFixture();
  readonly access = fixtureSealer('access');
  readonly monitor = fixtureSealer('monitor');
  readonly adapter = this.log.adapter;
  #published = 0;
  #nonces = 0;
  readonly #chains = new Map<string, ChainEnd>();

  private constructor(
    readonly folder: string,
    public nats: NatsServer,
    readonly connection: NatsConnection,
  ) {}

  /** With a nurse, two physicians and two pharmacists of icu-1. */
  static async begin(): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), 'bcmed-dosing-'));
    const nats = await startNats(brokerIn(folder));
    const credentials = { name: SET_UP_IDENTITY, seedFile: seedIn(folder, SET_UP_IDENTITY) };
    const connection = await connectNats({ servers: nats.url, name: 'test', credentials });
    const site = new Site(folder, nats, connection);
    await setUpStreams(connection, site.log.site);
    await setUpConsumers(connection, site.log.site);
    site.log.enrol(site.access, 'access/1', ['access'], 'service');
    site.log.enrol(site.monitor, 'icu-monitor/1', ['association', 'vitals'], 'device');
    await site.publish();
    await site.enrolPerson('nurse', ['nurse', 'icu-1']);
    await site.enrolPerson('physician', ['physician', 'icu-1']);
    await site.enrolPerson('consultant', ['physician', 'icu-1']);
    await site.enrolPerson('pharmacist', ['pharmacist', 'icu-1']);
    await site.enrolPerson('second-pharmacist', ['pharmacist', 'icu-1']);
    return site;
  }

  get events(): EventLog {
    return new EventLog(this.connection);
  }

  /** Appends what the operator has made since the last time. */
  async publish(): Promise<void> {
    for (; this.#published < this.log.entries.length; this.#published++) {
      const slot = this.log.entries[this.#published];
      if (!slot || 'missing' in slot) throw new Error('a hole');
      await this.events.append({ ...slot, id: `operator-${this.#published}` });
    }
  }

  async enrol(stateDir: string): Promise<void> {
    const request = await readFile(join(stateDir, 'enrolment-request.json'), 'utf8');
    this.log.enrolKey(JSON.parse(request) as Parameters<LogFixture['enrolKey']>[0]);
    await this.publish();
  }

  async enrolPerson(person: string, ...roles: (readonly [Role, string])[]): Promise<void> {
    await this.enrolKey(person, person);
    for (const [role, unit] of roles)
      await this.say(this.access, RoleGranted, person, { role, unit, grantedBy: 'first-start' });
  }

  /** A key of a person, by its name among the fixtures; a person may have several. */
  enrolKey(person: string, key: string): Promise<StreamEvent> {
    const publicKey = publicJwkOf(fixtureKey(key));
    const data = { credentialId: keyIdOf(publicKey), kind: 'key', publicKey, enrolledBy: 'first-start' };
    return this.say(this.access, AuthenticatorEnrolled, person, data);
  }

  /** What access gives to somebody who is signed in there. */
  pass(person: string): string {
    const nowSeconds = Math.floor(Date.now() / 1_000);
    const credentialId = keyIdOf(publicJwkOf(fixtureKey(person)));
    const session = { iss: 'access/1', site: 's1', sub: person, sid: uuidV7(), cid: credentialId };
    const payload = { ...session, iat: nowSeconds, exp: nowSeconds + 60 };
    return signPass(payload, { sealer: this.access, privateKey: fixtureKey('access') });
  }

  revoke(person: string): Promise<StreamEvent> {
    return this.say(this.access, PersonRevoked, person, { revokedBy: 'person-admin', reason: 'a test' });
  }

  /** Seals and appends one event, numbered and linked where it has to be. */
  async say(
    sealer: Sealer,
    definition: EventDefinition,
    entity: string,
    data: object,
    time = new Date().toISOString(),
  ): Promise<StreamEvent> {
    const source = new Map([
      [this.access, 'access/1'],
      [this.monitor, 'icu-monitor/1'],
      [this.adapter, 'pump-adapter/1'],
    ]).get(sealer);
    const end = this.#chains.get(`${definition.area} ${entity}`);
    const chain = end?.chain ?? uuidV7();
    const sequence = (end?.sequence ?? 0) + 1;
    const attributes = {
      id: uuidV7(),
      source: source ?? 'stranger/1',
      entity,
      time,
      site: 's1',
      actor: 'test',
    };
    const place = { chain, sequence: String(sequence), ...(end && { previous: end.previous }) };
    const event = createEvent(
      definition,
      { ...attributes, ...(definition.chained && { chain: place }) },
      data as never,
    );
    const body = serialiseEvent(event);
    const seal = sealer.seal(body);
    await this.events.append({ subject: subjectOf(event), id: event.id, seal, body });
    if (source !== undefined)
      this.#chains.set(`${definition.area} ${entity}`, {
        chain,
        sequence,
        previous: hashToBase64Url(leafHash(entryBytes(seal, body))),
      });
    return event;
  }

  associate(
    pump = PUMP,
    more: { patient?: string; drug?: string; concentration?: string; id?: string } = {},
  ) {
    const { patient = PATIENT, drug = 'midazolam', concentration = '50 mg in 50 ml', id = uuidV7() } = more;
    return this.say(this.monitor, AssociationMade, id, {
      patient,
      bed: 'bed-7',
      unit: 'icu-1',
      pumpSerial: pump,
      syringe: { drug, concentration },
      recordedBy: 'icu-monitor/1',
      validFrom: '2026-11-20T12:00:00.000Z',
    });
  }

  vitals(values: { hr?: number; map?: number; spo2?: number; quality?: string } = {}, ageMs = 0) {
    const { hr = 80, map = 100, spo2 = 97, quality = 'good' } = values;
    const reading = (value: number) => ({ value, quality, source: 'test' });
    return this.say(
      this.monitor,
      VitalsSampled,
      PATIENT,
      {
        heartRateBpm: reading(hr),
        meanArterialPressureMmHg: reading(map),
        saturationPercent: reading(spo2),
      },
      new Date(Date.now() - ageMs).toISOString(),
    );
  }

  /** Midazolam 2 mg/h from 50 mg in 50 ml is 2 ml/h; every part can be another. */
  text(order: Partial<PumpOrder> = {}, lifeMs = 60_000): string {
    const { action = 'set-rate' } = order;
    const rate = action === 'set-rate' ? { rateMlPerHour: 2, dose: { value: '2', unit: 'mg/h' } } : {};
    const about = action === 'stop' ? {} : { patient: PATIENT, ...MIDAZOLAM };
    return JSON.stringify({
      kind: 'pump-order',
      site: 's1',
      pump: PUMP,
      unit: 'icu-1',
      ...about,
      action,
      ...rate,
      nonce: this.nonce(),
      issuedAt: new Date().toISOString(),
      expiresAt: new Date(Date.now() + lifeMs).toISOString(),
      ...order,
    });
  }

  nonce(): string {
    this.#nonces += 1;
    return `${String(this.#nonces).padStart(11, 'A')}${String(Date.now() % 1e11).padStart(11, 'B')}`;
  }

  signatures(text: string, ...people: string[]): PersonSignature[] {
    return people.map((person) => ({ person, ...signTextWithKey(fixtureKey(person), text) }));
  }

  signed(text: string, ...people: string[]): SignedText {
    return { text, signatures: this.signatures(text, ...people) };
  }

  /** The body of `POST /orders`. */
  order(order: Partial<PumpOrder> = {}, people = ['nurse']) {
    return { order: this.signed(this.text(order), ...people) };
  }

  /** Everything that dosing said, in order. */
  async said(name?: string): Promise<StreamEvent[]> {
    const found: StreamEvent[] = [];
    for await (const { body } of this.events.readSubject('bcmed.s1.dosing.>')) {
      const parsed = parseEvent(body);
      if (!parsed.ok) throw new Error('an event of dosing is not valid');
      if (name === undefined || parsed.event.type === `bcmed.dosing.${name}`) found.push(parsed.event);
    }
    return found;
  }

  /** The whole stream by the ledger's rules. */
  async judged(): Promise<Admission[]> {
    const state = initialAdmission('s1', this.log.rootKeyId);
    const prior = new Map<string, bigint>();
    const verdicts: Admission[] = [];
    for await (const entry of this.events.readRange(1n, await this.events.lastPosition())) {
      if (entry.missing) throw new Error('a hole');
      const { position, subject, body } = entry;
      const slot = { position, subject, seal: sealOf(entry), body };
      const verdict = admit(state, slot, { positionOf: (id) => prior.get(id) });
      applyAdmission(state, verdict);
      if (verdict.outcome === 'admitted') prior.set(verdict.event.id, position);
      verdicts.push(verdict);
    }
    return verdicts;
  }

  async restartNats(): Promise<void> {
    await this.nats.kill();
    this.nats = await startNats({ ...brokerIn(this.folder), port: this.nats.port });
  }

  environment(more: Record<string, string> = {}): Record<string, string> {
    return {
      BCMED_SITE: 's1',
      BCMED_ROOT_KID: this.log.rootKeyId,
      BCMED_STATE_DIR: join(this.folder, 'dosing'),
      NATS_URL: this.nats.url,
      NATS_SEED_FILE: seedIn(this.folder, 'dosing'),
      ALLOW_EXAMPLE_LIBRARY: 'true',
      LOG_LEVEL: 'silent',
      ...more,
    };
  }

  async end(): Promise<void> {
    await this.connection.close();
    await this.nats.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
