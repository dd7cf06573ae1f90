import { startNats, type NatsServer } from '@bcmed/embedded';
import { connectNats } from '@bcmed/event-log';
import { parseEvent, type StreamEvent } from '@bcmed/events';
import { fixtureSealer } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { statSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdapterProcess } from './adapter-process.js';
import { ScriptedPump } from './scripted-pump.js';
import { sequencesByChain, TinyLedger } from './tiny-ledger.js';

const PATIENCE = { timeout: 30_000, interval: 25 };
const SERIALS = ['8002-51740', '8002-51733', '8002-51752'];
/** When the adapter is killed in each of its lives, after the first event that it added; the same in every run. */
const KILLED_AFTER_EVENTS = [1, 40, 7, 90, 3, 25];

let folder: string;
let nats: NatsServer;
let connection: NatsConnection;
let ledger: TinyLedger;
let pumps: ScriptedPump[];
let adapter: AdapterProcess | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'adapter-'));
  nats = await startNats({ storeDir: join(folder, 'nats') });
  connection = await connectNats({ servers: nats.url, name: 'test' });
  ledger = await TinyLedger.open(connection);
  pumps = await Promise.all(SERIALS.map((serial) => ScriptedPump.open(serial)));
});
afterEach(async () => {
  await adapter?.kill();
  adapter = undefined;
  await Promise.all(pumps.map((pump) => pump.unplug()));
  await ledger.close();
  await connection.close();
  await nats.stop();
  rmSync(folder, { recursive: true });
});

const stateDir = () => join(folder, 'state');
const variables = (more: Record<string, string> = {}) => ({
  NATS_URL: nats.url,
  BCMED_ROOT_KID: fixtureSealer('root').keyId,
  PUMP_LINES: pumps.map(({ port }) => `tcp://127.0.0.1:${port}`).join(','),
  POLL_INTERVAL_MS: '50',
  ...more,
});

async function start(more: Record<string, string> = {}): Promise<AdapterProcess> {
  adapter = await AdapterProcess.up(stateDir(), variables(more));
  return adapter;
}

/** From now on every pump infuses, so that each poll brings a new volume. */
function infuse(): void {
  for (const pump of pumps) {
    Object.assign(pump.shown, { mode: 'SET', rate: 3.5, logEntryId: 101 });
    pump.script = ({ command }, usual) => {
      if (command === 'INF') pump.shown.volume += 0.001;
      return { text: usual };
    };
  }
}

function rest(): void {
  for (const pump of pumps) pump.script = (_, usual) => ({ text: usual });
}

interface Status {
  readonly outboxDepth: number;
  readonly refused: number;
  readonly latencyMs: { readonly p50: number } | null;
}
const status = async (): Promise<Status | undefined> =>
  adapter?.get<Status>('/status').catch(() => undefined);
const events = (): StreamEvent[] =>
  ledger.seen.flatMap(({ body }) => {
    const parsed = parseEvent(body);
    return parsed.ok && parsed.event.type.startsWith('bcmed.pump.') ? [parsed.event] : [];
  });
const named = (name: string): StreamEvent[] => events().filter(({ type }) => type === `bcmed.pump.${name}`);

async function everythingSettled(): Promise<void> {
  await expect.poll(async () => (await status())?.outboxDepth, PATIENCE).toBe(0);
  expect((await status())?.refused).toBe(0);
}

/** First copies of every chain, from 1 without a hole and in order; what was sent twice is a duplicate for the ledger. */
function expectNothingLostOrReordered(): void {
  const rejected = ledger.fixture.confirmations.flatMap(({ body }) => {
    const parsed = parseEvent(body);
    const data = parsed.ok ? (parsed.event.data as { exceptions: { reason: string }[] }) : { exceptions: [] };
    return data.exceptions.map(({ reason }) => reason).filter((reason) => reason !== 'duplicate-event');
  });
  expect(rejected).toEqual([]);
  const chains = sequencesByChain(ledger.seen);
  expect(chains.size).toBe(SERIALS.length);
  for (const numbers of chains.values()) {
    const first = [...new Set(numbers)];
    expect(first).toEqual(Array.from({ length: first.length }, (_, index) => index + 1));
  }
}

