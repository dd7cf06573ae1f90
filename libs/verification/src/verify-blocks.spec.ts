import type { StreamEntry } from '@bcmed/admission';
import { hex } from '@bcmed/chain';
import { LogFixture, fixtureSealer, flipBit } from '@bcmed/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  memorySources,
  readConfirmation,
  verifyLog,
  type AnchoredBlock,
  type ChainContract,
  type VerificationReport,
  type ChainSource,
} from './index.js';

const OLD = hex(`0x${'ab'.repeat(20)}`);
const NEW = hex(`0x${'cd'.repeat(20)}`);

/** Block 1 holds positions 1 to 4, blocks 2 to 6 five positions each, the third with a refused one. */
function ward(): LogFixture {
  const log = new LogFixture();
  log.cutBlock();
  log.appendBlocks(1);
  log.appendRates(4);
  log.appendMessage({ subject: 'bcmed.s1.a.b.c', seal: 'x', body: Buffer.from('junk') });
  log.cutBlock();
  log.appendBlocks(3);
  return log;
}

interface Asked {
  readonly contracts?: readonly ChainContract[];
  readonly contract?: string;
}

function verify(log: LogFixture, { contracts, ...pinned }: Asked = {}): Promise<VerificationReport> {
  const { site, rootKeyId, entries, confirmations } = log;
  const sources = memorySources({ entries, confirmations, contracts: contracts ?? [contractOf(log)] });
  return verifyLog({ site, rootKeyId, ...sources, ...pinned }, { settleMs: 0 });
}

function contractOf(log: LogFixture, head = log.head()): ChainContract {
  return { chainId: log.chainId, contract: log.contract, head, rules: log.rules };
}

function blockAt(log: LogFixture, number: number): StreamEntry {
  const entry = log.confirmations[number - 1];
  if (!entry) throw new Error(`no block ${number}`);
  return entry;
}

/** Rewrites a block's data and seals it again as the ledger: what a ledger that lies, not the network, could do. */
function rewrite(
  log: LogFixture,
  number: number,
  how: (data: AnchoredBlock) => Partial<AnchoredBlock>,
): void {
  const read = readConfirmation(blockAt(log, number));
  if (!read.ok) throw new Error(read.detail);
  const entry = log.confirmWith(log.ledger, String(number), { ...read.data, ...how(read.data) });
  log.confirmations.pop();
  log.confirmations[number - 1] = entry;
}

const swapped = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
const swappedHex = (text: string, at: number): string =>
  `${text.slice(0, at)}${text[at] === '1' ? '2' : '1'}${text.slice(at + 1)}`;

