import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CredentialEnrolled, CredentialRevoked, type StreamEvent } from '@bcmed/events';
import { sealed } from '@bcmed/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Broker } from '../../test/broker.js';
import { readOptions } from '../cli.js';
import { Icu } from '../icu.js';
import type { GatewayHealth } from './monitor-gateway.js';

const VITALS = 'bcmed.vitals.sampled';
const WAIT = { timeout: 30_000, interval: 50 };
let stateDir: string;
let broker: Broker;
let icu: Icu | undefined;

beforeEach(async () => {
  stateDir = mkdtempSync(join(tmpdir(), 'bcmed-icu-monitor-'));
  broker = await new Broker().open();
});
afterEach(async () => {
  await icu?.close();
  icu = undefined;
  await broker.close();
  rmSync(stateDir, { recursive: true });
});

async function open(): Promise<void> {
  const argv = [
    ...['--beds', '2', '--tcp', '0', '--nats', broker.server.url, '--site', 's1'],
    ...['--root-kid', broker.fixture.rootKeyId, '--state-dir', stateDir],
    ...['--nats-seed', broker.seedFile, '--vitals-every', '0.1'],
  ];
  icu = await Icu.open(readOptions(['node', 'icu', ...argv]), () => undefined);
}

async function call<T>(path: string, body?: object): Promise<T> {
  const response = await fetch(`${icu!.controlUrl}${path}`, {
    ...(body && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    }),
  });
  return (await response.json()) as T;
}

const health = async (): Promise<GatewayHealth> =>
  (await call<{ gateway: GatewayHealth }>('/health')).gateway;

interface Request {
  readonly keyId: string;
  readonly publicKey: { readonly kty: 'EC'; readonly crv: 'P-256'; readonly x: string; readonly y: string };
  readonly kind: 'device';
  readonly holder: string;
  readonly areas: string[];
}
const request = (): Request =>
  JSON.parse(readFileSync(join(stateDir, 'enrolment-request.json'), 'utf8')) as Request;
const enrol = (): Promise<void> => broker.publish(broker.fixture.enrolKey(request()));

/** Waits until so many more readings are on the stream. */
async function sent(count: number): Promise<void> {
  const before = (await health()).vitals.sent;
  await expect.poll(async () => (await health()).vitals.sent, WAIT).toBeGreaterThanOrEqual(before + count);
}

function chains(events: readonly StreamEvent[]): Map<string, string[]> {
  const numbers = new Map<string, string[]>();
  for (const { subject, chain, sequence } of events) {
    const key = `${subject} ${chain}`;
    numbers.set(key, [...(numbers.get(key) ?? []), sequence ?? '']);
  }
  return numbers;
}

const counted = (count: number): string[] => Array.from({ length: count }, (_, index) => String(index + 1));

/** Everything is admitted, no chain has a gap, and each counts from 1. */
async function expectWholeChains(): Promise<Map<string, string[]>> {
  const judged = await broker.judged();
  for (const one of judged) {
    expect(one.outcome === 'admitted' ? one.gaps : one.detail).toEqual([]);
  }
  const found = chains(await broker.events(VITALS));
  for (const numbers of found.values()) expect(numbers).toEqual(counted(numbers.length));
  return found;
}

