import { ZERO_HASH, hashHeader } from '@bcmed/chain';
import { MemoryTree, hashToHex, leafHash } from '@bcmed/merkle';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MAX_LEAVES_PER_BLOCK, NO_BLOCK, cutBlock, type PendingLeaf } from './block.js';
import { waitBeforeCutMs } from './cadence.js';

const leaf = (position: number): PendingLeaf => ({
  position: BigInt(position),
  hash: leafHash(Buffer.from(`leaf ${position}`)),
});
const leaves = (first: number, count: number): PendingLeaf[] =>
  Array.from({ length: count }, (_, index) => leaf(first + index));

describe('a block', () => {
  it('begins the log with number 1 and no predecessor', () => {
    const { header } = cutBlock('s1', NO_BLOCK, leaves(1, 3), 42);
    expect(header).toMatchObject({
      number: 1n,
      firstSequence: 1n,
      lastSequence: 3n,
      treeSize: 3n,
      previousHash: ZERO_HASH,
      timeMs: 42n,
    });
  });

  it('links to the block before and goes on where that ended', () => {
    const first = cutBlock('s1', NO_BLOCK, leaves(1, 3), 1);
    const second = cutBlock('s1', first.after, leaves(4, 2), 2);
    expect(second.header).toMatchObject({
      number: 2n,
      firstSequence: 4n,
      lastSequence: 5n,
      treeSize: 5n,
      previousHash: hashHeader(first.header),
    });
  });

  it('has the root of the whole log, however the log was cut into blocks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 12 }), (sizes) => {
        const tree = new MemoryTree();
        let head = NO_BLOCK;
        for (const size of sizes) {
          const waiting = leaves(Number(head.lastSequence) + 1, size);
          waiting.forEach(({ hash }) => tree.append(hash));
          const block = cutBlock('s1', head, waiting, 0);
          expect(block.header.rootHash).toBe(`0x${hashToHex(tree.root())}`);
          head = block.after;
        }
      }),
    );
  });

  it('takes no more leaves than a confirmation can carry', () => {
    const { header } = cutBlock('s1', NO_BLOCK, leaves(1, MAX_LEAVES_PER_BLOCK + 5), 0);
    expect(header.lastSequence).toBe(BigInt(MAX_LEAVES_PER_BLOCK));
  });

  it('is not cut from nothing, nor over a hole', () => {
    expect(() => cutBlock('s1', NO_BLOCK, [], 0)).toThrow(RangeError);
    expect(() => cutBlock('s1', NO_BLOCK, [leaf(1), leaf(3)], 0)).toThrow(
      /leaf 3 does not follow position 1/,
    );
  });
});

describe('the cadence of blocks', () => {
  it('cuts at once when the ledger was idle', () => {
    expect(waitBeforeCutMs({ lastAnchorBeganMs: 0, nowMs: 1_000, minimumSpacingMs: 20 })).toBe(0);
  });
  it('keeps the spacing under load', () => {
    expect(waitBeforeCutMs({ lastAnchorBeganMs: 995, nowMs: 1_000, minimumSpacingMs: 20 })).toBe(15);
  });
});
