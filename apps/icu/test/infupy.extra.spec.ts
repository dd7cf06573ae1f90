import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readOptions } from '../src/cli.js';
import { Icu } from '../src/icu.js';

const PYTHON = process.env['BCMED_PYTHON'] ?? '/usr/bin/python3';
const INFUPY = process.env['BCMED_INFUPY_PATH'] ?? '';
const SERIAL = '8002-51740';
/** So that the watchdog's 15 s take 5, while infupy renews its remote control once a second. */
const SPEED = 3;

function whyNot(): string | null {
  if (INFUPY === '') return 'set BCMED_INFUPY_PATH to a checkout of github.com/jaj42/infupy';
  if (!existsSync(join(INFUPY, 'infupy/backends/alaris.py'))) return `no infupy in ${INFUPY}`;
  const probe = spawnSync(PYTHON, ['-c', 'import serial, crcmod']);
  return probe.status === 0
    ? null
    : `${PYTHON} lacks serial or crcmod (Debian: python3-serial python3-crcmod)`;
}

const missing = whyNot();
const title = 'infupy, a driver that nobody here wrote, at the emulated pump';

describe.skipIf(missing !== null)(missing === null ? title : `${title} [SKIPPED: ${missing}]`, () => {
  let folder: string;
  let icu: Icu;
  let infupy: ChildProcess;
  let heard: { step: string; value: string }[];
  let complaints: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'bcmed-infupy-'));
    const argv = ['node', 'icu', '--pumps', '1', '--pty-dir', folder, '--speed', String(SPEED)];
    icu = await Icu.open(readOptions(argv), () => undefined);
    const line = icu.ward.truth(SERIAL)!.line;
    if (line.kind !== 'pty') throw new Error('not a pseudo-terminal');
    infupy = spawn(PYTHON, [join(import.meta.dirname, 'infupy_session.py'), line.path], {
      env: { ...process.env, PYTHONPATH: INFUPY },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    heard = [];
    complaints = '';
    infupy.stderr!.on('data', (bytes: Buffer) => (complaints += bytes.toString()));
    createInterface({ input: infupy.stdout! }).on('line', (text) => {
      heard.push(JSON.parse(text) as { step: string; value: string });
    });
  });
  afterEach(async () => {
    infupy.kill('SIGKILL');
    await icu.close();
    rmSync(folder, { recursive: true });
  });

  const state = () => icu.ward.truth(SERIAL)!.state;
  const said = (step: string) => heard.filter((line) => line.step === step).map(({ value }) => value);
  const eventually = async (what: () => boolean): Promise<void> => {
    await expect
      .poll(() => what() || (infupy.exitCode !== null && complaints), { timeout: 40_000 })
      .toBe(true);
  };

  it('finds the key, sets the rate, starts, keeps the pump going, and its end stops the pump', async () => {
    await eventually(() => said('read-volume').length > 0);
    expect(said('security-code')).toEqual(['3CC1']);
    expect(said('set-rate')).toEqual(['3.50 ml/h']);
    expect(said('read-rate')).toEqual(['3.50 ml/h']);
    expect(state()).toMatchObject({ running: true, startedBy: 'serial', setRateMlPerHour: 3.5 });

    const startedAtMs = icu.ward.log(SERIAL).findLast(({ event }) => event.type === 'infusion-started')!.atMs;
    await eventually(() => state().elapsedMs - startedAtMs > 20_000 || !state().running);
    expect(state()).toMatchObject({ running: true, alarms: [] });
    expect(said('read-volume').map(parseFloat).at(-1)).toBeGreaterThan(0.015);

    infupy.kill('SIGKILL');
    await once(infupy, 'exit');
    await expect.poll(() => state().alarms, { timeout: 20_000 }).toEqual(['AL_COMTO']);
    expect(state().running).toBe(false);
  });
});
