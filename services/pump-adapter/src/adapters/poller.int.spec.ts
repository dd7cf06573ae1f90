import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedPump } from '../../test/scripted-pump.js';
import type { Polled } from '../commands/recorder.js';
import { Clock } from './clock.js';
import { Line } from './line.js';
import { Poller } from './poller.js';
import { PumpRegistry } from './pump-registry.js';

let pump: ScriptedPump;
let polled: Polled[];
let twice: string[];
let registry: PumpRegistry;
let pollers: Poller[];

beforeEach(async () => {
  pump = await ScriptedPump.open();
  polled = [];
  twice = [];
  pollers = [];
  registry = new PumpRegistry();
});

afterEach(async () => {
  await Promise.all(pollers.map((poller) => poller.stop()));
  await pump.unplug();
});

function poll(name: string, expected?: string, port = pump.port): Poller {
  const address = { transport: 'tcp', host: '127.0.0.1', port, name } as const;
  const poller = new Poller({
    line: new Line(address, { responseTimeoutMs: 100, lateAnswerMs: 300, reopenPausesMs: [20] }),
    clock: new Clock(),
    registry,
    intervalMs: 50,
    slowBeatMs: 10_000,
    expected,
    submit: (one) => polled.push(one),
    onTwice: (serial) => twice.push(serial),
  });
  pollers.push(poller);
  poller.start();
  return poller;
}

const kinds = (): string[] => polled.map((one) => (one.kind === 'silence' ? one.reason : one.kind));

describe('a line that is polled', () => {
  it('finds out who is there, asks everything once, then only the status while nothing moves', async () => {
    poll('bed-1');
    await expect.poll(() => polled.length).toBeGreaterThan(3);
    expect(polled[0]).toMatchObject({
      kind: 'reading',
      serial: '8002-51740',
      identity: { model: '8002', protocol: 'Asena Rev 2.1.5', transport: 'tcp', line: 'bed-1' },
      alarm: null,
      setRateMlPerHour: 3.5,
      vtbi: { active: false },
      syringe: { brand: 'BD PLASTIPAK', sizeMl: 50, confirmed: true },
    });
    expect(pump.requests.slice(0, 9)).toEqual([
      'INST_SERIALNO',
      'COMMS_PROTOCOL',
      'SYRINGE_STATUS',
      'REMQUERY',
      'INF',
      'ALARM',
      'INF_RATE',
      'INF_VTBI',
      'SYRINGE_STATUS',
    ]);
    expect(new Set(pump.requests.slice(9))).toEqual(new Set(['INF']));
  });

  it("asks everything again when the pump's log moved, and for the alarm while there is one", async () => {
    poll('bed-1');
    await expect.poll(() => polled.length).toBeGreaterThan(1);
    Object.assign(pump.shown, { alarm: 'AL_OCCLU', logEntryId: 101, setRate: 5 });
    await expect
      .poll(() => polled.at(-1))
      .toMatchObject({ alarm: { vendorCode: 'AL_OCCLU', term: 'occlusion', text: 'OCCLUSION' } });
    expect(polled.some((one) => one.kind === 'reading' && one.setRateMlPerHour === 5)).toBe(true);
    pump.shown.alarm = 'AL_NOALM';
    await expect.poll(() => polled.at(-1)).not.toHaveProperty('alarm');
    expect(polled.findLast((one) => 'alarm' in one)).toMatchObject({ alarm: null });
  });

  it('does not wait for another line that is silent', async () => {
    const dumb = await ScriptedPump.open('8002-00001');
    dumb.script = () => undefined;
    poll('bed-2', '8002-00001', dumb.port);
    poll('bed-1');
    const named = (wanted: string): number => polled.filter(({ serial }) => serial === wanted).length;
    await expect.poll(() => named('8002-00001')).toBeGreaterThan(0);
    // While one question to the silent pump is open (two tries of 100 ms), the other one goes on being read.
    const before = { silences: named('8002-00001'), readings: named('8002-51740') };
    await expect.poll(() => named('8002-51740') - before.readings, { interval: 1 }).toBeGreaterThan(9);
    expect(named('8002-00001') - before.silences).toBeLessThan(10);
    await dumb.unplug();
  });
});

describe('a pump that is not there', () => {
  it('is missed poll by poll, and read again when it is back, whoever pulled the plug', async () => {
    poll('bed-1');
    await expect.poll(() => polled.length).toBeGreaterThan(0);
    await pump.unplug();
    await expect.poll(() => polled.at(-1)).toMatchObject({ reason: 'line-closed', missedPolls: 3 });
    await pump.plug();
    await expect.poll(() => kinds().at(-1)).toBe('reading');
  });

  it('is missed after a restart too, when it was seen on this line before', async () => {
    await pump.unplug();
    poll('bed-1', '8002-51740');
    await expect.poll(() => polled.at(-1)).toMatchObject({ serial: '8002-51740', missedPolls: 3 });
  });

  it('because another one was put in its place is told at once, and the other one is read', async () => {
    poll('bed-1');
    await expect.poll(() => polled.length).toBeGreaterThan(1);
    pump.shown.serial = '8002-51733';
    await expect.poll(() => kinds()).toContain('another-pump-answers');
    await expect.poll(() => polled.at(-1)).toMatchObject({ kind: 'reading', serial: '8002-51733' });
    expect(polled.find((one) => one.kind === 'silence')).toMatchObject({ serial: '8002-51740' });
  });

  it('is never misread, whatever byte of whatever answer is spoiled', async () => {
    poll('bed-1');
    await expect.poll(() => polled.length).toBeGreaterThan(0);
    let seed = 7;
    pump.script = (_, usual) => {
      seed = (seed * 1_103_515_245 + 12_345) & 0x7fffffff;
      const at = seed % usual.length;
      const spoiled = usual.slice(0, at) + String.fromCharCode(seed % 256) + usual.slice(at + 1);
      return { text: seed % 3 === 0 ? usual : spoiled };
    };
    await expect.poll(() => polled.length, { timeout: 20_000 }).toBeGreaterThan(60);
    for (const one of polled)
      if (one.kind === 'reading') expect(one.status).toMatchObject({ volumeInfusedMl: 0, logEntryId: 100 });
  });
});

describe('one pump on two lines', () => {
  it('is read on the first and refused on the second', async () => {
    const first = poll('bed-1');
    await expect.poll(() => polled.length).toBeGreaterThan(0);
    const second = poll('bed-2');
    await expect.poll(() => second.state.state).toBe('refused');
    expect(twice).toEqual(['8002-51740']);
    expect(first.state).toMatchObject({ state: 'polled', detail: 'answers' });
    expect(polled.every(({ line }) => line === 'bed-1')).toBe(true);
  });
});
