import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOptions } from './cli.js';
import { Icu } from './icu.js';

interface Bed {
  readonly bed: string;
  readonly patient: string | null;
  readonly vitals: Readonly<
    Record<string, { readonly value?: number; readonly quality: string; readonly source: string }>
  >;
  readonly stay?: {
    readonly lived: { readonly virtualSeconds: number };
    readonly truth: { readonly meanArterialPressureMmHg: number };
    readonly channels: readonly { readonly serial: string; readonly deliveredMl: number }[];
  };
}

const NORADRENALINE = '8002-51740';
let folder: string;
let icu: Icu;
let facts: Record<string, unknown>[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-icu-beds-'));
  facts = [];
});
afterEach(async () => {
  await icu.close();
  rmSync(folder, { recursive: true });
});

async function open(...argv: string[]): Promise<void> {
  icu = await Icu.open(readOptions(['node', 'icu', '--tcp', '0', ...argv]), (fact) => facts.push(fact));
}

interface Answer<Body> {
  readonly status: number;
  readonly body: Body;
}

async function call<Body>(method: string, path: string, body?: unknown): Promise<Answer<Body>> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${icu.controlUrl}${path}`, {
    method,
    ...(body === undefined ? {} : { headers, body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Body };
}

const bed = async (name: string): Promise<Bed> => (await call<Bed>('GET', `/beds/${name}`)).body;
const atBed = (name: string, body: object) => call('POST', `/beds/${name}/actions`, body);
const atPump = (serial: string, body: object) => call('POST', `/pumps/${serial}/actions`, body);
const mapOf = async (name: string): Promise<number> => (await bed(name)).stay!.truth.meanArterialPressureMmHg;

describe('a ward of four beds', () => {
  it('says who lies where and which pumps lead to whom', async () => {
    await open('--beds', '4');
    expect(facts.filter(({ fact }) => fact === 'bed-ready')).toMatchObject([
      { bed: 'bed-1', pumps: expect.arrayContaining([NORADRENALINE]) as string[] },
      { bed: 'bed-2' },
      { bed: 'bed-3' },
      { bed: 'bed-4' },
    ]);
    expect(facts.at(-1)).toMatchObject({ fact: 'ready', unit: 'icu-1', beds: 4, pumps: 16 });
    const { body } = await call<Bed[]>('GET', '/beds');
    expect(body.map(({ bed: name }) => name)).toEqual(['bed-1', 'bed-2', 'bed-3', 'bed-4']);
    expect(body[0]).toMatchObject({
      patient: expect.stringMatching(/^stay-[0-9a-f]{8}$/) as string,
      vitals: { meanArterialPressureMmHg: { quality: 'good', source: 'arterial-line' } },
    });
    expect(await call('GET', `/pumps/${NORADRENALINE}`)).toMatchObject({
      body: { state: { running: true, drugName: 'NORADRENALINE', setRateMlPerHour: 4.6 } },
    });
    expect((await call<object>('GET', '/health')).body).not.toHaveProperty('gateway');
  });

  it('lets a patient answer to what a hand does at the pump', async () => {
    await open('--beds', '1', '--speed', '500');
    const before = await mapOf('bed-1');
    await atPump(NORADRENALINE, { action: 'set-rate', rateMlPerHour: 9 });
    await expect.poll(() => mapOf('bed-1'), { timeout: 20_000 }).toBeGreaterThan(before + 10);
    await atPump(NORADRENALINE, { action: 'run-empty' });
    await expect.poll(() => mapOf('bed-1'), { timeout: 20_000 }).toBeLessThan(before - 10);
    const { body } = await call<{ state: { alarms: string[] } }>('GET', `/pumps/${NORADRENALINE}`);
    expect(body.state.alarms).toContain('AL_EOIST');
  });

  it('lets sensors come off, monitors freeze and patients move', async () => {
    await open('--beds', '2');
    const [one, two] = [await bed('bed-1'), await bed('bed-2')];
    expect(await atBed('bed-1', { action: 'sensor-off', sensor: 'arterial-line' })).toMatchObject({
      status: 200,
      body: {
        vitals: { meanArterialPressureMmHg: { quality: 'bad' }, heartRateBpm: { quality: 'good' } },
      },
    });
    expect(await atBed('bed-2', { action: 'freeze-monitor' })).toMatchObject({
      body: { vitals: { heartRateBpm: { quality: 'frozen' } }, monitor: { frozen: { silently: false } } },
    });
    await atBed('bed-1', { action: 'move-patient', to: 'bed-2' });
    expect(await bed('bed-2')).toMatchObject({
      patient: one.patient,
      stay: { channels: one.stay!.channels.map(({ serial }) => ({ serial })) },
    });
    expect(await bed('bed-1')).toMatchObject({ patient: two.patient });
  });

  it.each([
    [{ action: 'thaw-monitor' }, 409, { type: 'urn:bcmed:problem:refused-at-bed' }],
    [{ action: 'move-patient', to: 'bed-9' }, 409, { detail: 'move-patient: there is no bed bed-9' }],
    [{ action: 'sensor-off', sensor: 'nose' }, 422, { errors: [{ pointer: '/sensor' }] }],
  ])('says why %j is not done at a bed', async (action, status, body) => {
    await open('--beds', '1');
    expect(await atBed('bed-1', action)).toMatchObject({ status, body });
  });

  it('knows no other beds, and a ward of pumps alone knows none', async () => {
    await open('--pumps', '2');
    expect(await call('GET', '/beds')).toEqual({ status: 200, body: [] });
    expect(await call('GET', '/beds/bed-1')).toMatchObject({
      status: 404,
      body: { type: 'urn:bcmed:problem:unknown-bed', detail: 'bed-1 is not one of: none' },
    });
  });

  it('suffers what the script says, when it says', async () => {
    const path = join(folder, 'faults.yaml');
    writeFileSync(
      path,
      [
        'kind: icu-faults',
        'steps:',
        '  - { atSeconds: 30, bed: bed-1, do: { action: freeze-monitor } }',
        `  - { atSeconds: 60, pump: ${NORADRENALINE}, do: { action: stop } }`,
        `  - { atSeconds: 90, pump: ${NORADRENALINE}, do: { action: stop } }`,
        `  - { atSeconds: 120, pump: 8002-51733, cable: unplug }`,
      ].join('\n'),
    );
    await open('--beds', '1', '--speed', '200', '--faults', path);
    await expect
      .poll(async () => (await call('GET', '/faults')).body, { timeout: 20_000 })
      .toMatchObject({ done: 3, refused: [{ atMs: 90_000, reason: 'it is on hold already' }] });
    expect((await bed('bed-1')).vitals['heartRateBpm']).toMatchObject({ quality: 'frozen' });
    expect(await call('GET', '/pumps/8002-51733')).toMatchObject({ body: { plugged: false } });
    const { body: log } = await call<{ atMs: number; event: { type: string } }[]>(
      'GET',
      `/pumps/${NORADRENALINE}/log`,
    );
    expect(log.at(-1)).toMatchObject({ atMs: 60_000, event: { type: 'infusion-stopped' } });
  });

  it('is the same ward however fast time runs, mishaps and all', async () => {
    const path = join(folder, 'faults.yaml');
    writeFileSync(
      path,
      'kind: icu-faults\nsteps: [{ atSeconds: 1200, bed: bed-1, do: { action: freeze-monitor } }]\n',
    );
    const screens: unknown[] = [];
    for (const [seed, speed] of [
      ['3', '1000'],
      ['3', '370'],
      ['4', '1000'],
    ] as const) {
      if (screens.length > 0) await icu.close();
      await open(
        ...['--beds', '1', '--seed', seed, '--speed', speed, '--faults', path],
        ...['--background-faults', '200'],
      );
      const frozen = async () => (await bed('bed-1')).vitals['heartRateBpm']?.quality;
      await expect.poll(frozen, { timeout: 30_000 }).toBe('frozen');
      screens.push((await bed('bed-1')).vitals);
    }
    expect(screens[1]).toEqual(screens[0]);
    expect(screens[2]).not.toEqual(screens[0]);
    expect((await call<{ done: number }>('GET', '/faults')).body.done).toBeGreaterThan(10);
  });
});

describe('the command line', () => {
  beforeEach(() => open('--pumps', '1'));
  const options = (...argv: string[]) => readOptions(['node', 'icu', '--tcp', '0', ...argv]);

  it.each([
    [['--pumps', '2', '--beds', '2'], 'give one of --pumps N, --beds N and --ward FILE'],
    [['--nats', 'nats://127.0.0.1:1'], '--nats needs patients: give --beds N or --ward FILE too'],
    [['--beds', '1', '--nats', 'x'], '--nats needs --site NAME, --root-kid KEY and --state-dir DIR too'],
    [['--beds', '1', '--site', 's1'], '--site, --root-kid, --state-dir and --nats-seed go with --nats URL'],
  ])('%j does not fit: %s', (argv, message) => {
    expect(() => options(...argv)).toThrow(message);
  });

  it('has pumps alone unless beds are asked for, as ever', () => {
    expect(options()).toMatchObject({ pumps: 3, beds: null, gateway: null, backgroundFaults: null });
    expect(options('--beds', '4', '--background-faults')).toMatchObject({
      beds: { kind: 'count', count: 4 },
      backgroundFaults: 1,
    });
  });
});