describe('a block that was changed after it was confirmed', () => {
  it.each<[string, string, bigint | undefined, (data: AnchoredBlock) => Partial<AnchoredBlock>]>([
    [
      'a leaf hash',
      'wrong-leaf',
      12n,
      ({ leafHashes }) => ({ leafHashes: leafHashes.with(2, swapped(leafHashes[2] ?? '', 9)) }),
    ],
    [
      'a leaf hash in another spelling',
      'wrong-leaf',
      12n,
      ({ leafHashes }) => ({ leafHashes: leafHashes.with(2, `${(leafHashes[2] ?? '').slice(0, 42)}B`) }),
    ],
    ['a leaf hash left out', 'wrong-leaf', 14n, ({ leafHashes }) => ({ leafHashes: leafHashes.slice(0, 4) })],
    [
      'a signature',
      'wrong-signatures',
      undefined,
      ({ signatures }) => ({
        signatures: signatures.map((one) => ({ ...one, signature: swappedHex(one.signature, 40) })),
      }),
    ],
    [
      'a field of its header',
      'wrong-hash',
      undefined,
      ({ header }) => ({ header: { ...header, timeMs: '1' } }),
    ],
    [
      'the range in its header',
      'wrong-hash',
      undefined,
      ({ header }) => ({ header: { ...header, lastSequence: '1500' } }),
    ],
    ['its site', 'wrong-site', undefined, ({ header }) => ({ header: { ...header, site: 's2' } })],
    ['its block hash', 'wrong-hash', undefined, ({ blockHash }) => ({ blockHash: swappedHex(blockHash, 9) })],
    [
      'a hash of its frontier',
      'wrong-frontier',
      undefined,
      ({ frontier }) => ({ frontier: frontier.with(0, swapped(frontier[0] ?? '', 5)) }),
    ],
    ['its list of refused positions', 'wrong-exception', undefined, () => ({ exceptions: [] })],
  ])('is named, and nothing else: %s', async (_, kind, position, how) => {
    const log = ward();
    rewrite(log, 3, how);
    const { differences, verified, consequences } = await verify(log);
    expect(verified).toBe(false);
    expect(consequences).toBe(0n);
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({ where: 'blocks', kind, block: 3n });
    expect(differences[0]?.position).toBe(position);
  });

  it('is found whichever bit of its message or seal it is, and no event is blamed (property)', async () => {
    const log = ward();
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 6 }),
        fc.nat(),
        fc.boolean(),
        async (number, seed, inSeal) => {
          const entry = blockAt(log, number);
          log.confirmations[number - 1] = inSeal
            ? {
                ...entry,
                seal: Buffer.from(flipBit(Buffer.from(entry.seal), seed % (8 * entry.seal.length))).toString(
                  'latin1',
                ),
              }
            : { ...entry, body: flipBit(entry.body, seed % (8 * entry.body.length)) };
          const { differences, verified } = await verify(log);
          log.confirmations[number - 1] = entry;
          expect(verified).toBe(false);
          expect(differences.map(({ where, block }) => ({ where, block }))).toStrictEqual([
            { where: 'blocks', block: BigInt(number) },
          ]);
        },
      ),
      { numRuns: 25 },
    );
  }, 60_000);

  it('is named when its subject is another', async () => {
    const log = ward();
    log.confirmations[2] = { ...blockAt(log, 3), subject: 'bcmed-block.s1.33.anchored' };
    expect((await verify(log)).differences).toMatchObject([{ kind: 'bad-seal', block: 3n }]);
  });

  it('is named when somebody else than the ledger sealed it', async () => {
    const log = ward();
    const entry = blockAt(log, 3);
    log.confirmations[2] = { ...entry, seal: log.adapter.seal(entry.body) };
    expect((await verify(log)).differences).toMatchObject([{ kind: 'bad-seal', block: 3n }]);
  });

  it('is missed when it is not there, and the events in it are still proven by the next one', async () => {
    const log = ward();
    log.confirmations.splice(2, 2);
    const { differences, positions } = await verify(log);
    expect(differences).toMatchObject([{ kind: 'block-missing', block: 3n }]);
    expect(differences[0]?.detail).toContain('blocks 3 to 4');
    expect(positions).toBe(29n);
  });

  it('does not hide an event that was changed as well: the stretch, and the likely one, are named', async () => {
    const log = ward();
    log.confirmations.splice(3, 1);
    const slot = log.entries[16];
    if (!slot || 'missing' in slot) throw new Error('no event');
    log.entries[16] = { ...slot, body: flipBit(slot.body, 900) };
    const { differences } = await verify(log);
    expect(differences).toMatchObject([
      { kind: 'block-missing', block: 4n },
      { where: 'stream', kind: 'range-differs', position: 17n, block: 4n },
    ]);
  });

  it('and its events too: both are said', async () => {
    const log = ward();
    rewrite(log, 4, ({ leafHashes }) => ({
      leafHashes: leafHashes.with(0, swapped(leafHashes[0] ?? '', 9)),
    }));
    const slot = log.entries[16];
    if (!slot || 'missing' in slot) throw new Error('no event');
    log.entries[16] = { ...slot, body: flipBit(slot.body, 900) };
    const { differences } = await verify(log);
    expect(differences).toMatchObject([
      { where: 'blocks', kind: 'wrong-root', block: 4n },
      { where: 'stream', kind: 'range-differs', position: 17n, block: 4n },
    ]);
  });

  it('may be confirmed twice, but not with another content', async () => {
    const log = ward();
    log.confirmations.splice(3, 0, blockAt(log, 3));
    log.confirmations.push(blockAt(log, 6));
    expect(await verify(log)).toMatchObject({ verified: true, blocks: 6n });
  });

  it('is told apart from a message that somebody put between the blocks', async () => {
    const log = ward();
    const junk = { position: 4n, subject: 'bcmed-block.s1.4.anchored', seal: 'x', body: Buffer.from('junk') };
    log.confirmations.splice(3, 0, junk);
    const { differences, blocks } = await verify(log);
    expect(blocks).toBe(6n);
    expect(differences).toHaveLength(1);
    expect(differences[0]).toMatchObject({ kind: 'unreadable-block' });
    expect(differences[0]?.detail).toContain('stands before block 4');
  });
});

