import { startNats, type NatsServer } from '@bcmed/embedded';
import { connectNats } from '@bcmed/event-log';
import { parseEvent, type StreamEvent } from '@bcmed/events';
import { fixtureSealer } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdapterProcess } from './adapter-process.js';
import { TinyLedger } from './tiny-ledger.js';

const ICU = join(import.meta.dirname, '..', '..', '..', 'apps', 'icu', 'dist', 'main.js');
const SERIALS = ['8002-51740', '8002-51733', '8002-51752'] as const;
const [PUMP] = SERIALS;
const PATIENCE = { timeout: 30_000, interval: 25 };

let folder: string;
let nats: NatsServer;
let connection: NatsConnection;
let ledger: TinyLedger;
let icu: ChildProcess;
let adapter: AdapterProcess;
/** What was begun and has to end, also when the set-up fails half-way. */
const undos: (() => unknown)[] = [];

/** Emulated pumps on pseudo-terminals, the adapter on serial ports, a real broker and a small ledger. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'ward-round-'));
  undos.push(() => rmSync(folder, { recursive: true }));
  const portFile = join(folder, 'icu-port');
  icu = fork(ICU, ['--pumps', '3', '--pty-dir', folder, '--control-port-file', portFile], {
    silent: true,
    execArgv: [],
  });
  undos.push(() => endOf(icu));
  nats = await startNats({ storeDir: join(folder, 'nats') });
  undos.push(() => nats.stop());
  connection = await connectNats({ servers: nats.url, name: 'test' });
  undos.push(() => connection.close());
  ledger = await TinyLedger.open(connection);
  undos.push(() => ledger.close());
  await vi.waitFor(() => readFileSync(portFile), PATIENCE);
  adapter = await AdapterProcess.up(join(folder, 'state'), {
    NATS_URL: nats.url,
    BCMED_ROOT_KID: fixtureSealer('root').keyId,
    PUMP_LINES: SERIALS.map((serial) => `serial:${join(folder, `asena-${serial}`)}`).join(','),
    POLL_INTERVAL_MS: '100',
  });
  undos.push(() => adapter.kill());
  await ledger.enrol(adapter.request);
  await vi.waitFor(() => expect(said('connected')).toHaveLength(3), PATIENCE);
});
afterAll(async () => {
  for (const undo of undos.reverse()) await undo();
});

async function endOf(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGKILL');
  await gone;
}

function said(name: string, serial: string = PUMP): StreamEvent<Record<string, unknown>>[] {
  const anyPump = name === 'connected';
  return ledger.seen.flatMap(({ body }) => {
    const parsed = parseEvent(body);
    if (!parsed.ok || parsed.event.type !== `bcmed.pump.${name}`) return [];
    if (!anyPump && parsed.event.subject !== serial) return [];
    return [parsed.event as StreamEvent<Record<string, unknown>>];
  });
}

async function bedside(path: string, body: object = {}): Promise<void> {
  const port = readFileSync(join(folder, 'icu-port'), 'utf8').trim();
  const response = await fetch(`http://127.0.0.1:${port}/pumps/${PUMP}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new Error(await response.text());
}
const hand = (action: string, more: object = {}): Promise<void> => bedside('/actions', { action, ...more });
const soon = async (name: string, count: number, data: object = {}): Promise<void> => {
  await expect.poll(() => said(name).length, { ...PATIENCE, message: name }).toBe(count);
  expect(said(name).at(-1)?.data).toMatchObject(data);
};

describe('a hand at an emulated pump on a serial port', () => {
  it('starts, changes the rate and sets a volume, and each is an event', async () => {
    await hand('set-rate', { rateMlPerHour: 20 });
    await soon('rate-changed', 1, { toMlPerHour: 20, changedBy: 'front-panel' });
    await hand('start');
    await soon('infusion-started', 1, { rateMlPerHour: 20 });
    await hand('set-rate', { rateMlPerHour: 25 });
    await soon('rate-changed', 2, { fromMlPerHour: 20, toMlPerHour: 25 });
    await hand('set-vtbi', { volumeMl: 40 });
    await soon('vtbi-changed', 1, { to: { active: true, volumeMl: 40, atEnd: 'STOP' } });
  });

  it('gives a bolus, whose volume is told', async () => {
    await hand('bolus', { volumeMl: 0.5, rateMlPerHour: 900 });
    await soon('bolus-given', 1);
    expect(said('bolus-given')[0]?.data['volumeMl']).toBeGreaterThan(0.45);
    expect(said('bolus-given')[0]?.data['volumeMl']).toBeLessThan(0.55);
  });

  it('closes the line: an occlusion stops the pump; opens it and starts again', async () => {
    await hand('set-rate', { rateMlPerHour: 300 });
    await hand('occlude', { complianceMicrolitrePerMmHg: 0.5 });
    await soon('alarm-raised', 1, { vendorCode: 'AL_OCCLU', term: 'occlusion', text: 'OCCLUSION' });
    await soon('infusion-stopped', 1, { cause: 'alarm' });
    await hand('release');
    await hand('start');
    await soon('infusion-started', 2);
    await soon('alarm-cleared', 1, { vendorCode: 'AL_OCCLU' });
  });

  it('takes the syringe out and puts another one in', async () => {
    await hand('remove-syringe');
    await soon('infusion-stopped', 2, { cause: 'alarm' });
    await hand('insert-syringe', { brand: 'BD PERFUSOR' });
    await soon('syringe-changed', 1, { to: { brand: 'BD PERFUSOR', sizeMl: 50, confirmed: true } });
    await hand('clear-volume');
    await soon('volume-cleared', 1, { toMl: 0 });
  });

  it("leaves no gap between the pump's own log and the events", () => {
    for (const serial of SERIALS) expect(said('log-gap-detected', serial)).toEqual([]);
  });

  it('pulls the cable and puts it back; what happened meanwhile shows as a gap', async () => {
    const before = said('connected').length;
    await bedside('/unplug');
    await soon('lost', 1, { reason: 'line-closed' });
    await hand('set-rate', { rateMlPerHour: 10 });
    await hand('set-rate', { rateMlPerHour: 11 });
    await hand('set-rate', { rateMlPerHour: 12 });
    await bedside('/replug');
    await expect.poll(() => said('connected').length, PATIENCE).toBe(before + 1);
    await soon('log-gap-detected', 1, { changesSeen: 1 });
  });

  it('and every event of it is in a confirmed block', async () => {
    const depth = async () => (await adapter.get<{ outboxDepth: number }>('/status')).outboxDepth;
    await expect.poll(depth, PATIENCE).toBe(0);
    expect(await adapter.get('/status')).toMatchObject({ refused: 0, invalidBlocks: 0 });
  });
});
