import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asena } from '@bcmed/pump-protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drive, type Driver } from '../test/drivers.js';
import type { LineAddress } from './adapters/pump-line.js';
import { readOptions } from './cli.js';
import { Icu } from './icu.js';

type Fact = Readonly<Record<string, unknown>> & { readonly fact: string };
interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

const SERIAL = '8002-51740';
let folder: string;
let icu: Icu;
let facts: Fact[];
let drivers: Driver[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-icu-'));
  facts = [];
  drivers = [];
});
afterEach(async () => {
  for (const driver of drivers) await driver.close();
  await icu.close();
  rmSync(folder, { recursive: true });
});

async function open(...argv: string[]): Promise<void> {
  icu = await Icu.open(readOptions(['node', 'icu', ...argv]), (fact) => facts.push(fact));
}

async function call(method: string, path: string, body?: unknown): Promise<Answer> {
  const response = await fetch(`${icu.controlUrl}${path}`, {
    method,
    ...(body === undefined
      ? {}
      : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() };
}

const act = (body: object, serial = SERIAL): Promise<Answer> =>
  call('POST', `/pumps/${serial}/actions`, body);

async function driverOf(serial = SERIAL): Promise<Driver> {
  const address: LineAddress | undefined = icu.ward.truth(serial)?.line;
  const driver = await drive(address!);
  drivers.push(driver);
  return driver;
}

async function status(driver: Driver): Promise<asena.AsenaStatus> {
  const decoded = asena.decodeReply(await driver.ask(asena.requests.status()));
  if (decoded.outcome !== 'decoded' || decoded.reading.kind !== 'status') throw new Error('no status');
  return decoded.reading;
}

describe('a mock ICU on pseudo-terminals', () => {
  beforeEach(() =>
    open('--pumps', '3', '--pty-dir', join(folder, 'lines'), '--control-port-file', join(folder, 'port')),
  );

  it('says where each pump is and where it is controlled', () => {
    expect(facts).toMatchObject([
      { fact: 'pump-ready', serial: '8002-51740', drugName: 'NORADRENALINE' },
      { fact: 'pump-ready', serial: '8002-51733', drugName: 'PROPOFOL' },
      { fact: 'pump-ready', serial: '8002-51752', drugName: '' },
      { fact: 'ready', control: icu.controlUrl, pumps: 3, seed: 1, speed: 1 },
    ]);
    expect(facts[0]?.['line']).toEqual({ kind: 'pty', path: join(folder, 'lines', 'asena-8002-51740') });
    expect(`http://127.0.0.1:${readFileSync(join(folder, 'port'), 'utf8').trim()}`).toBe(icu.controlUrl);
  });

  it('lets a driver see what a hand does', async () => {
    const driver = await driverOf();
    await act({ action: 'set-rate', rateMlPerHour: 7.5 });
    expect(await act({ action: 'start' })).toMatchObject({ status: 200, body: { state: { running: true } } });
    expect(await status(driver)).toMatchObject({
      mode: 'SET',
      rateMlPerHour: 7.5,
      drugName: 'NORADRENALINE',
    });
    await act({ action: 'stop' });
    expect(await status(driver)).toMatchObject({ mode: 'HLD', rateMlPerHour: 0 });
    expect(await call('GET', `/pumps/${SERIAL}/log`)).toMatchObject({
      body: [
        { event: { type: 'rate-changed' } },
        { event: { type: 'infusion-started' } },
        { event: { by: 'front-panel' } },
      ],
    });
  });

  it('lets a driver with the key run the pump, and the truth shows it', async () => {
    const driver = await driverOf();
    await driver.ask(asena.requests.enableRemoteControl(SERIAL));
    expect(await driver.ask(asena.requests.setRate(3.5))).toEqual(asena.requests.setRate(3.5));
    await driver.ask(asena.requests.start());
    expect(await call('GET', `/pumps/${SERIAL}`)).toMatchObject({
      body: { state: { running: true, startedBy: 'serial', setRateMlPerHour: 3.5 } },
    });
  });

  it('says why a pump does not take an action', async () => {
    expect(await act({ action: 'stop' })).toEqual({
      status: 409,
      type: 'application/problem+json',
      body: {
        type: 'urn:bcmed:problem:refused-by-pump',
        title: 'The pump did not take it.',
        status: 409,
        detail: 'stop: it is on hold already',
      },
    });
  });

  it.each([
    ['POST', `/pumps/${SERIAL}/actions`, { action: 'set-rate', rateMlPerHour: -1 }, 422, '/rateMlPerHour'],
    ['POST', `/pumps/${SERIAL}/actions`, { action: 'explode' }, 422, '/action'],
    ['POST', `/pumps/${SERIAL}/misbehaviour`, { silence: 2 }, 422, '/silence'],
    ['POST', '/sessions', { name: 'multi-infusion-demo', seconds: 5 }, 422, '/seconds'],
    ['POST', '/sessions', { name: 'nothing' }, 422, '/name'],
  ])('%s %s with %j is a problem that names the field', async (method, path, body, code, pointer) => {
    expect(await call(method, path, body)).toMatchObject({
      status: code,
      type: 'application/problem+json',
      body: { status: code, errors: [{ pointer }] },
    });
  });

  it.each([
    ['GET', '/nowhere', 404, 'urn:bcmed:problem:not-found'],
    ['DELETE', '/pumps', 405, 'urn:bcmed:problem:wrong-method'],
    ['GET', '/pumps/8002-99999', 404, 'urn:bcmed:problem:unknown-pump'],
  ])('%s %s is answered with %i', async (method, path, code, type) => {
    expect(await call(method, path)).toMatchObject({ status: code, body: { type } });
  });

  it('takes no body that is not said to be JSON, nor one that is none', async () => {
    const post = (body: string, type: string): Promise<Response> =>
      fetch(`${icu.controlUrl}/sessions`, { method: 'POST', body, headers: { 'content-type': type } });
    expect((await post('{}', 'text/plain')).status).toBe(415);
    expect((await post('{', 'application/json')).status).toBe(400);
    expect((await post('x'.repeat(70_000), 'application/json')).status).toBe(413);
  });

  it('breaks a line on request and mends it', async () => {
    const driver = await driverOf();
    await driver.ask(asena.requests.serialNumber());
    expect(await call('POST', `/pumps/${SERIAL}/unplug`)).toMatchObject({ body: { plugged: false } });
    await driver.broken();
    expect(await call('POST', `/pumps/${SERIAL}/replug`)).toMatchObject({ body: { plugged: true } });
    expect((await status(await driverOf())).serial).toBe(SERIAL);
  });

  it('lets a pump misbehave and behave again', async () => {
    const driver = await driverOf();
    await call('POST', `/pumps/${SERIAL}/misbehaviour`, { silence: 1 });
    await expect(driver.ask(asena.requests.status(), 300)).rejects.toThrow('no answer');
    await call('POST', `/pumps/${SERIAL}/misbehaviour`, {});
    expect((await status(await driverOf('8002-51733'))).serial).toBe('8002-51733');
  });
});

describe('a mock ICU in a hurry', () => {
  it('plays the demonstration on TCP at a hundred times the speed, and says when it is over', async () => {
    await open('--pumps', '3', '--tcp', '0', '--speed', '100');
    expect(await call('POST', '/sessions', { name: 'multi-infusion-demo', seconds: 60 })).toMatchObject({
      status: 202,
    });
    await expect
      .poll(() => facts.at(-1))
      .toMatchObject({
        fact: 'session-finished',
        name: 'multi-infusion-demo',
        refused: [],
      });
    expect(await call('GET', '/sessions')).toMatchObject({ body: { session: { state: 'finished' } } });
    expect(await call('GET', '/pumps')).toMatchObject({
      body: [{ state: { alarms: ['AL_NEOIN'] } }, { state: { running: true } }, { state: { running: true } }],
    });
  });

  it('begins with ward life when told to, and ends it on request', async () => {
    await open('--tcp', '0', '--speed', '50', '--session', 'ward-life');
    await expect.poll(() => icu.ward.session?.steps).toBeGreaterThan(6);
    expect(await call('DELETE', '/sessions')).toMatchObject({ body: { session: { state: 'stopped' } } });
  });
});

describe('sixty-four pumps on TCP', () => {
  it('answer everybody who asks ten times a second', async () => {
    await open('--pumps', '64', '--tcp', '0', '--session', 'ward-life');
    const asked = await Promise.all(icu.ward.serials.map((serial) => driverOf(serial)));
    const rounds = 20;
    const before = process.cpuUsage();
    for (let round = 0; round < rounds; round += 1) {
      const began = performance.now();
      const readings = await Promise.all(asked.map((driver) => status(driver)));
      expect(readings.map(({ serial }) => serial)).toEqual(icu.ward.serials);
      await new Promise((resolve) => setTimeout(resolve, Math.max(0, 100 - (performance.now() - began))));
    }
    const { user, system } = process.cpuUsage(before);
    // Both ends in one process; the figure is for the reader, the limit only for a runaway.
    console.info(
      `64 pumps at 10 Hz, both ends: ${((user + system) / (rounds * 1000)).toFixed(0)} % of one core`,
    );
    expect((user + system) / 1000).toBeLessThan(rounds * 100);
  });
});
