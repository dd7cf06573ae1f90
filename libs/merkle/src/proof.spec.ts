import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { flipBit, numberedLeaves } from '../test/naive-tree.js';
import vectors from '../test/vectors/transparency-dev-merkle.json' with { type: 'json' };
import {
  AbsentHashError,
  MemoryTree,
  TreeSizeError,
  consistencyProof,
  demandComplete,
  hashToHex,
  inclusionProof,
  leafHash,
  rootAt,
  verifyConsistency,
  verifyInclusion,
  type ConsistencyClaim,
  type InclusionClaim,
} from './index.js';

const LARGEST = 70;
const leaves = numberedLeaves(LARGEST);
const tree = MemoryTree.of(leaves);

function inclusionClaim(leafIndex: number, treeSize: number): InclusionClaim {
  return {
    leafHash: leaves[leafIndex]!,
    leafIndex: BigInt(leafIndex),
    treeSize: BigInt(treeSize),
    proof: inclusionProof(tree, BigInt(leafIndex), BigInt(treeSize)),
    root: rootAt(tree, BigInt(treeSize)),
  };
}

function consistencyClaim(size1: number, size2: number): ConsistencyClaim {
  return {
    size1: BigInt(size1),
    root1: rootAt(tree, BigInt(size1)),
    size2: BigInt(size2),
    root2: rootAt(tree, BigInt(size2)),
    proof: consistencyProof(tree, BigInt(size1), BigInt(size2)),
  };
}

const VERIFIED = { outcome: 'verified' };

/** Every claim that differs from the given one by one bit of one hash. */
function* flippedHashes<Claim extends { readonly proof: readonly Uint8Array[] }>(
  claim: Claim,
  fields: readonly (keyof Claim & ('leafHash' | 'root' | 'root1' | 'root2'))[],
  bits: readonly number[],
): Generator<Claim> {
  for (const bit of bits) {
    for (const [place, hash] of claim.proof.entries()) {
      yield { ...claim, proof: claim.proof.with(place, flipBit(hash, bit)) };
    }
    for (const field of fields) {
      const hash = claim[field];
      if (hash instanceof Uint8Array) yield { ...claim, [field]: flipBit(hash, bit) };
    }
  }
}

const EVERY_BIT = Array.from({ length: 256 }, (_, bit) => bit);

describe('the published cases', () => {
  const hashes = vectors.hashes.map((hex) => new Uint8Array(Buffer.from(hex, 'hex')));
  const at = (place: number) => hashes[place]!;
  type InclusionCase = (typeof vectors.inclusion.refused)[number];
  type ConsistencyCase = (typeof vectors.consistency.refused)[number];

  const inclusion = ({ index, size, root, leaf, proof }: InclusionCase) =>
    verifyInclusion({
      leafHash: at(leaf),
      leafIndex: BigInt(index),
      treeSize: BigInt(size),
      proof: proof.map(at),
      root: at(root),
    }).outcome;
  const consistency = ({ size1, size2, root1, root2, proof }: ConsistencyCase) =>
    verifyConsistency({
      size1: BigInt(size1),
      root1: at(root1),
      size2: BigInt(size2),
      root2: at(root2),
      proof: proof.map(at),
    }).outcome;

  it('are all there', () => {
    const { inclusion: i, consistency: c } = vectors;
    expect(i.accepted.length + i.refused.length + c.accepted.length + c.refused.length).toBe(196);
  });

  it.each(vectors.inclusion.accepted)('inclusion $name verifies', (claim) => {
    expect(inclusion(claim)).toBe('verified');
  });
  it.each(vectors.inclusion.refused)('inclusion $name fails', (claim) => {
    expect(inclusion(claim)).toBe('failed');
  });
  it.each(vectors.consistency.accepted)('consistency $name verifies', (claim) => {
    expect(consistency(claim)).toBe('verified');
  });
  it.each(vectors.consistency.refused)('consistency $name fails', (claim) => {
    expect(consistency(claim)).toBe('failed');
  });
});

