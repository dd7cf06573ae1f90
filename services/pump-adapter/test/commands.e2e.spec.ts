import { startNats, type NatsServer } from '@bcmed/embedded';
import { connectNats } from '@bcmed/event-log';
import { CommandAuthorised, parseEvent, type PumpOrder, type StreamEvent } from '@bcmed/events';
import { fixtureSealer } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AdapterProcess } from './adapter-process.js';
import { Prescriber } from './prescriber.js';
import { ScriptedPump } from './scripted-pump.js';
import { TinyLedger } from './tiny-ledger.js';

const PATIENCE = { timeout: 20_000, interval: 20 };

let folder: string;
let nats: NatsServer;
let connection: NatsConnection;
let ledger: TinyLedger;
let prescriber: Prescriber;
let pump: ScriptedPump;
let neighbour: ScriptedPump;
let adapter: AdapterProcess;
const undos: (() => unknown)[] = [];

/** Two pumps, the adapter as its own process, a real broker; people with a key each. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'commands-'));
  undos.push(() => rmSync(folder, { recursive: true }));
  nats = await startNats({ storeDir: join(folder, 'nats') });
  undos.push(() => nats.stop());
  connection = await connectNats({ servers: nats.url, name: 'test' });
  undos.push(() => connection.close());
  ledger = await TinyLedger.open(connection);
  undos.push(() => ledger.close());
  prescriber = new Prescriber(ledger);
  await prescriber.open();
  await prescriber.enrol('person-anna', ['physician', 'icu-1']);
  await prescriber.enrol('person-ben', ['physician', 'icu-1']);
  await prescriber.enrol('person-carl', ['physician', 'icu-2']);
  await prescriber.enrol('person-nobody');
  pump = await ScriptedPump.open();
  undos.push(() => pump.unplug());
  neighbour = await ScriptedPump.open('8002-51733');
  undos.push(() => neighbour.unplug());
  adapter = await AdapterProcess.up(join(folder, 'state'), {
    NATS_URL: nats.url,
    BCMED_ROOT_KID: fixtureSealer('root').keyId,
    PUMP_LINES: `tcp://127.0.0.1:${pump.port},tcp://127.0.0.1:${neighbour.port}`,
    POLL_INTERVAL_MS: '100',
  });
  undos.push(() => adapter.kill());
  await ledger.enrol(adapter.request);
  await vi.waitFor(() => expect(said('connected')).toHaveLength(2), PATIENCE);
});
afterAll(async () => {
  for (const undo of undos.reverse()) await undo();
});

function said(name: string): StreamEvent<Record<string, unknown>>[] {
  return ledger.seen.flatMap(({ body }) => {
    const parsed = parseEvent(body);
    return parsed.ok && parsed.event.type === `bcmed.pump.${name}`
      ? [parsed.event as StreamEvent<Record<string, unknown>>]
      : [];
  });
}

/** What the adapter says of one command, when it has said it. */
async function outcomeOf(commandId: string): Promise<StreamEvent<Record<string, unknown>>> {
  const find = () =>
    ['command-executed', 'command-failed', 'command-outcome-unknown']
      .flatMap(said)
      .filter(({ data }) => data['commandId'] === commandId);
  await expect.poll(() => find().length, PATIENCE).toBe(1);
  return find()[0]!;
}

const setRate = (rateMlPerHour: number, more: Partial<PumpOrder> = {}): string =>
  prescriber.text({ action: 'set-rate', rateMlPerHour, ...more });
async function order(text: string, people: string[], more = {}): Promise<string> {
  return prescriber.authorise(text, prescriber.sign(text, ...people), more);
}

