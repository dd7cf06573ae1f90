import { getBytes, Signature, toBeHex, TypedDataEncoder, verifyTypedData, Wallet } from 'ethers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  BLOCK_HEADER_TYPES,
  blockDomain,
  checkQuorum,
  hashHeader,
  headerDigest,
  HeaderInvalidError,
  recoverSigners,
  signHeader,
  sortSignatures,
  ZERO_HASH,
  type BlockHeader,
  type Hex,
} from './index.js';

const wallets = [1n, 2n, 3n, 4n]
  .map((secret) => new Wallet(toBeHex(secret, 32)))
  .sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1));
const [first, second, third, fourth] = wallets as [Wallet, Wallet, Wallet, Wallet];
const set = { validators: [first, second, third].map((wallet) => wallet.address), quorum: 2 };
const stranger = fourth;

const header: BlockHeader = {
  site: 'st-mary',
  number: 1n,
  firstSequence: 1n,
  lastSequence: 7n,
  treeSize: 7n,
  rootHash: `0x${'ab'.repeat(32)}`,
  previousHash: ZERO_HASH,
  timeMs: 1_795_000_000_000n,
};
const by = (...signers: Wallet[]) => signers.map((wallet) => signHeader(header, wallet).signature);
const mirrored = (signature: Hex): Hex => {
  const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n;
  const { r, s, v } = Signature.from(signature);
  const high = toBeHex(order - BigInt(s), 32);
  return `0x${r.slice(2)}${high.slice(2)}${v === 27 ? '1c' : '1b'}`;
};

describe('the hash of a block header', () => {
  it('is pinned: a change of the encoding would orphan every block ever signed', () => {
    expect(hashHeader(header)).toBe('0xa3534549d74452429684d539c41c98b8d9249bb11d1a3760ae751ee65645aba5');
    expect(headerDigest(header)).toBe('0x66614feffd9b32f4b1055b95fe895c14c15e5d63d3d41e56637fa50848269f3c');
  });

  it('is what a wallet that knows only EIP-712 would sign', () => {
    const word = signHeader(header, first);
    expect(headerDigest(header)).toBe(
      TypedDataEncoder.hash(blockDomain(header.site), BLOCK_HEADER_TYPES, header),
    );
    expect(verifyTypedData(blockDomain(header.site), BLOCK_HEADER_TYPES, header, word.signature)).toBe(
      first.address,
    );
  });

  it('changes with every field', () => {
    const changed: BlockHeader[] = [
      { ...header, site: 'st-mark' },
      { ...header, number: 2n },
      { ...header, firstSequence: 2n },
      { ...header, lastSequence: 8n },
      { ...header, treeSize: 8n },
      { ...header, rootHash: ZERO_HASH },
      { ...header, previousHash: header.rootHash },
      { ...header, timeMs: 0n },
    ];
    expect(new Set([header, ...changed].map(hashHeader)).size).toBe(changed.length + 1);
  });

  it('does not exist for numbers that the chain cannot hold or hashes of another length', () => {
    expect(() => hashHeader({ ...header, number: 2n ** 64n })).toThrow(HeaderInvalidError);
    expect(() => hashHeader({ ...header, timeMs: -1n })).toThrow(HeaderInvalidError);
    expect(() => hashHeader({ ...header, rootHash: '0xab' })).toThrow(HeaderInvalidError);
  });
});

describe('the signatures under a block', () => {
  it('carry it when a quorum of validators signed, in ascending order', () => {
    expect(checkQuorum(header, by(first, third), set)).toEqual({
      kind: 'quorum',
      signers: [first.address, third.address],
    });
    expect(checkQuorum(header, by(first, second, third), set).kind).toBe('quorum');
  });

  it('name who made them', () => {
    expect(recoverSigners(header, by(second, stranger))).toEqual([
      { signer: second.address },
      { signer: stranger.address },
    ]);
  });

  it('are too few below the quorum', () => {
    expect(checkQuorum(header, by(second), set)).toEqual({ kind: 'too-few', needed: 2, given: 1 });
  });

  it('count once when one validator signs twice, and not out of order', () => {
    expect(checkQuorum(header, by(first, first), set)).toMatchObject({
      kind: 'not-ascending',
      index: 1,
      duplicate: true,
    });
    expect(checkQuorum(header, by(third, first), set)).toMatchObject({
      kind: 'not-ascending',
      index: 1,
      duplicate: false,
      signer: first.address,
    });
  });

  it('do not count from a stranger, even beside a full quorum', () => {
    const signatures = sortSignatures([first, second, stranger].map((w) => signHeader(header, w)));
    expect(
      checkQuorum(
        header,
        signatures.map((entry) => entry.signature),
        set,
      ),
    ).toMatchObject({ kind: 'not-a-validator', signer: stranger.address });
  });

  it('do not count for another site, though all other fields are the same', () => {
    const elsewhere = { ...header, site: 'st-mark' };
    expect(checkQuorum(elsewhere, by(first, second), set).kind).toBe('not-a-validator');
  });

  it('have one form only: the mirrored s, other lengths and other recovery ids are refused', () => {
    const [good] = by(first) as [Hex];
    const faultOf = (signature: string) => checkQuorum(header, [signature, good], set);
    expect(faultOf(mirrored(good))).toEqual({ kind: 'malformed', index: 0, fault: 'high-s' });
    expect(faultOf(good.slice(0, -2))).toMatchObject({ fault: 'wrong-length' });
    expect(faultOf(`${good}00`)).toMatchObject({ fault: 'wrong-length' });
    expect(faultOf('')).toMatchObject({ fault: 'wrong-length' });
    expect(faultOf(`${good.slice(0, -2)}00`)).toMatchObject({ fault: 'wrong-recovery-id' });
    expect(faultOf(`0x${'00'.repeat(64)}1b`)).toMatchObject({ fault: 'not-recoverable' });
  });

  it('are sorted by signer, one for each, whatever order they came in', () => {
    const words = wallets.map((wallet) => signHeader(header, wallet));
    expect(sortSignatures([...words].reverse().concat(words))).toEqual(words);
  });

  it('die with any single bit that is flipped', { timeout: 30_000 }, () => {
    const [a, b] = by(first, second) as [Hex, Hex];
    fc.assert(
      fc.property(fc.nat({ max: 65 * 8 - 1 }), (bit) => {
        const bytes = getBytes(a);
        bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        const flipped = `0x${Buffer.from(bytes).toString('hex')}`;
        expect(checkQuorum(header, [flipped, b], set).kind).not.toBe('quorum');
      }),
      { numRuns: 60 },
    );
  });
});
