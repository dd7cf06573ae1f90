import { cpSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import { Stack } from '../src/index.js';
import { SILENT, bcmed, temporaryFolder } from './harness.js';
import { changeOneRecord, storeOf } from './nats-store.js';

interface Report {
  readonly verified: boolean;
  readonly differences: readonly {
    readonly where: string;
    readonly kind: string;
    readonly position?: number;
    readonly block?: number;
    readonly type?: string;
    readonly eventId?: string;
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
  try {
    await stack.startLedger();
    await stack.startAdapter(await stack.startIcu({ ward: { pumps: 3 }, seed: 3, session: 'ward-life' }), {
      POLL_INTERVAL_MS: '100',
    });
    const twentyBlocks = async (): Promise<void> =>
      expect(await stack.blocks.lastPosition()).toBeGreaterThanOrEqual(20n);
    await vi.waitFor(twentyBlocks, { timeout: 120_000 });
  } finally {
    await stack.stop();
  }
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

/** Flips the lowest bit of one byte of a file. */
function flipBit(path: string, at: number): void {
  const bytes = readFileSync(path);
  bytes[at] = bytes[at]! ^ 1;
  writeFileSync(path, bytes);
}

function copyOf(folder: string): string {
  const copy = join(temporaryFolder(), 'copy');
  cpSync(folder, copy, { recursive: true });
  return copy;
}

/** The entry of a bundle at that byte. C2SP tlog-tiles: entries one after the other, each behind its length in 16 bits; the first is position 1. */
function entryAt(bundle: Buffer, at: number): { readonly position: number; readonly text: string } {
  let position = 0;
  let [from, to] = [0, 0];
  while (to <= at) {
    from = to + 2;
    to = from + bundle.readUInt16BE(to);
    position += 1;
  }
  return { position, text: bundle.toString('utf8', from, to) };
}

/** A byte that says what it concerns: none of a line feed, of a length, or of the chain's facts, which are compared as a whole. */
function byteToChange(file: string, bytes: Buffer): number {
  const middle = Math.floor(bytes.length / 2);
  if (file === 'site.json') return 0;
  return file.startsWith('tile/0/') || file === 'checkpoint' ? middle : bytes.indexOf('data', middle);
}

/** What a changed byte of an export concerns, as far as its file has places. */
function placeOf(
  file: string,
  bytes: Buffer,
  at: number,
): Partial<Report['differences'][number]> | undefined {
  if (file === 'blocks.ndjson') return { block: bytes.toString('latin1', 0, at).split('\n').length };
  if (file.startsWith('tile/entries/')) return { position: entryAt(bytes, at).position };
  return file.startsWith('tile/0/') ? { position: Math.floor(at / 32) + 1 } : undefined;
}

describe('a site whose record was changed by one bit while it was at rest', () => {
  it('verifies as long as nobody touches it, as a stream and as an export', async () => {
    expect(await verified('--data', site)).toMatchObject({ verified: true, differences: [] });
    expect(await verified('--export', exported)).toMatchObject({ verified: true, differences: [] });
  });

  const inEvents: readonly (readonly [string, string, number, RegExp])[] = [
    ['the body of an event', '"logEntryId":', 14, /^bad-signature$/],
    ['the body of an event, which then is no JSON any more', '"data":{', 7, /^bad-signature$/],
    // Which characters a seal has is chance, so the changed one may also be none that a seal can have.
    ['the seal of an event', '..', 20, /^(bad-signature|malformed-seal)$/],
    ['the subject of an event', 'bcmed.tamper.pump.', 19, /^wrong-subject$/],
  ];

  it.each(inEvents)('%s, in the store of the stream: its very position is named', async (_, text, offset) => {
    const changed = copyOf(site);
    const store = storeOf(changed, 'EVENTS');
    const { position } = changeOneRecord(store, 'EVENTS', { text, offset, mendsChecksum: false });
    // nats-server notices that the record is damaged and gives out nothing, so nobody can say which event stood there.
    const { differences, verified: agrees } = await verified('--data', changed);
    expect(differences).toMatchObject([{ where: 'stream', kind: 'position-missing', position }]);
    expect(agrees).toBe(false);
  });

  it.each(inEvents)(
    '%s, by a hand that also mends the checksum of the store: its very position and id are named',
    async (_, text, offset, kind) => {
      const changed = copyOf(site);
      const store = storeOf(changed, 'EVENTS');
      const { position, id, type } = changeOneRecord(store, 'EVENTS', { text, offset, mendsChecksum: true });
      const { differences, verified: agrees } = await verified('--data', changed);
      expect(differences).toMatchObject([{ where: 'stream', position, eventId: id, type }]);
      expect(differences[0]?.kind).toMatch(kind);
      expect(agrees).toBe(false);
    },
  );

  it.each([
    ['', false, /^block-missing$/],
    // Which digits a hash has is chance, so the changed one may also be none that a hash can have.
    [', by a hand that also mends the checksum of the store', true, /^(wrong-hash|unreadable-block)$/],
  ])('the confirmation of a block%s: the very block is named', async (_, mendsChecksum, kind) => {
    const changed = copyOf(site);
    const change = { text: '"rootHash":"0x', offset: 20, mendsChecksum };
    // The stream BLOCKS holds nothing else, so the position of a confirmation is the number of its block.
    const { position: block } = changeOneRecord(storeOf(changed, 'BLOCKS'), 'BLOCKS', change);
    const { differences, verified: agrees } = await verified('--data', changed);
    expect(differences).toMatchObject([{ where: 'blocks', block }]);
    expect(differences[0]?.kind).toMatch(kind);
    expect(agrees).toBe(false);
  });

  it('an event in an exported folder: its very position and id are named', async () => {
    const changed = copyOf(exported);
    const [bundle] = filesBelow(changed).filter((path) => path.includes('/tile/entries/'));
    if (bundle === undefined) throw new Error('the export holds no entries');
    const bytes = readFileSync(bundle);
    const at = bytes.indexOf('"logEntryId":', Math.floor(bytes.length / 2)) + 14;
    const { position, text } = entryAt(bytes, at);
    flipBit(bundle, at);
    const { differences, verified: agrees } = await verified('--export', changed);
    const eventId = /"id":"([^"]+)"/.exec(text)?.[1];
    expect(differences).toMatchObject([{ where: 'export', kind: 'bad-signature', position, eventId }]);
    expect(agrees).toBe(false);
  });

  it('any file of an export: the place that it concerns is named, or the file itself', async () => {
    const files = filesBelow(exported).map((path) => path.slice(exported.length + 1));
    expect(files).toEqual(expect.arrayContaining(['blocks.ndjson', 'checkpoint', 'site.json']));
    for (const file of files.filter((path) => path !== 'README.md')) {
      const changed = copyOf(exported);
      const bytes = readFileSync(join(changed, file));
      const at = byteToChange(file, bytes);
      flipBit(join(changed, file), at);
      const { code, stdout, stderr } = await bcmed('verify', '--json', '--export', changed);
      expect(code, `${file}: ${stdout}${stderr}`).toBe(1);
      const place = placeOf(file, bytes, at);
      if (place === undefined) expect(`${stdout}${stderr}`).toContain(file);
      else expect((JSON.parse(stdout) as Report).differences, file).toMatchObject([place]);
    }
  });

  it('an event that was cut out of the chain’s future: a chain that holds more than the log is told', async () => {
    const changed = copyOf(site);
    // The newest block of the log is forgotten, as if somebody had restored an older copy of the stream BLOCKS.
    const store = storeOf(changed, 'BLOCKS');
    const bytes = readFileSync(store);
    writeFileSync(store, bytes.subarray(0, bytes.lastIndexOf('bcmed-block.tamper.') - 22));
    const { differences } = await verified('--data', changed);
    expect(differences.map(({ kind }) => kind)).toContain('chain-ahead');
  });
});