describe('an order by a physician of the unit', () => {
  it('is written, read back and told, and the change carries the name of the person', async () => {
    const commandId = await order(setRate(5), ['person-anna']);
    expect(await outcomeOf(commandId)).toMatchObject({
      type: 'bcmed.pump.command-executed',
      actor: 'person-anna',
      causationid: commandId,
      data: { action: 'set-rate', framesWritten: ['INF_RATE^5.00^ml/h'], setRateMlPerHour: 5 },
    });
    await expect
      .poll(() => said('rate-changed').at(-1), PATIENCE)
      .toMatchObject({ actor: 'person-anna', causationid: commandId, data: { changedBy: 'command' } });
    expect(pump.remoteControl).toBe(false);
  });

  it('starts an infusion and sets its volume', async () => {
    await outcomeOf(await order(prescriber.text({ action: 'set-vtbi', volumeMl: 11 }), ['person-anna']));
    expect(pump.shown.vtbi).toEqual(['ACTIV', '11.000', 'ml', 'STOP']);
    const commandId = await order(prescriber.text({ action: 'start' }), ['person-anna']);
    expect(await outcomeOf(commandId)).toMatchObject({ data: { delivering: true } });
    await expect
      .poll(() => said('infusion-started').at(-1), PATIENCE)
      .toMatchObject({ actor: 'person-anna', data: { changedBy: 'command' } });
  });

  it('that needs two people goes through with two, and the one who ordered is told', async () => {
    const needsTwo = { approvalsNeeded: 2 };
    const alone = await order(setRate(6), ['person-anna'], needsTwo);
    expect(await outcomeOf(alone)).toMatchObject({ data: { reason: 'approvals-missing' } });
    const twice = await order(setRate(6), ['person-anna', 'person-anna'], needsTwo);
    expect(await outcomeOf(twice)).toMatchObject({ data: { reason: 'approvals-missing' } });
    const both = await order(setRate(6), ['person-anna', 'person-ben'], needsTwo);
    expect(await outcomeOf(both)).toMatchObject({ type: 'bcmed.pump.command-executed' });
  });
});

