import {
  appendFile,
  cp,
  mkdtemp,
  readFile,
  readdir,
  rm,
  truncate,
  unlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LogFixture, fixtureSealer, flipBit, sealed } from '@bcmed/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { memorySources, verifyExport, verifyLog, writeExport, type VerifyInputs } from './index.js';

let root: string;
let original: string;
let inputs: VerifyInputs;

/** 280 positions in 28 blocks: a full tile and a partial one, with a refused event, a copy, a hole, and a tail. */
function ward(): LogFixture {
  const log = new LogFixture();
  log.appendRates(6);
  log.cutBlock();
  log.appendRates(4);
  log.appendMessage(sealed(fixtureSealer('stranger'), log.rateChange(0))); // position 15
  log.appendMessage({ subject: 'bcmed.s1.€.b.c', seal: 'ł', body: Buffer.from([0, 255, 10]) }); // position 16
  log.appendHole(); // position 17
  log.appendRejectionNotice(15);
  log.appendRejectionNotice(16);
  log.appendRates(1);
  log.cutBlock();
  log.appendBlocks(26, 10);
  log.appendRates(2);
  return log;
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'bcmed-export-'));
  original = join(root, 'original');
  const log = ward();
  const { site, rootKeyId, chainId, contract, rules } = log;
  inputs = {
    site,
    rootKeyId,
    ...memorySources({
      entries: log.entries,
      confirmations: log.confirmations,
      contracts: [{ chainId, contract, head: log.head(), rules }],
    }),
  };
  await writeExport(original, inputs);
});

afterAll(() => rm(root, { recursive: true, force: true }));

/** A copy of the export in which one file was changed. */
async function changed(name: string, file: string, how: (bytes: Buffer) => Uint8Array): Promise<string> {
  const folder = await mkdtemp(join(root, name));
  await cp(original, folder, { recursive: true });
  const path = join(folder, file);
  await writeFile(path, how(await readFile(path)));
  return folder;
}

const verified = (folder: string) => verifyExport(folder, { rootKeyId: inputs.rootKeyId });

describe('an exported log', () => {
  it('verifies as the live one did, without its tail, and says what the chain was', async () => {
    const live = await verifyLog(inputs);
    const report = await verified(original);
    expect(report).toMatchObject({
      verified: true,
      positions: 280n,
      blocks: live.blocks,
      rejected: live.rejected,
      unanchoredTail: 0n,
      chain: { source: 'recorded', anchoredBlock: 28n },
      differences: [],
    });
    expect(report.notices).toStrictEqual([
      expect.stringContaining('The chain was compared as it was recorded'),
    ]);
    expect(live.unanchoredTail).toBe(2n);
  });

  it('is laid out as C2SP tlog-tiles', async () => {
    expect(await readdir(join(original, 'tile'))).toStrictEqual(['0', '1', 'entries']);
    expect(await readdir(join(original, 'tile/0'))).toStrictEqual(['000', '001.p']);
    expect(await readdir(join(original, 'tile/0/001.p'))).toStrictEqual(['24']);
    expect(await readdir(join(original, 'tile/1'))).toStrictEqual(['000.p']);
    expect((await readdir(join(original, 'refused'))).sort()).toStrictEqual(['15', '16']);
  });

  it('says that its root key was not pinned', async () => {
    const { notices } = await verifyExport(original);
    expect(notices.at(-1)).toContain('was taken from the export itself');
  });

  it('is not verified under another root key', async () => {
    const rootKeyId = fixtureSealer('stranger').keyId;
    expect(await verifyExport(original, { rootKeyId })).toMatchObject({ verified: false });
  });

  it('is not written over anything, nor of a log that differs', async () => {
    await expect(writeExport(original, inputs)).rejects.toMatchObject({ code: 'BCM-VERIFY-EXPORT-TARGET' });
    const log = ward();
    const slot = log.entries[40];
    if (!slot || 'missing' in slot) throw new Error('no event');
    log.entries[40] = { ...slot, body: flipBit(slot.body, 900) };
    const { chain: _, ...differing } = { ...inputs, ...memorySources(log) };
    const folder = join(root, 'differs');
    await expect(writeExport(folder, differing)).rejects.toMatchObject({
      code: 'BCM-VERIFY-EXPORT-DIFFERS',
      message: expect.stringContaining('position 41') as string,
    });
    await expect(verified(folder)).rejects.toMatchObject({ code: 'BCM-VERIFY-EXPORT-UNREADABLE' });
    const evidence = join(root, 'evidence');
    await writeExport(evidence, differing, { evenIfItDiffers: true });
    expect(await verified(evidence)).toMatchObject({
      verified: false,
      differences: [{ where: 'export', kind: 'bad-signature', position: 41n }],
    });
  });
});