describe('the chain', () => {
  it('is said to be absent when there is none to compare with', async () => {
    const log = ward();
    const { site, rootKeyId } = log;
    const { chain: _, ...sources } = memorySources(log);
    expect(await verifyLog({ site, rootKeyId, ...sources })).toMatchObject({
      verified: true,
      chain: { source: 'absent' },
      notices: ['There was no chain to compare with.'],
    });
  });

  it.each<[string, string, (log: LogFixture) => readonly ChainContract[]]>([
    ['lost the contract', 'contract-missing', () => []],
    ['is two blocks behind', 'chain-behind', (log) => [contractOf(log, log.head(4))]],
    [
      'is ahead of the confirmations',
      'chain-ahead',
      (log) => [contractOf(log, { ...log.head(), number: 9n })],
    ],
    ['holds another block', 'chain-differs', (log) => [contractOf(log, { ...log.head(), blockHash: OLD })]],
    ['holds another tree', 'chain-differs', (log) => [contractOf(log, { ...log.head(), treeSize: 7n })]],
    [
      'has other validators',
      'contract-foreign',
      (log) => [{ ...contractOf(log), rules: { ...log.rules, validators: [OLD] } }],
    ],
    ['is another chain', 'contract-foreign', (log) => [{ ...contractOf(log), chainId: 1n }]],
  ])('%s: that is named', async (_, kind, contracts) => {
    const log = ward();
    const { differences, verified } = await verify(log, { contracts: contracts(log) });
    expect(verified).toBe(false);
    expect(differences).toMatchObject([{ where: 'chain', kind }]);
    if (kind === 'chain-behind') expect(differences[0]?.detail).toContain('2 blocks are');
  });

  it('that cannot be asked leaves the log unverified, with the reason', async () => {
    const log = ward();
    const { site, rootKeyId } = log;
    const chain = { kind: 'live', readContract: () => Promise.reject(new Error('refused')) } as const;
    expect(await verifyLog({ site, rootKeyId, ...memorySources(log), chain })).toMatchObject({
      verified: false,
      differences: [{ kind: 'chain-unreadable', detail: expect.stringContaining('refused') as string }],
    });
  });

  it('may have been lost and anchored again, back to the pinned contract', async () => {
    const log = ward();
    const lost = contractOf(log, log.head());
    log.reanchor(NEW);
    log.cutBlock();
    log.appendBlocks(1);
    const both = [contractOf(log), lost];
    expect(await verify(log, { contracts: both, contract: OLD })).toMatchObject({
      verified: true,
      notices: [],
    });
    expect(await verify(log, { contracts: [contractOf(log)], contract: OLD })).toMatchObject({
      verified: true,
    });
    expect(await verify(log, { contracts: [contractOf(log)] })).toMatchObject({
      verified: true,
      notices: [expect.stringContaining('is not on the chain any more')],
    });
    const stranger = `0x${'99'.repeat(20)}`;
    expect(await verify(log, { contracts: both, contract: stranger })).toMatchObject({
      verified: false,
      differences: [{ kind: 'contract-not-linked' }],
    });
  });

  it('may have begun anew with a successor at the very address of the lost contract, while the log grows', async () => {
    const log = ward();
    log.reanchor(log.contract);
    log.cutBlock();
    log.appendBlocks(1);
    const { site, rootKeyId, chainId, contract, rules } = log;
    let asked = 0;
    const chain: ChainSource = {
      kind: 'live',
      readContract: () => {
        // Every look at the chain finds it further than the one before.
        if (asked++ > 0) log.cutBlock();
        return Promise.resolve({ chainId, contract, head: log.head(), rules });
      },
    };
    const confirmations = [...log.confirmations];
    expect(
      await verifyLog({ site, rootKeyId, ...memorySources({ entries: log.entries, confirmations }), chain }),
    ).toMatchObject({
      verified: true,
      differences: [],
      notices: [expect.stringContaining('is not on the chain any more')],
    });
    expect(asked).toBe(1);
  });

  it('is compared in the contract that the newest event announces, before any block names it', async () => {
    const log = ward();
    const head = log.head();
    log.reanchor(NEW);
    expect(await verify(log, { contracts: [contractOf(log, head)] })).toMatchObject({
      verified: true,
      chain: { contract: NEW },
    });
  });

  it('with an ancestor that is no block of ours is a difference', async () => {
    const log = ward();
    log.reanchor(NEW);
    log.cutBlock();
    log.link = { predecessor: OLD, number: 3n, blockHash: hex(`0x${'12'.repeat(32)}`) };
    const { differences } = await verify(log);
    expect(differences).toMatchObject([{ kind: 'chain-differs', block: 3n }]);
  });
});

describe('a stranger', () => {
  it('cannot make a second log that verifies under the same root key', async () => {
    const log = ward();
    const forged = new LogFixture({ validators: 2, quorum: 2 });
    forged.cutBlock();
    const { site } = log;
    const report = await verifyLog({
      site,
      rootKeyId: fixtureSealer('other').keyId,
      ...memorySources(forged),
    });
    expect(report.verified).toBe(false);
  });
});
