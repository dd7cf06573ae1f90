import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SiteLog } from '../test/blocks.js';
import { hashHeader, reconcile, ZERO_HASH, type AnchorHead } from './index.js';

const log = new SiteLog();
for (let i = 0; i < 12; i++) log.grow();

/** The contract's head when it holds our block of this number. */
const holding = (number: bigint): AnchorHead => {
  if (number === 0n) {
    return { number, treeSize: 0n, lastSequence: 0n, blockHash: ZERO_HASH, rootHash: ZERO_HASH };
  }
  const { header } = log.block(number);
  const { treeSize, lastSequence, rootHash } = header;
  return { number, treeSize, lastSequence, rootHash, blockHash: hashHeader(header) };
};
const newest = { number: 12n, blockHash: log.blockHashAt(12n) };

describe('a chain that is compared with the log', () => {
  it('is equal when its head is our newest block', () => {
    expect(reconcile(holding(12n), log)).toEqual({ kind: 'equal' });
    expect(reconcile(holding(0n), new SiteLog())).toEqual({ kind: 'equal' });
  });

  it('gets the missing blocks again, in order, when it fell back a little', () => {
    expect(reconcile(holding(9n), log)).toEqual({ kind: 'replay', from: 10n, to: 12n });
    expect(reconcile(holding(0n), log)).toEqual({ kind: 'replay', from: 1n, to: 12n });
  });

  it('gets a successor when the contract is gone, or when it fell back too far', () => {
    expect(reconcile('no-contract', log)).toEqual({ kind: 'successor', after: newest });
    expect(reconcile('no-contract', new SiteLog())).toEqual({ kind: 'successor', after: undefined });
    expect(reconcile(holding(9n), log, { replayAtMost: 3n }).kind).toBe('replay');
    expect(reconcile(holding(8n), log, { replayAtMost: 3n })).toEqual({ kind: 'successor', after: newest });
  });

  it('replays 256 blocks and no more, unless told otherwise', () => {
    const long = { number: 300n, blockHashAt: (n: bigint) => log.blockHashAt(n) ?? ZERO_HASH };
    expect(reconcile(holding(0n), { ...long, number: 256n }).kind).toBe('replay');
    expect(reconcile(holding(0n), { ...long, number: 257n }).kind).toBe('successor');
  });

  it('has diverged when it is ahead of us', () => {
    expect(reconcile({ ...holding(12n), number: 13n }, log)).toMatchObject({
      kind: 'diverged',
      reason: 'chain-is-ahead',
    });
  });

  it('has diverged when it holds another block at our number, however far behind', () => {
    for (const number of [1n, 5n, 12n]) {
      const other = { ...holding(number), blockHash: holding(number).rootHash };
      const found = reconcile(other, log, { replayAtMost: 1n });
      expect(found).toMatchObject({ kind: 'diverged', reason: 'different-hash', number });
    }
  });

  it('has diverged when we cannot tell, because our store has a hole', () => {
    const holed = {
      number: 12n,
      blockHashAt: (n: bigint) => (n === 9n ? undefined : log.blockHashAt(n)),
    };
    expect(reconcile(holding(9n), holed)).toMatchObject({ kind: 'diverged', reason: 'not-in-our-store' });
  });

  it('is never written to unless its head is one of our blocks', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 14n), fc.boolean(), fc.bigInt(0n, 14n), (number, ours, limit) => {
        const known = number <= 12n ? holding(number) : { ...holding(12n), number };
        const head = ours ? known : { ...known, blockHash: newest.blockHash! };
        const found = reconcile(head, log, { replayAtMost: limit });
        const isOurs = head.number <= 12n && head.blockHash === holding(head.number).blockHash;
        expect(found.kind !== 'diverged').toBe(isOurs);
        if (found.kind === 'replay') {
          expect(found).toEqual({ kind: 'replay', from: head.number + 1n, to: 12n });
          expect(found.to - found.from + 1n).toBeLessThanOrEqual(limit);
        }
      }),
    );
  });
});