describe('a proof that this library makes', () => {
  const published = MemoryTree.of(
    ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f'].map(
      (hex) => leafHash(Buffer.from(hex, 'hex')),
    ),
  );

  it('equals the published paths', () => {
    expect(inclusionProof(published, 2n, 3n).map(hashToHex)).toEqual([
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    ]);
    expect(consistencyProof(published, 2n, 5n).map(hashToHex)).toEqual([
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    ]);
    expect(consistencyProof(published, 1n, 8n).map(hashToHex)).toEqual([
      '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
      '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
      '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
    ]);
    expect(consistencyProof(published, 6n, 7n).map(hashToHex)).toEqual([
      '0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a',
      'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
      'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
    ]);
  });

  it('verifies for every leaf of every tree and every pair of trees up to the bound', () => {
    for (let size = 1; size <= LARGEST; size++) {
      for (let other = 1; other <= size; other++) {
        expect(verifyInclusion(inclusionClaim(other - 1, size)), `leaf ${other - 1} of ${size}`).toEqual(
          VERIFIED,
        );
        expect(verifyConsistency(consistencyClaim(other, size)), `${other} to ${size}`).toEqual(VERIFIED);
      }
    }
  });

  it('is refused to those who ask beyond the source', () => {
    const beyond = BigInt(LARGEST) + 1n;
    expect(() => rootAt(tree, beyond)).toThrow(TreeSizeError);
    expect(() => rootAt(tree, -1n)).toThrow(TreeSizeError);
    expect(() => inclusionProof(tree, 0n, beyond)).toThrow(TreeSizeError);
    expect(() => inclusionProof(tree, 5n, 5n)).toThrow(TreeSizeError);
    expect(() => inclusionProof(tree, -1n, 5n)).toThrow(TreeSizeError);
    expect(() => inclusionProof(tree, 0n, 0n)).toThrow(TreeSizeError);
    expect(() => consistencyProof(tree, 1n, beyond)).toThrow(TreeSizeError);
    expect(() => consistencyProof(tree, 0n, 5n)).toThrow(TreeSizeError);
    expect(() => consistencyProof(tree, 0n, 0n)).toThrow(TreeSizeError);
    expect(() => consistencyProof(tree, 6n, 5n)).toThrow(TreeSizeError);
  });
});

describe('a claim in which one bit was turned over', () => {
  it('fails in small trees whichever bit it is', () => {
    for (let size = 1; size <= 5; size++) {
      for (let other = 1; other <= size; other++) {
        for (const claim of flippedHashes(inclusionClaim(other - 1, size), ['leafHash', 'root'], EVERY_BIT)) {
          expect(verifyInclusion(claim).outcome).toBe('failed');
        }
        for (const claim of flippedHashes(consistencyClaim(other, size), ['root1', 'root2'], EVERY_BIT)) {
          expect(verifyConsistency(claim).outcome).toBe('failed');
        }
      }
    }
  });

  it('fails in larger trees', () => {
    const pair = fc.tuple(fc.integer({ min: 1, max: LARGEST }), fc.integer({ min: 1, max: LARGEST }));
    fc.assert(
      fc.property(pair, fc.nat(255), (sizes, bit) => {
        const [other, size] = [Math.min(...sizes), Math.max(...sizes)];
        for (const claim of flippedHashes(inclusionClaim(other - 1, size), ['leafHash', 'root'], [bit])) {
          expect(verifyInclusion(claim).outcome).toBe('failed');
        }
        for (const claim of flippedHashes(consistencyClaim(other, size), ['root1', 'root2'], [bit])) {
          expect(verifyConsistency(claim).outcome).toBe('failed');
        }
      }),
    );
  });

  it('fails when the bit belongs to the leaf index or to the old size', () => {
    for (let size = 1; size <= 33; size++) {
      for (let other = 1; other <= size; other++) {
        const inclusion = inclusionClaim(other - 1, size);
        const consistency = consistencyClaim(other, size);
        for (let bit = 0n; bit < 64n; bit++) {
          const leafIndex = inclusion.leafIndex ^ (1n << bit);
          expect(verifyInclusion({ ...inclusion, leafIndex }).outcome).toBe('failed');
          const size1 = consistency.size1 ^ (1n << bit);
          expect(verifyConsistency({ ...consistency, size1 }).outcome).toBe('failed');
        }
      }
    }
  });
});

