import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFixture } from '@bcmed/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySources, writeExport } from './index.js';

/** Runs what the README of an export tells people to do, with programs that nobody here wrote. */
const SHELL_TOOLS = ['bash', 'openssl', 'xxd'];
const lacking = SHELL_TOOLS.filter((tool) => spawnSync(tool, ['--version']).error);
const noPython = spawnSync('python3', ['--version']).status !== 0;
if (lacking.length > 0) console.warn(`SKIPPED: verification by hand needs ${lacking.join(', ')}`);
if (noPython) console.warn('SKIPPED: verification by hand needs python3');

let folder: string;
let snippets: Record<'sh' | 'python', string>;
const log = new LogFixture();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bcmed-by-hand-'));
  log.appendRates(500);
  log.appendMessage({ subject: 'bcmed.s1.a.b.c', seal: 'x', body: Buffer.from('junk') });
  log.cutBlock();
  const { site, rootKeyId } = log;
  await writeExport(folder, { site, rootKeyId, ...memorySources(log), chain: undefined });
  const readme = await readFile(join(folder, 'README.md'), 'utf8');
  const snippet = (language: string): string =>
    new RegExp(`\`\`\`${language}\n([^]*?)\n\`\`\``).exec(readme)?.[1] ?? '';
  snippets = { sh: snippet('sh'), python: snippet('python') };
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function openssl(position: number, keyFrom: number): string {
  const env = { ...process.env, P: String(position), K: String(keyFrom) };
  const { stdout, stderr } = spawnSync('bash', ['-c', snippets.sh], { cwd: folder, env, encoding: 'utf8' });
  return stdout + stderr;
}

describe('an export, checked by hand', () => {
  it.skipIf(lacking.length > 0)('has seals that openssl accepts', () => {
    expect(openssl(1, 1)).toBe(`key ${log.rootKeyId}\nVerified OK\n`);
    expect(openssl(3, 1)).toBe(`key ${log.rootKeyId}\nVerified OK\n`);
    expect(openssl(200, 3)).toBe(`key ${log.adapter.keyId}\nVerified OK\n`);
  });

  it.skipIf(lacking.length > 0)('has seals that openssl does not accept under another key', () => {
    expect(openssl(200, 2)).toMatch(/^key .*\nVerification failure\n/);
  });

  it.skipIf(noPython)('has the signed root, recomputed in Python', () => {
    const { stdout, stderr } = spawnSync('python3', ['-c', snippets.python], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^505 leaves [0-9a-f]{64} OK\n$/);
  });
});
