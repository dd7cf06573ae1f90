import { cpSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../src/index.js';
import { SILENT, bcmed, temporaryFolder } from './harness.js';

interface Report {
  readonly verified: boolean;
  readonly differences: readonly {
    readonly where: string;
    readonly kind: string;
    readonly position?: number;
    readonly block?: number;
    readonly detail: string;
  }[];
}

/** A site at rest: a few seconds of a ward, everything stopped, and the same log as an export. */
let site: string;
let exported: string;

beforeAll(async () => {
  site = temporaryFolder();
  const stack = await Stack.open({
    dataDir: site,
    siteName: 'tamper',
    progress: SILENT,
  });
  await stack.startLedger();
  await stack.startAdapter(await stack.startIcu({ ward: { pumps: 3 }, seed: 3, session: 'ward-life' }), {
    POLL_INTERVAL_MS: '100',
  });
  while ((await stack.blocks.lastPosition()) < 20n) await pause(50);
  await stack.stop();
  exported = join(temporaryFolder(), 'export');
  const { code, stderr } = await bcmed('export', exported, '--data', site);
  expect(code, stderr).toBe(0);
});

async function verified(...args: string[]): Promise<Report> {
  const { stdout, stderr } = await bcmed('verify', '--json', ...args);
  expect(stdout, stderr).not.toBe('');
  return JSON.parse(stdout) as Report;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** Flips the lowest bit of one byte, `offset` bytes behind the first place after the middle of the file where `text` stands. */
function flipBit(path: string, text: string, offset: number): void {
  const bytes = readFileSync(path);
  const at = bytes.indexOf(text, Math.floor(bytes.length / 2)) + offset;
  expect(at, `${text} in ${path}`).toBeGreaterThan(offset);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(path, bytes);
}

const storeOf = (folder: string, stream: string): string => {
  const found = filesBelow(join(folder, 'nats')).find(
    (path) => path.includes(`/${stream}/msgs/`) && path.endsWith('.blk'),
  );
  if (found === undefined) throw new Error(`no store of ${stream}`);
  return found;
};

describe('a site whose record was changed by one bit while it was at rest', () => {
  it('verifies as long as nobody touches it, as a stream and as an export', async () => {
    expect(await verified('--data', site)).toMatchObject({ verified: true, differences: [] });
    expect(await verified('--export', exported)).toMatchObject({ verified: true, differences: [] });
  });

  it.each([
    ['the body of an event', 'EVENTS', '"logEntryId":', 13],
    ['the seal of an event', 'EVENTS', 'Bcmed-Seal', 40],
    ['the subject of an event', 'EVENTS', 'bcmed.tamper.pump.', 19],
    ['the confirmation of a block', 'BLOCKS', '"rootHash":"0x', 20],
  ])('%s in the store of the stream: found and named', async (_, stream, text, offset) => {
    const changed = join(temporaryFolder(), 'site');
    cpSync(site, changed, { recursive: true });
    flipBit(storeOf(changed, stream), text, offset);
    const { differences, verified: agrees } = await verified('--data', changed);
    expect(agrees).toBe(false);
    expect(differences[0]).toMatchObject({ detail: expect.stringMatching(/\w+ \w+/) as string });
    expect(differences[0]?.position ?? differences[0]?.block).toBeGreaterThan(0);
  });

  it('any file of an export: found and named', async () => {
    for (const path of filesBelow(exported).filter(
      (file) => !file.endsWith('.md') && statSync(file).size > 0,
    )) {
      const changed = join(temporaryFolder(), 'export');
      cpSync(exported, changed, { recursive: true });
      const file = path.replace(exported, changed);
      const bytes = readFileSync(file);
      const at = Math.floor(bytes.length / 2);
      bytes[at] = bytes[at]! ^ 1;
      writeFileSync(file, bytes);
      const { code, stdout, stderr } = await bcmed('verify', '--json', '--export', changed);
      expect(code, `${path}: ${stdout}${stderr}`).toBe(1);
      expect(`${stdout}${stderr}`).toMatch(/"where":|BCM-VERIFY-/);
    }
  });

  it('an event that was cut out of the chain’s future: a chain that holds more than the log is told', async () => {
    const changed = join(temporaryFolder(), 'site');
    cpSync(site, changed, { recursive: true });
    // The newest block of the log is forgotten, as if somebody had restored an older copy of the stream BLOCKS.
    const store = storeOf(changed, 'BLOCKS');
    const bytes = readFileSync(store);
    writeFileSync(store, bytes.subarray(0, bytes.lastIndexOf('bcmed-block.tamper.') - 22));
    const { differences } = await verified('--data', changed);
    expect(differences.map(({ kind }) => kind)).toContain('chain-ahead');
  });
});
