import { fork, spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { asena } from '@bcmed/pump-protocols';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { drive } from './drivers.js';

const MAIN = join(import.meta.dirname, '../dist/main.js');
let folder: string;
let children: ChildProcess[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-icu-'));
  children = [];
});
afterEach(() => {
  for (const child of children) child.kill('SIGKILL');
  rmSync(folder, { recursive: true });
});

/** Collects facts until the mock ICU is ready, or ends without being so. */
async function facts(child: ChildProcess): Promise<Record<string, unknown>[]> {
  children.push(child);
  const lines: Record<string, unknown>[] = [];
  for await (const text of createInterface({ input: child.stdout! })) {
    lines.push(JSON.parse(text) as Record<string, unknown>);
    if (lines.at(-1)?.['fact'] === 'ready') break;
  }
  return lines;
}

const arguments_ = (): string[] => [
  '--pumps',
  '2',
  '--pty-dir',
  folder,
  '--control-port-file',
  join(folder, 'port'),
];

describe('the mock ICU as a process', () => {
  it('can be driven by another process, and SIGTERM leaves nothing behind', async () => {
    const child = spawn(process.execPath, [MAIN, ...arguments_()], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [first] = await facts(child);
    const driver = await drive(first?.['line'] as { kind: 'pty'; path: string });
    expect(await driver.ask(asena.requests.serialNumber())).toEqual({
      command: 'INST_SERIALNO',
      fields: ['8002-51740'],
    });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    await driver.broken();
    expect(readdirSync(folder)).toEqual([]);
  });

  it('lives with four beds and their patients', async () => {
    const argv = ['--beds', '4', '--pty-dir', folder, '--seed', '2'];
    const child = spawn(process.execPath, [MAIN, ...argv], { stdio: ['ignore', 'pipe', 'inherit'] });
    const said = await facts(child);
    expect(said.filter(({ fact }) => fact === 'pump-ready')).toHaveLength(16);
    expect(said.at(-1)).toMatchObject({ fact: 'ready', unit: 'icu-1', beds: 4 });
    child.kill('SIGTERM');
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('goes when its parent goes', async () => {
    const child = fork(MAIN, arguments_(), { silent: true, execArgv: [] });
    await facts(child);
    expect(child.connected).toBe(true);
    child.disconnect();
    expect(await once(child, 'exit')).toEqual([0, null]);
    expect(existsSync(join(folder, 'port'))).toBe(false);
  });

  it.each([
    [['--pumps', '2'], 'BCM-ICU-BAD-OPTION: give either --pty-dir DIR or --tcp PORT'],
    [['--tcp', '0', '--pumps', 'many'], 'A whole number from 1 to 256 is needed.'],
    [
      ['--tcp', '0', '--session', 'x'],
      'BCM-ICU-BAD-OPTION: --session takes one of: multi-infusion-demo, ward-life',
    ],
    [['--tcp', '0', '--ward', '/nowhere.yaml'], 'BCM-ICU-PLAN-FILE: /nowhere.yaml cannot be read'],
    [
      ['--pty-dir', '/dev/null/x'],
      'BCM-ICU-LINE-UNAVAILABLE: cannot make the link /dev/null/x/asena-8002-51740',
    ],
  ])('%j ends at once with a message that names what to change', async (argv, message) => {
    const child = spawn(process.execPath, [MAIN, ...argv], { stdio: ['ignore', 'pipe', 'pipe'] });
    children.push(child);
    let said = '';
    child.stderr.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const [code] = (await once(child, 'close')) as [number];
    expect(code).toBe(1);
    expect(said).toContain(message);
  });
});