describe('an order that must not reach the pump', () => {
  const refusals: [string, () => Promise<string>, string][] = [
    ['of another unit’s physician', () => order(setRate(9), ['person-carl']), 'not-permitted'],
    ['of somebody without a role', () => order(setRate(9), ['person-nobody']), 'not-permitted'],
    ['of somebody unknown', () => order(setRate(9), ['person-unknown']), 'signature-invalid'],
    [
      'in the name of another person',
      () => {
        const text = setRate(9);
        const [signature] = prescriber.sign(text, 'person-carl');
        return prescriber.authorise(text, [{ ...signature!, person: 'person-anna' }]);
      },
      'signature-invalid',
    ],
    [
      'changed by one byte',
      () => {
        const text = setRate(9);
        const signatures = prescriber.sign(text, 'person-anna');
        return prescriber.authorise(text.replace('"rateMlPerHour":9', '"rateMlPerHour":8'), signatures);
      },
      'signature-invalid',
    ],
    ['for another pump', () => order(setRate(9, { pump: '8002-51733' }), ['person-anna']), 'wrong-pump'],
    ['for another unit', () => order(setRate(9, { unit: 'icu-2' }), ['person-carl']), 'wrong-pump'],
    ['for another site', () => order(setRate(9, { site: 'elsewhere' }), ['person-anna']), 'wrong-pump'],
    [
      'that is old',
      () =>
        order(prescriber.text({ action: 'set-rate', rateMlPerHour: 9 }, Date.now() - 3_600_000), [
          'person-anna',
        ]),
      'expired',
    ],
    [
      'from the future',
      () =>
        order(prescriber.text({ action: 'set-rate', rateMlPerHour: 9 }, Date.now() + 3_600_000), [
          'person-anna',
        ]),
      'issued-in-future',
    ],
    [
      'that would live for a day',
      () =>
        order(setRate(9, { expiresAt: new Date(Date.now() + 86_400_000).toISOString() }), ['person-anna']),
      'expired',
    ],
    ['that is no JSON', () => order('set the rate to 9', ['person-anna']), 'text-unreadable'],
    [
      'without a rate',
      () => order(prescriber.text({ action: 'set-rate' }), ['person-anna']),
      'text-unreadable',
    ],
    [
      'with a word that nobody knows',
      () => order(setRate(9, { hurry: true } as never), ['person-anna']),
      'text-unreadable',
    ],
    [
      'with more decimals than the wire has',
      () => order(setRate(9.005), ['person-anna']),
      'value-unwritable',
    ],
    [
      'that rests on another rate than the pump has',
      () => order(setRate(9), ['person-anna'], { assumedRateMlPerHour: 4 }),
      'state-changed',
    ],
  ];

  it.each(refusals)('%s', async (_, say, reason) => {
    const before = pump.acted.length;
    const outcome = await outcomeOf(await say());
    expect(outcome).toMatchObject({ type: 'bcmed.pump.command-failed', data: { reason } });
    expect(outcome.data['detail']).not.toBe('');
    expect(pump.acted).toHaveLength(before);
    expect(neighbour.acted).toEqual([]);
  });

  it('that was carried out before is not carried out again, neither as a copy nor with its nonce', async () => {
    const text = setRate(4);
    const first = await order(text, ['person-anna']);
    expect(await outcomeOf(first)).toMatchObject({ type: 'bcmed.pump.command-executed' });
    const acted = pump.acted.length;
    expect(await outcomeOf(await order(text, ['person-anna']))).toMatchObject({
      data: { reason: 'used-before' },
    });
    const { nonce } = JSON.parse(text) as PumpOrder;
    const other = await order(setRate(9, { nonce }), ['person-anna']);
    expect(await outcomeOf(other)).toMatchObject({ data: { reason: 'used-before' } });
    expect(pump.acted).toHaveLength(acted);
  });

  it('sealed by a service that may not say so is not looked at', async () => {
    const text = setRate(9);
    const data = {
      order: { text, signatures: prescriber.sign(text, 'person-anna') },
      approvalsNeeded: 1,
      ruleVersion: 'x',
    };
    const forged = await prescriber.say(fixtureSealer('audit'), CommandAuthorised, '8002-51740', data);
    const honest = await order(setRate(5), ['person-anna']);
    await outcomeOf(honest);
    expect(ledger.seen.filter(({ body }) => Buffer.from(body).includes(forged))).toHaveLength(1);
    expect(pump.acted.at(-1)).toContain('INF_RATE^5.00');
  });

  it('by a person who was revoked just before', async () => {
    await prescriber.enrol('person-dora', ['physician', 'icu-1']);
    expect(await outcomeOf(await order(setRate(7), ['person-dora']))).toMatchObject({
      type: 'bcmed.pump.command-executed',
    });
    await prescriber.revoke('person-dora');
    expect(await outcomeOf(await order(setRate(9), ['person-dora']))).toMatchObject({
      data: { reason: 'signature-invalid' },
    });
  });
});

