import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AlarmRaised, NotificationSent, PumpAlarmRaised, isEvent, type StreamEvent } from '@bcmed/events';
import { readPortFile, removePortFile } from '@bcmed/service-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { People } from './people.js';
import { Listening, Receiver } from './receivers.js';
import { Site } from './site.js';
import { occlusion } from './story.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const NURSE = 'person-7f3a';
const WITHIN = { timeout: 60_000, interval: 50 };

let site: Site;
let people: People;
let receiver: Receiver;
let child: ChildProcess | undefined;
let output = '';

function environment(): Record<string, string> {
  const secret = join(site.folder, 'secret');
  if (!existsSync(secret)) writeFileSync(secret, 'a-secret-of-more-than-24-bytes', { mode: 0o600 });
  return {
    ...site.environment('alarms'),
    LOG_LEVEL: 'warn',
    ALARMS_WEBHOOK_URL: receiver.url,
    ALARMS_WEBHOOK_SECRET_FILE: secret,
    ALARMS_SILENCE_S: '600',
  };
}

function run(more: Record<string, string> = {}): ChildProcess {
  if (!existsSync(MAIN)) throw new Error('the service is not built: npx tsc -b services/alarms');
  output = '';
  const env = { PATH: process.env['PATH'], ...environment(), ...more };
  const started = spawn(process.execPath, [MAIN], { env });
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (text: Buffer) => void (output += text.toString()));
  return started;
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  if (!child || child.exitCode !== null) return child?.exitCode ?? null;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
  return child.exitCode;
}

async function start(): Promise<string> {
  const { BCMED_STATE_DIR: state = '' } = environment();
  await removePortFile(state);
  child = run();
  return vi.waitFor(async () => {
    const port = await readPortFile(state);
    const response = await fetch(`http://127.0.0.1:${port ?? 0}/health/ready`);
    expect(response.status, output).toBe(200);
    return `http://127.0.0.1:${port ?? 0}`;
  }, WITHIN);
}

async function raised(): Promise<StreamEvent[]> {
  return (await site.said()).filter((event) => isEvent(event, AlarmRaised));
}

beforeAll(async () => {
  [site, receiver] = await Promise.all([Site.begin(), Receiver.begin()]);
  people = await People.begin(site);
  await people.enrol(NURSE, 'nurse');
});

afterAll(async () => {
  await stop('SIGKILL');
  await Promise.all([site.end(), receiver.end()]);
});

describe('the alarm service as a process', () => {
  it('that is killed again and again loses no alarm, raises none twice, and tells every one', async () => {
    await start();
    await site.enrol(environment()['BCMED_STATE_DIR'] ?? '');
    const causes: string[] = [];
    for (let life = 0; life < 8; life++) {
      const told = receiver.got.length;
      for (let alarm = 0; alarm < 6; alarm++)
        causes.push((await site.tell(PumpAlarmRaised, `8002-${life}-${alarm}`, occlusion)).id);
      // Sometimes at once, sometimes in the middle of telling.
      if (life % 2 === 1)
        await vi.waitFor(() => expect(receiver.got.length).toBeGreaterThan(told + (life % 4)), WITHIN);
      await stop('SIGKILL');
      await start();
    }
    await vi.waitFor(async () => expect(await raised()).toHaveLength(causes.length), WITHIN);
    const found = await raised();
    expect(new Set(found.map(({ causationid }) => causationid))).toEqual(new Set(causes));
    const said = await site.said();
    expect(new Set(said.map(({ id }) => id)).size).toBe(said.length);
    await vi.waitFor(() => {
      const keys = receiver.got.map(({ headers }) => String(headers['webhook-id']));
      expect(new Set(keys).size).toBe(causes.length);
    }, WITHIN);
    const sent = said.filter((event) => isEvent(event, NotificationSent));
    expect(sent).toHaveLength(causes.length);
    const twice = receiver.got.length - causes.length;
    console.log(`8 kills, ${causes.length} alarms: ${twice} notifications came twice, under the same key`);
  });

  it('tells a high alarm well within a second', async () => {
    const address = `http://127.0.0.1:${(await readPortFile(join(site.folder, 'alarms'))) ?? 0}`;
    const listening = await Listening.begin(`${address}/alarms/stream`, { pass: people.pass(NURSE) });
    const took: { readonly hook: number; readonly stream: number }[] = [];
    for (let alarm = 0; alarm < 50; alarm++) {
      const pump = `8002-9-${alarm}`;
      const began = performance.now();
      const at = { hook: 0, stream: 0 };
      const before = receiver.got.length;
      const heard = listening.named('notification').length;
      await site.tell(PumpAlarmRaised, pump, occlusion);
      await vi.waitFor(
        () => {
          if (receiver.got.length > before) at.hook ||= performance.now() - began;
          if (listening.named('notification').length > heard) at.stream ||= performance.now() - began;
          expect(Math.min(at.hook, at.stream)).toBeGreaterThan(0);
        },
        { interval: 1 },
      );
      took.push(at);
    }
    await listening.end();
    const at = (values: number[], share: number): number =>
      Math.round(values.sort((a, b) => a - b)[Math.ceil(share * values.length) - 1] ?? 0);
    const figures = (['hook', 'stream'] as const).map((way) => {
      const values = took.map((one) => one[way]);
      return `${way} p50 ${at(values, 0.5)} ms, p99 ${at(values, 0.99)} ms`;
    });
    console.log(`from the pump's event to the receiver: ${figures.join('; ')}`);
    const slowest = Math.max(...took.map(({ hook }) => hook));
    expect(slowest).toBeLessThan(1_000);
  });

  it('ends in order when it is told to, also while somebody listens', async () => {
    const address = `http://127.0.0.1:${(await readPortFile(join(site.folder, 'alarms'))) ?? 0}`;
    const listening = await Listening.begin(`${address}/alarms/stream`, { pass: people.pass(NURSE) });
    expect(await stop('SIGTERM'), output).toBe(0);
    await listening.ended();
  });

  it('does not begin with a configuration that cannot work', async () => {
    const wrong = run({ ALARMS_SILENCE_S: 'long' });
    const [code] = (await once(wrong, 'exit')) as [number];
    expect(code).toBe(78);
    expect(output).toContain('ALARMS_SILENCE_S');
  });
});
