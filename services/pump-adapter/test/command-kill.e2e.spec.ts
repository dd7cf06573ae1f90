import { startNats, type NatsServer } from '@bcmed/embedded';
import { connectNats, STREAM } from '@bcmed/event-log';
import { parseEvent, type StreamEvent } from '@bcmed/events';
import { fixtureSealer } from '@bcmed/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AdapterProcess } from './adapter-process.js';
import { Prescriber } from './prescriber.js';
import { ScriptedPump } from './scripted-pump.js';
import { TinyLedger } from './tiny-ledger.js';

const PATIENCE = { timeout: 30_000, interval: 25 };

let folder: string;
let nats: NatsServer;
let connection: NatsConnection;
let ledger: TinyLedger;
let prescriber: Prescriber;
let pump: ScriptedPump;
let adapter: AdapterProcess;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'command-kill-'));
  nats = await startNats({ storeDir: join(folder, 'nats') });
  connection = await connectNats({ servers: nats.url, name: 'test' });
  ledger = await TinyLedger.open(connection);
  prescriber = new Prescriber(ledger);
  await prescriber.open();
  await prescriber.enrol('person-anna', ['physician', 'icu-1']);
  pump = await ScriptedPump.open();
  await start();
  await ledger.enrol(adapter.request);
  await expect.poll(() => said('connected').length, PATIENCE).toBe(1);
});

afterEach(async () => {
  await adapter.kill();
  await pump.unplug();
  await ledger.close();
  await connection.close();
  await nats.stop();
  rmSync(folder, { recursive: true });
});

async function start(more: Readonly<Record<string, string>> = {}): Promise<void> {
  adapter = await AdapterProcess.up(join(folder, 'state'), {
    NATS_URL: nats.url,
    BCMED_ROOT_KID: fixtureSealer('root').keyId,
    PUMP_LINES: `tcp://127.0.0.1:${pump.port}`,
    POLL_INTERVAL_MS: '100',
    ...more,
  });
}

function said(name: string): StreamEvent<Record<string, unknown>>[] {
  return ledger.seen.flatMap(({ body }) => {
    const parsed = parseEvent(body);
    return parsed.ok && parsed.event.type === `bcmed.pump.${name}`
      ? [parsed.event as StreamEvent<Record<string, unknown>>]
      : [];
  });
}
const order = async (rateMlPerHour: number): Promise<string> => {
  const text = prescriber.text({ action: 'set-rate', rateMlPerHour });
  return prescriber.authorise(text, prescriber.sign(text, 'person-anna'));
};

describe('an adapter that is killed in the middle of an order', () => {
  it('after the pump took the frame: unknown, then resolved as ordered, and never written twice', async () => {
    pump.script = (request, usual) => {
      if (request.command !== 'INF_RATE' || request.fields.length === 0) return { text: usual };
      void adapter.kill();
      return undefined;
    };
    const commandId = await order(7);
    await adapter.exited;
    pump.script = (_, usual) => ({ text: usual });
    await start();
    await expect.poll(() => said('command-outcome-resolved'), PATIENCE).toHaveLength(1);
    expect(said('command-outcome-unknown')).toMatchObject([{ data: { commandId, action: 'set-rate' } }]);
    expect(said('command-outcome-resolved')).toMatchObject([{ data: { commandId, outcome: 'as-ordered' } }]);
    expect(said('rate-changed')).toMatchObject([{ causationid: commandId, data: { changedBy: 'command' } }]);
    expect(pump.acted).toEqual([expect.stringContaining('INF_RATE^7.00^ml/h')]);
    expect(pump.remoteControl).toBe(false);
  });

  it('before the pump took the frame: unknown, then resolved as not ordered, and never written', async () => {
    pump.script = (request, usual) => {
      if (request.command !== 'REMOTE_CTRL' || request.fields[0] !== 'ENABLED') return { text: usual };
      void adapter.kill();
      return undefined;
    };
    const commandId = await order(7);
    await adapter.exited;
    pump.script = (_, usual) => ({ text: usual });
    await start();
    await expect.poll(() => said('command-outcome-resolved'), PATIENCE).toHaveLength(1);
    expect(said('command-outcome-resolved')).toMatchObject([
      { data: { commandId, outcome: 'not-as-ordered' } },
    ]);
    expect(pump.acted).toEqual([]);
  });

  it('before it was begun: it is carried out once after the restart, as long as it is fresh', async () => {
    await adapter.kill();
    const commandId = await order(7);
    await start();
    await expect.poll(() => said('command-executed'), PATIENCE).toHaveLength(1);
    expect(said('command-executed')).toMatchObject([{ data: { commandId, setRateMlPerHour: 7 } }]);
    expect(pump.acted).toHaveLength(1);
  });

  it('and was told to stop meanwhile does not carry out what was ordered before', async () => {
    await adapter.kill();
    await start({ RESPONSE_TIMEOUT_MS: '4000' });
    // The pump keeps the line busy, so the order is accepted and waits.
    const busy = new Promise<void>((resolve) => {
      pump.script = ({ command }, usual) => {
        if (command !== 'INF') return { text: usual };
        resolve();
        return undefined;
      };
    });
    await busy;
    const commandId = await order(7);
    const manager = await jetstreamManager(connection);
    await expect
      .poll(async () => {
        const info = await manager.consumers.info(STREAM.events, 'pump-adapter-1-on-site-event');
        return BigInt(info.ack_floor.stream_seq);
      }, PATIENCE)
      .toBe(await ledger.events.lastPosition());
    await adapter.kill();
    pump.script = (_, usual) => ({ text: usual });
    const text = prescriber.text({ action: 'stop' });
    await prescriber.stop(text, prescriber.sign(text, 'person-anna'));
    await start();
    await expect.poll(() => said('command-executed'), PATIENCE).toHaveLength(1);
    await expect.poll(() => said('command-failed'), PATIENCE).toHaveLength(1);
    expect(said('command-failed')).toMatchObject([{ data: { commandId, reason: 'fenced-by-stop' } }]);
    expect(pump.acted).toEqual([expect.stringContaining('INF_STOP')]);
  });

  it('and whose order expired meanwhile does not carry it out', async () => {
    await adapter.kill();
    const text = prescriber.text({ action: 'set-rate', rateMlPerHour: 7 }, Date.now() - 61_000);
    const commandId = await prescriber.authorise(text, prescriber.sign(text, 'person-anna'));
    await start();
    await expect.poll(() => said('command-failed'), PATIENCE).toHaveLength(1);
    expect(said('command-failed')).toMatchObject([{ data: { commandId, reason: 'expired' } }]);
    expect(pump.acted).toEqual([]);
  });
});