describe('a monitor gateway', () => {
  it('asks for its enrolment, keeps readings until it has it, and then sends them', async () => {
    await open();
    await expect
      .poll(health, WAIT)
      .toMatchObject({ state: 'waiting', enrolment: 'not-enrolled', vitals: { sent: 0 } });
    expect((await health()).detail).toContain('waits to be enrolled');
    await expect.poll(async () => (await health()).vitals.queued, WAIT).toBeGreaterThan(6);
    expect(request()).toMatchObject({
      kind: 'device',
      holder: 'icu-monitor/1',
      areas: ['vitals', 'association'],
    });
    expect(statSync(join(stateDir, 'monitor-key.pem')).mode & 0o777).toBe(0o600);
    await enrol();
    await sent(10);
    expect(await health()).toMatchObject({ state: 'sending', enrolment: 'enrolled' });
    const found = await expectWholeChains();
    expect(found.size).toBe(2);
  });

  it('sends what the monitor of each patient shows', async () => {
    await open();
    await enrol();
    await sent(4);
    const beds = await call<{ patient: string }[]>('/beds');
    const events = await broker.events(VITALS);
    expect(new Set(events.map(({ subject }) => subject))).toEqual(
      new Set(beds.map(({ patient }) => patient)),
    );
    expect(events[0]).toMatchObject({
      source: 'icu-monitor/1',
      data: {
        heartRateBpm: { quality: 'good', source: 'ecg', value: expect.any(Number) as number },
        meanArterialPressureMmHg: { quality: 'good', source: 'arterial-line' },
        urineOutputMlPerHour: { value: 45, quality: 'good' },
      },
    });
  });

  it('says of a frozen monitor and of a lead that is off that they are', async () => {
    await open();
    await enrol();
    await call('/beds/bed-1/actions', { action: 'freeze-monitor' });
    await call('/beds/bed-2/actions', { action: 'sensor-off', sensor: 'ecg' });
    const [one, two] = await call<{ patient: string }[]>('/beds');
    const newest = async (patient: string | undefined): Promise<unknown> =>
      (await broker.events(VITALS)).filter(({ subject }) => subject === patient).at(-1)?.data;
    await expect
      .poll(() => newest(one?.patient), WAIT)
      .toMatchObject({
        heartRateBpm: { quality: 'frozen' },
        meanArterialPressureMmHg: { quality: 'frozen' },
      });
    await expect
      .poll(() => newest(two?.patient), WAIT)
      .toMatchObject({
        heartRateBpm: { quality: 'bad', source: 'ecg' },
        meanArterialPressureMmHg: { quality: 'good' },
      });
  });

  it('begins a new chain openly after a restart, and records no association twice', async () => {
    await open();
    await enrol();
    await sent(4);
    await icu!.close();
    await open();
    await sent(4);
    const found = await expectWholeChains();
    expect(found.size).toBe(4);
    const made = await broker.events('bcmed.association.made');
    expect(made.length).toBe(9);
    expect(await broker.events('bcmed.association.ended')).toEqual([]);
    expect(await health()).toMatchObject({ associations: { standing: 9, untold: 0 } });
  });

  it('records which pump stands at whom, and that it does no longer after a move', async () => {
    await open();
    await enrol();
    await expect.poll(async () => (await health()).associations.untold, WAIT).toBe(0);
    const [one] = await call<{ patient: string }[]>('/beds');
    expect((await broker.events('bcmed.association.made'))[0]).toMatchObject({
      data: {
        patient: one?.patient,
        bed: 'bed-1',
        unit: 'icu-1',
        pumpSerial: '8002-51740',
        syringe: { drug: 'noradrenaline', concentration: '8 mg in 50 ml', lot: 'NA2611' },
        recordedBy: 'icu-monitor/1',
      },
    });
    await call('/beds/bed-1/actions', { action: 'move-patient', to: 'bed-2' });
    await expect.poll(async () => (await broker.events('bcmed.association.ended')).length, WAIT).toBe(9);
    await expect.poll(async () => (await broker.events('bcmed.association.made')).length, WAIT).toBe(18);
    expect((await broker.events('bcmed.association.ended'))[0]).toMatchObject({
      data: { cause: 'patient-moved' },
    });
    await expectWholeChains();
  });

  it('keeps readings while NATS is away and says so; the pumps do not notice, the chains go on', async () => {
    await open();
    await enrol();
    await sent(4);
    const { port } = broker.server;
    await broker.server.kill();
    await expect.poll(health, WAIT).toMatchObject({ state: 'waiting' });
    const { queued } = (await health()).vitals;
    await expect.poll(async () => (await health()).vitals.queued, WAIT).toBeGreaterThan(queued + 4);
    const before = await call<{ virtualMs: number }>('/health');
    await expect
      .poll(async () => (await call<{ virtualMs: number }>('/health')).virtualMs, WAIT)
      .toBeGreaterThan(before.virtualMs);
    await broker.start(port);
    await expect.poll(health, WAIT).toMatchObject({ state: 'sending', vitals: { dropped: 0 } });
    await sent(4);
    expect((await expectWholeChains()).size).toBe(2);
  });

  it('does not believe an enrolment that somebody else sealed', async () => {
    await open();
    await icu!.close();
    const { fixture } = broker;
    const entity = Buffer.from(request().keyId, 'base64url').toString('hex');
    await broker.publish(sealed(fixture.audit, fixture.event(CredentialEnrolled, entity, { ...request() })));
    await open();
    await expect.poll(health, WAIT).toMatchObject({ enrolment: 'not-enrolled', vitals: { sent: 0 } });
  });

  it('sends nothing under a key that was revoked', async () => {
    await open();
    await enrol();
    await sent(2);
    await icu!.close();
    const { keyId } = request();
    const entity = Buffer.from(keyId, 'base64url').toString('hex');
    const { fixture } = broker;
    const revoked = fixture.event(CredentialRevoked, entity, { keyId, reason: 'a test' });
    await broker.publish(sealed(fixture.root, revoked));
    await open();
    await expect.poll(health, WAIT).toMatchObject({ state: 'waiting', enrolment: 'revoked' });
    expect((await health()).vitals.sent).toBe(0);
  });

  it('refuses to start with a book of associations that is not its own', async () => {
    writeFileSync(join(stateDir, 'associations.json'), '{');
    await expect(open()).rejects.toMatchObject({ code: 'BCM-ICU-STATE-FILE' });
  });
});