describe('an export in which a bit was flipped', () => {
  it.each([
    ['an entry', 'tile/entries/000', 8 * 2_900, { where: 'export', kind: 'bad-signature', position: 4n }],
    [
      'the length of an entry',
      'tile/entries/000',
      1,
      { where: 'export', kind: 'entry-differs', position: 1n },
    ],
    ['a hash of a tile', 'tile/0/000', 8 * 32 * 9, { kind: 'tile-differs', position: 10n }],
    ['a hash of a tile above', 'tile/1/000.p/1', 5, { kind: 'tile-differs', position: 1n }],
    ['a refused body', 'refused/16', -1, { kind: 'refused-entry-differs', position: 16n }],
    ['a refused subject', 'refused/15', 8 * 20, { kind: 'refused-entry-differs', position: 15n }],
    ['a refused seal', 'refused/15', 8 * 200, { kind: 'refused-entry-differs', position: 15n }],
    ['the header of a refused entry', 'refused/16', 1, { kind: 'position-missing', position: 16n }],
    ['a confirmation', 'blocks.ndjson', 8 * 900, { where: 'export', block: 1n }],
    ['the checkpoint', 'checkpoint', 8 * 30, { kind: 'file-unreadable' }],
  ])('names it: %s', async (name, file, bit, difference) => {
    const folder = await changed(name.replaceAll(' ', '-'), file, (bytes) =>
      flipBit(bytes, bit < 0 ? 8 * bytes.length + bit : bit),
    );
    const { differences, verified: good } = await verified(folder);
    expect(good).toBe(false);
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject(difference);
  });

  it('is never verified, whichever bit of bundles, tiles, refused entries or blocks it is (property)', async () => {
    const files = [
      'tile/entries/000',
      'tile/entries/001.p/24',
      'tile/0/000',
      'tile/0/001.p/24',
      'refused/15',
      'blocks.ndjson',
    ];
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), fc.nat(), async (file, seed) => {
        let size = 0;
        const folder = await changed('any', file, (bytes) =>
          flipBit(bytes, seed % (size = 8 * bytes.length)),
        );
        const { differences, verified: good } = await verified(folder);
        await rm(folder, { recursive: true });
        expect({ good, some: differences.length > 0 }, `${file}, ${size} bits`).toStrictEqual({
          good: false,
          some: true,
        });
        expect(new Set(differences.map(({ position }) => position)).size).toBeLessThanOrEqual(2);
      }),
      { numRuns: 30 },
    );
  }, 120_000);

  it('names only the entry whose length was changed, not the ones behind it', async () => {
    const folder = await changed('length', 'tile/entries/001.p/24', (bytes) => {
      const second = 2 + bytes.readUInt16BE(0);
      return flipBit(bytes, 8 * (second + 1));
    });
    const { differences } = await verified(folder);
    expect(differences.map(({ position, kind }) => ({ position, kind }))).toStrictEqual([
      { position: 258n, kind: 'entry-differs' },
    ]);
  });

  it('names the files that are missing or cut off', async () => {
    const folder = await changed('cut', 'tile/0/000', (bytes) => bytes.subarray(0, 100));
    await unlink(join(folder, 'tile/1/000.p/1'));
    await unlink(join(folder, 'refused/16'));
    await truncate(join(folder, 'tile/entries/001.p/24'), 9_000);
    const { differences } = await verified(folder);
    const kinds = differences.map(({ kind, position }) => `${kind} ${String(position)}`);
    expect(kinds).toContain('tile-differs 1');
    expect(kinds).toContain('file-missing 1');
    expect(kinds).toContain('position-missing 16');
    expect(differences.at(-1)?.detail).toContain('up to position 280');
  });

  it('is told when it is no export at all, or one of another kind', async () => {
    await expect(verified(root)).rejects.toMatchObject({ code: 'BCM-VERIFY-EXPORT-UNREADABLE' });
    const folder = await changed('format', 'site.json', (bytes) =>
      Buffer.from(bytes.toString().replace('export-1', 'export-9')),
    );
    await expect(verified(folder)).rejects.toMatchObject({
      message: expect.stringContaining('format') as string,
    });
    const cut = await changed('json', 'site.json', (bytes) => bytes.subarray(9));
    await expect(verified(cut)).rejects.toMatchObject({ code: 'BCM-VERIFY-EXPORT-UNREADABLE' });
  });

  it('notices a block that was added or taken away', async () => {
    const folder = await changed('less', 'blocks.ndjson', (bytes) =>
      bytes.subarray(0, bytes.lastIndexOf(0x0a, -2) + 1),
    );
    expect((await verified(folder)).differences).toMatchObject([
      { where: 'chain', kind: 'chain-ahead', block: 28n },
    ]);
    await appendFile(join(folder, 'blocks.ndjson'), 'junk\n');
    expect((await verified(folder)).differences).toMatchObject([
      { where: 'export', kind: 'unreadable-block', block: 28n },
    ]);
  });
});