describe('a pump that does not answer the frame', () => {
  it('but took it is read back as ordered', async () => {
    pump.script = (request, usual) =>
      request.command === 'INF_RATE' && request.fields.length > 0 ? undefined : { text: usual };
    await order(7);
    await expect.poll(() => said('command-executed'), PATIENCE).toHaveLength(1);
    expect(pump.acted).toHaveLength(1);
    await expect
      .poll(() => said('rate-changed'), PATIENCE)
      .toMatchObject([{ data: { changedBy: 'command' } }]);
  });

  it('and whose rate is not as ordered leaves the outcome unknown until it is resolved', async () => {
    pump.script = (request, usual) => {
      if (request.command !== 'INF_RATE' || request.fields.length === 0) return { text: usual };
      pump.shown.setRate = 3.5; // it did not take it
      return undefined;
    };
    const commandId = await order(7);
    await expect.poll(() => said('command-outcome-unknown'), PATIENCE).toHaveLength(1);
    const next = await order(8);
    await expect.poll(() => said('command-failed'), PATIENCE).toHaveLength(1);
    expect(said('command-failed')).toMatchObject([
      { data: { commandId: next, reason: 'earlier-outcome-unknown' } },
    ]);
    await expect
      .poll(() => said('command-outcome-resolved'), PATIENCE)
      .toMatchObject([{ data: { commandId, outcome: 'not-as-ordered' } }]);
  });
});

describe('a pump that is hard to reach', () => {
  it('is stopped as soon as its line is back', async () => {
    await pump.unplug();
    const text = prescriber.text({ action: 'stop' });
    await prescriber.stop(text, prescriber.sign(text, 'person-anna'));
    await expect.poll(() => said('lost'), PATIENCE).toHaveLength(1);
    await pump.plug();
    await expect.poll(() => said('command-executed'), PATIENCE).toHaveLength(1);
    expect(pump.acted).toEqual([expect.stringContaining('INF_STOP')]);
  });

  it('gets remote control back although it did not hear of it at first', async () => {
    let deaf = 4;
    pump.script = (request, usual) => {
      if (request.command !== 'REMOTE_CTRL' || request.fields[0] !== 'DISABLED' || deaf === 0)
        return { text: usual };
      deaf -= 1;
      pump.remoteControl = true;
      return undefined;
    };
    await order(7);
    await expect.poll(() => said('command-executed'), PATIENCE).toHaveLength(1);
    await expect.poll(() => pump.remoteControl, PATIENCE).toBe(false);
    expect(pump.acted).toHaveLength(1);
  });
});