describe('a claim that does not hold', () => {
  const inclusion = inclusionClaim(4, 11);
  const consistency = consistencyClaim(6, 11);
  const other = leafHash(Buffer.from('other'));

  it.each<[string, Partial<InclusionClaim>, string]>([
    ['an index beyond the tree', { leafIndex: 11n }, 'index'],
    ['a negative index', { leafIndex: -1n }, 'index'],
    ['an empty tree', { leafIndex: 0n, treeSize: 0n }, 'index'],
    ['a negative size', { treeSize: -5n }, 'size'],
    ['a size above 64 bits', { treeSize: 1n << 64n }, 'size'],
    ['a long leaf hash', { leafHash: new Uint8Array(33) }, 'hash-length'],
    ['an empty root', { root: new Uint8Array() }, 'hash-length'],
    ['a short hash in the path', { proof: inclusion.proof.with(1, new Uint8Array(31)) }, 'hash-length'],
    ['a path without its end', { proof: inclusion.proof.slice(0, -1) }, 'proof-too-short'],
    ['a path with an addition', { proof: [...inclusion.proof, other] }, 'proof-too-long'],
    ['another leaf', { leafHash: other }, 'root'],
    ['another root', { root: other }, 'root'],
  ])('says so about inclusion with %s', (_, change, reason) => {
    expect(verifyInclusion({ ...inclusion, ...change })).toEqual({ outcome: 'failed', reason });
  });

  it.each<[string, Partial<ConsistencyClaim>, string]>([
    ['an empty old tree', { size1: 0n, proof: [] }, 'size'],
    ['two empty trees', { size1: 0n, size2: 0n, root2: consistency.root1, proof: [] }, 'size'],
    ['a tree that shrank', { size1: 12n }, 'size'],
    ['a negative size', { size1: -6n }, 'size'],
    ['a size above 64 bits', { size2: 1n << 64n }, 'size'],
    ['a short old root', { root1: new Uint8Array(31) }, 'hash-length'],
    ['a short new root', { root2: new Uint8Array(0) }, 'hash-length'],
    ['a long hash in the path', { proof: consistency.proof.with(0, new Uint8Array(33)) }, 'hash-length'],
    ['no path', { proof: [] }, 'proof-too-short'],
    ['no path from a power of two', { size1: 8n, proof: [] }, 'proof-too-short'],
    ['a path without its end', { proof: consistency.proof.slice(0, -1) }, 'proof-too-short'],
    ['a path with an addition', { proof: [...consistency.proof, other] }, 'proof-too-long'],
    ['another new root', { root2: other }, 'root'],
    ['a changed history', { root1: other }, 'old-root'],
    ['equal sizes and a path', { ...consistencyClaim(6, 6), proof: [other] }, 'proof-too-long'],
    ['equal sizes and two roots', { ...consistencyClaim(6, 6), root2: other }, 'root'],
  ])('says so about consistency with %s', (_, change, reason) => {
    expect(verifyConsistency({ ...consistency, ...change })).toEqual({ outcome: 'failed', reason });
  });

  it('ends the check in at most 64 steps however long the path is', () => {
    const endless = new Array<Uint8Array>(10_000).fill(other);
    expect(
      verifyInclusion({
        ...inclusion,
        leafIndex: (1n << 64n) - 2n,
        treeSize: (1n << 64n) - 1n,
        proof: endless,
      }),
    ).toEqual({ outcome: 'failed', reason: 'proof-too-long' });
  });
});

describe('a tree in memory', () => {
  it('has no hash for a subtree that is not complete', () => {
    const five = MemoryTree.of(leaves.slice(0, 5));
    expect(five.size).toBe(5n);
    expect(five.hashAt(0, 4n)).toEqual(leaves[4]);
    expect(five.hashAt(2, 0n)).toEqual(rootAt(tree, 4n));
    for (const [level, index] of [
      [0, 5n],
      [1, 2n],
      [2, 1n],
      [3, 0n],
      [0, -1n],
      [-1, 0n],
      [0.5, 0n],
    ] as const) {
      expect(() => five.hashAt(level, index), `${level}/${String(index)}`).toThrow(AbsentHashError);
      expect(() => demandComplete(5n, level, index), `${level}/${String(index)}`).toThrow(AbsentHashError);
    }
    expect(() => demandComplete(5n, 2, 0n)).not.toThrow();
  });

  it('is not changed by someone who writes into what it handed out', () => {
    const three = MemoryTree.of(leaves.slice(0, 3));
    const root = three.root();
    three.hashAt(0, 2n).fill(0);
    expect(three.root()).toEqual(root);
  });

  it('keeps the roots of all its earlier sizes while it grows', () => {
    const growing = new MemoryTree();
    const roots = leaves.map((leaf) => {
      growing.append(leaf);
      return growing.root();
    });
    roots.forEach((root, place) => {
      expect(rootAt(growing, BigInt(place + 1))).toEqual(root);
    });
  });
});
