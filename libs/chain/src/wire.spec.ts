import { blockHeader } from '@bcmed/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromWireHeader, hashHeader, hex, toWireHeader } from './index.js';

/** The wire ends at 19 digits, a little below what a uint64 holds. */
const uint64 = fc.bigInt({ min: 0n, max: 10n ** 19n - 1n });
const bytes32 = fc
  .uint8Array({ minLength: 32, maxLength: 32 })
  .map((bytes) => hex(`0x${Buffer.from(bytes).toString('hex')}`));

describe('a header on the stream', () => {
  it('is the header that was signed, also beyond the numbers that JSON can hold', () => {
    const header = fc.record({
      site: fc.constant('st-mary'),
      number: uint64,
      firstSequence: uint64,
      lastSequence: uint64,
      treeSize: uint64,
      rootHash: bytes32,
      previousHash: bytes32,
      timeMs: uint64,
    });
    fc.assert(
      fc.property(header, (original) => {
        const text = JSON.stringify(toWireHeader(original));
        const read = fromWireHeader(blockHeader.parse(JSON.parse(text)));
        expect(read).toEqual(original);
        expect(hashHeader(read)).toBe(hashHeader(original));
      }),
    );
  });
});