describe('a stop', () => {
  it('needs somebody who signed, and no permission', async () => {
    const text = prescriber.text({ action: 'stop', unit: 'icu-9' });
    const stop = await prescriber.stop(text, prescriber.sign(text, 'person-nobody'));
    expect(await outcomeOf(stop)).toMatchObject({
      type: 'bcmed.pump.command-executed',
      data: { delivering: false },
    });
    expect(pump.shown.mode).toBe('HLD');
    await expect
      .poll(() => said('infusion-stopped').at(-1), PATIENCE)
      .toMatchObject({ actor: 'person-nobody', data: { cause: 'held', changedBy: 'command' } });
  });

  it('by nobody that is known is refused', async () => {
    const text = prescriber.text({ action: 'stop' });
    const stop = await prescriber.stop(text, prescriber.sign(text, 'person-unknown'));
    expect(await outcomeOf(stop)).toMatchObject({ data: { reason: 'signature-invalid' } });
  });

  it('overtakes what was ordered before it and not begun, and that is never carried out', async () => {
    // The pump takes long over a question, so that both wait for the line.
    pump.script = (request, usual) => ({ text: usual, ...(request.command === 'INF' && { afterMs: 300 }) });
    const earlier = await order(setRate(8), ['person-anna']);
    const text = prescriber.text({ action: 'stop' });
    const stop = await prescriber.stop(text, prescriber.sign(text, 'person-ben'));
    const [ofEarlier, ofStop] = [await outcomeOf(earlier), await outcomeOf(stop)];
    pump.script = (_, usual) => ({ text: usual });
    expect(ofStop).toMatchObject({ type: 'bcmed.pump.command-executed' });
    const fenced = ofEarlier.data['reason'] === 'fenced-by-stop';
    const before = Number(ofEarlier.sequence) < Number(ofStop.sequence);
    expect(fenced || before).toBe(true);
    expect(pump.acted.at(-1)).toContain('INF_STOP');
  });

  it('that comes while the pump is asked for what an order rests on ends that order', async () => {
    const slow = new Promise<void>((resolve) => {
      pump.script = (request, usual) => {
        // A poll asks for the rate after the alarm; what an order rests on is asked by itself.
        const byPoll = pump.requests.at(-2) === 'ALARM';
        const question = request.command === 'INF_RATE' && request.fields.length === 0 && !byPoll;
        if (question) resolve();
        return { text: usual, ...(question && { afterMs: 350 }) };
      };
    });
    const setRateMlPerHour = pump.shown.setRate;
    const earlier = await order(setRate(setRateMlPerHour + 1), ['person-anna'], {
      assumedRateMlPerHour: setRateMlPerHour,
    });
    await slow;
    const text = prescriber.text({ action: 'stop' });
    const stop = await prescriber.stop(text, prescriber.sign(text, 'person-ben'));
    const [ofEarlier, ofStop] = [await outcomeOf(earlier), await outcomeOf(stop)];
    pump.script = (_, usual) => ({ text: usual });
    expect(ofStop).toMatchObject({ type: 'bcmed.pump.command-executed' });
    expect(ofEarlier).toMatchObject({ data: { reason: 'fenced-by-stop' } });
    expect(pump.shown.setRate).toBe(setRateMlPerHour);
    expect(pump.acted.at(-1)).toContain('INF_STOP');
  });

  it('is carried out although another signature on it does not hold, and when it is sent again', async () => {
    const text = prescriber.text({ action: 'stop' });
    const signatures = prescriber.sign(text, 'person-unknown', 'person-ben');
    const first = await outcomeOf(await prescriber.stop(text, signatures));
    expect(first).toMatchObject({ type: 'bcmed.pump.command-executed', actor: 'person-ben' });
    const again = await outcomeOf(await prescriber.stop(text, signatures));
    expect(again).toMatchObject({ type: 'bcmed.pump.command-executed' });
  });

  it('is written even when the pump refuses remote control', async () => {
    pump.script = (request, usual) => {
      pump.remoteControl ||= request.command === 'INF_STOP';
      return request.command === 'REMOTE_CTRL' ? undefined : { text: usual };
    };
    const text = prescriber.text({ action: 'stop' });
    const stop = await prescriber.stop(text, prescriber.sign(text, 'person-ben'));
    const outcome = await outcomeOf(stop);
    pump.script = (_, usual) => ({ text: usual });
    expect(outcome.data).toMatchObject({ delivering: false });
  });
});

describe('a pump', () => {
  it('that is switched off is told as not connected', async () => {
    await neighbour.unplug();
    await expect.poll(() => said('lost').length, PATIENCE).toBe(1);
    const text = setRate(5, { pump: '8002-51733' });
    const commandId = await order(text, ['person-anna'], { pump: '8002-51733' });
    expect(await outcomeOf(commandId)).toMatchObject({ data: { reason: 'pump-not-connected' } });
  });

  it('that the adapter does not have is answered for by nobody', async () => {
    await order(setRate(5, { pump: '8002-99999' }), ['person-anna'], { pump: '8002-99999' });
    await outcomeOf(await order(setRate(5), ['person-anna']));
    expect(
      [...said('command-failed'), ...said('command-executed')].map(({ subject }) => subject),
    ).not.toContain('8002-99999');
  });
});