describe('an adapter and its pumps', () => {
  it('spools from the start, is enrolled, and sees its events confirmed', async () => {
    infuse();
    const running = await start();
    expect(statSync(join(stateDir(), 'device-key.pem')).mode & 0o777).toBe(0o600);
    await expect.poll(async () => (await status())?.outboxDepth, PATIENCE).toBeGreaterThan(10);
    expect(await running.get('/health/ready')).toMatchObject({
      checks: { enrolment: { status: 'degraded' }, outbox: { status: 'up' } },
    });
    await ledger.enrol(running.request);
    await expect.poll(() => running.get('/health/ready'), PATIENCE).toMatchObject({ status: 'up' });
    rest();
    await everythingSettled();
    expectNothingLostOrReordered();
    expect((await status())?.latencyMs?.p50).toBeGreaterThan(0);
    expect(await running.get('/pumps')).toEqual(
      expect.arrayContaining(
        SERIALS.map((serial): unknown => expect.objectContaining({ serial, contact: 'connected' })),
      ),
    );
  });

  it('loses and reorders nothing when it is killed again and again while it publishes', async () => {
    infuse();
    await start();
    await ledger.enrol(adapter!.request);
    for (const count of KILLED_AFTER_EVENTS) {
      const goal = ledger.seen.length + count;
      await expect.poll(() => ledger.seen.length, PATIENCE).toBeGreaterThanOrEqual(goal);
      await adapter!.kill();
      const killedAt = performance.now();
      const before = named('connected').length;
      await start();
      await expect.poll(() => named('connected').length, PATIENCE).toBeGreaterThan(before);
      // A pump that was started over serial waits 15 s; the promise is 10.
      expect(performance.now() - killedAt).toBeLessThan(10_000);
    }
    rest();
    await everythingSettled();
    expectNothingLostOrReordered();
    expect(named('infusion-started')).toHaveLength(SERIALS.length);
    expect(named('log-gap-detected')).toEqual([]);
    expect(named('connected').length).toBeGreaterThan(SERIALS.length);
    expect(named('connected').at(-1)).toMatchObject({
      data: { lastContactAt: expect.any(String) as string },
    });
  });

  it('goes on polling while nats-server is killed, and sends what happened meanwhile, in order', async () => {
    infuse();
    await start();
    await ledger.enrol(adapter!.request);
    await expect.poll(() => ledger.seen.length, PATIENCE).toBeGreaterThan(30);
    await nats.kill();
    await expect.poll(async () => (await status())?.outboxDepth, PATIENCE).toBeGreaterThan(60);
    expect(await adapter!.get('/health/ready')).toMatchObject({ checks: { nats: { status: 'down' } } });
    nats = await startNats({ storeDir: join(folder, 'nats'), port: nats.port });
    await expect.poll(() => adapter!.get('/health/ready'), PATIENCE).toMatchObject({ status: 'up' });
    rest();
    await everythingSettled();
    expectNothingLostOrReordered();
  });

  it('tells a pump that was unplugged, and the same pump when it is back', async () => {
    await start();
    await ledger.enrol(adapter!.request);
    await expect.poll(() => named('connected').length, PATIENCE).toBe(3);
    await pumps[0]!.unplug();
    await expect.poll(() => named('lost').length, PATIENCE).toBe(1);
    expect(named('lost')[0]).toMatchObject({ subject: SERIALS[0], data: { reason: 'line-closed' } });
    await pumps[0]!.plug();
    await expect.poll(() => named('connected').length, PATIENCE).toBe(4);
  });
});

describe('an adapter that is told to stop', () => {
  it('sends what it has and leaves with 0', async () => {
    infuse();
    await start();
    await ledger.enrol(adapter!.request);
    await expect.poll(() => ledger.seen.length, PATIENCE).toBeGreaterThan(30);
    adapter!.child.kill('SIGTERM');
    expect(await adapter!.exited).toBe(0);
    expectNothingLostOrReordered();
  });

  it('leaves with 0 while NATS is away too', async () => {
    await start();
    await ledger.enrol(adapter!.request);
    await expect.poll(() => ledger.seen.length, PATIENCE).toBeGreaterThan(3);
    await nats.kill();
    await expect.poll(() => adapter!.get('/health/ready'), PATIENCE).toMatchObject({ status: 'down' });
    adapter!.child.kill('SIGTERM');
    expect(await adapter!.exited).toBe(0);
  });

  it('by the death of its launcher leaves with 0', async () => {
    await start({ NATS_URL: 'nats://127.0.0.1:9' });
    adapter!.child.disconnect();
    expect(await adapter!.exited).toBe(0);
  });
});

describe('a wrong configuration', () => {
  it('is named, value by value, and nothing is started', async () => {
    const wrong = { PUMP_LINES: 'usb:1,tcp://h:99999', POLL_INTERVAL_MS: '5000', BCMED_ROOT_KID: 'short' };
    adapter = AdapterProcess.start(stateDir(), variables(wrong));
    expect(await adapter.exited).toBe(78);
    const text = adapter.output.join('');
    for (const name of [
      'PUMP_LINES',
      'POLL_INTERVAL_MS',
      'BCMED_ROOT_KID',
      '"usb:1" is neither',
      'above 2000',
    ])
      expect(text).toContain(name);
  });
});
