import { asena } from '@bcmed/pump-protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ScriptedPump, type Reply, type Script } from '../../test/scripted-pump.js';
import { Line } from './line.js';

/** Long enough that an answer of the scripted pump is never late by itself, and the tests below count tries exactly. */
const TIMEOUT_MS = 500;
let pump: ScriptedPump;
let line: Line;

beforeEach(async () => {
  pump = await ScriptedPump.open();
  const address = { transport: 'tcp', host: '127.0.0.1', port: pump.port, name: 'bed' } as const;
  line = new Line(address, { responseTimeoutMs: TIMEOUT_MS, lateAnswerMs: 60_000, reopenPausesMs: [10, 20] });
  line.start();
  await line.whenOpen(20_000);
});

afterEach(async () => {
  line.stop();
  await pump.unplug();
});

const status = () => line.ask(asena.requests.status());
const ANSWERED = { outcome: 'answered', reading: { kind: 'status', serial: '8002-51740' } };

/** Spoils the first answers as the list says, one after another; then the pump is itself again. */
function spoil(...replies: ((usual: string) => Reply)[]): Script {
  return (_, usual) => (replies.shift() ?? (() => ({ text: usual })))(usual);
}
const silence = (): Reply => undefined;
const flip = (text: string): string => text.replace('^0.00^', '^9.00^');

describe('a question on a line', () => {
  it('is answered', async () => {
    expect(await status()).toMatchObject(ANSWERED);
    expect(line.figures).toMatchObject({ requests: 1, retries: 0, discarded: 0 });
  });

  it.each<[string, (usual: string) => Reply]>([
    ['silence', silence],
    ['a wrong CRC', (usual) => ({ text: flip(usual) })],
    ['half a frame', (usual) => ({ text: usual.slice(0, 30) })],
    ['half a frame that the pump takes back with ESC', (usual) => ({ text: `${usual.slice(0, 30)}\x1b` })],
    ['a frame without its beginning', (usual) => ({ text: usual.slice(20) })],
    ['the answer to another question', () => ({ text: '!INST_SERIALNO^8002-51740|050B\r' })],
    ['an endless frame', () => ({ text: `!${'X'.repeat(5_000)}` })],
    ['numbers that are none', () => ({ text: `${asena.frameText({ command: 'INF', fields: ['x'] })}\r` })],
  ])('that meets %s is asked once more', async (_, reply) => {
    pump.script = spoil(reply);
    expect(await status()).toMatchObject(ANSWERED);
    expect(line.figures.retries).toBe(1);
    expect(await status()).toMatchObject(ANSWERED);
  });

  it.each<[string, (usual: string) => Reply]>([
    ['garbage before it', (usual) => ({ text: `\x00\xff~~!!^|${usual}` })],
    ['garbage behind it', (usual) => ({ text: `${usual}\x00\xffgarbage` })],
    ['another frame before it', (usual) => ({ text: `!INST_SERIALNO^8002-51740|050B\r${usual}` })],
  ])('with %s is answered at once', async (_, reply) => {
    pump.script = spoil(reply);
    expect(await status()).toMatchObject(ANSWERED);
    expect(line.figures.retries).toBe(0);
  });

  it('to a pump that says nothing ends after two time-outs', async () => {
    pump.script = silence;
    const began = performance.now();
    expect(await status()).toEqual({ outcome: 'no-answer' });
    expect(performance.now() - began).toBeGreaterThanOrEqual(2 * TIMEOUT_MS - 2);
    expect(pump.requests).toEqual(['INF', 'INF']);
  });

  it('cut into single bytes is answered', async () => {
    pump.script = (_, usual) => {
      for (const byte of usual) pump.say(byte);
      return undefined;
    };
    expect(await status()).toMatchObject(ANSWERED);
  });
});

describe('a late answer', () => {
  it('is never taken for the answer to the next question of the same word', async () => {
    pump.shown.volume = 1;
    let late = '';
    const keep = (usual: string): Reply => void (late += usual);
    // Both answers come when the next question has begun, as late as a pump that answers in order can be.
    pump.script = spoil(keep, keep, (usual) => ({ text: late + usual }));
    expect(await status()).toEqual({ outcome: 'no-answer' });
    pump.shown.volume = 2;
    expect(await status()).toMatchObject({ reading: { volumeInfusedMl: 2 } });
    expect(pump.requests).toEqual(['INF', 'INF', 'COMMS_RESPONSE_MAX', 'INF']); // the fence, behind which nothing old can come
  });

  it('to the first of two tries leaves the second one owed, and the line fenced', async () => {
    let late = '';
    pump.script = spoil(
      (usual) => void (late = usual),
      () => ({ text: late }),
    );
    expect(await status()).toMatchObject(ANSWERED);
    expect(await status()).toMatchObject(ANSWERED);
    expect(pump.requests).toEqual(['INF', 'INF', 'COMMS_RESPONSE_MAX', 'INF']);
  });

  it('that comes while nothing is asked is dropped before the next question', async () => {
    pump.say('!INF_RATE^99.00^ml/h|0000\r!ALARM^AL_OCCLU^OCCLUSION^|');
    await expect.poll(() => line.figures.discarded).toBeGreaterThan(0);
    expect(await line.ask(asena.requests.alarm())).toMatchObject({
      reading: { alarm: { code: 'AL_NOALM' } },
    });
  });
});

describe('a port', () => {
  it('that vanishes while a question is open ends the question at once, and is opened again when it is back', async () => {
    pump.script = silence;
    const asked = status();
    await expect.poll(() => pump.requests.length).toBe(1);
    await pump.unplug();
    expect(await asked).toMatchObject({ outcome: 'line-closed' });
    expect(await status()).toMatchObject({ outcome: 'line-closed' });
    pump.script = spoil();
    await pump.plug();
    await line.whenOpen(20_000);
    expect(await status()).toMatchObject(ANSWERED);
    expect(line.figures.opened).toBe(2);
  });

  it('that never opens tells why', async () => {
    const nowhere = new Line({ transport: 'serial', path: '/dev/no-such-port', name: '/dev/no-such-port' });
    nowhere.start();
    await expect.poll(() => nowhere.closedWhy).toMatch(/no-such-port cannot be opened/);
    nowhere.stop();
  });
});
