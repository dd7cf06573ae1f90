import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { naiveRoot, numberedLeaves } from '../test/naive-tree.js';
import {
  CompactRange,
  FrontierError,
  InvalidHashError,
  MAX_TREE_SIZE,
  MemoryTree,
  TreeSizeError,
  hashToHex,
  leafHash,
  rootAt,
} from './index.js';

const PUBLISHED_LEAVES = [
  '',
  '00',
  '10',
  '2021',
  '3031',
  '40414243',
  '5051525354555657',
  '606162636465666768696a6b6c6d6e6f',
].map((hex) => leafHash(Buffer.from(hex, 'hex')));

/** Roots of the first n published leaves, n from 0: transparency-dev/merkle, testonly/constants.go (Apache-2.0). */
const PUBLISHED_ROOTS = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
];

const PUBLISHED_LEAF_HASHES = [
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
  '0298d122906dcfc10892cb53a73992fc5b9f493ea4c9badb27b791b4127a7fe7',
  '07506a85fd9dd2f120eb694f86011e5bb4662e5c415a62917033d4a9624487e7',
  'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  '4271a26be0d8a84f0bd54c8c302e7cb3a3b5d1fa6780a40bcce2873477dab658',
  'b08693ec2e721597130641e8211e7eedccb4c26413963eee6c1e2ed16ffb1a5f',
  '46f6ffadd3d06a09ff3c5860d2755c8b9819db7df44251788c7d8e3180de8eb1',
];

describe('the root of a log', () => {
  it('agrees with the published leaf hashes and the roots of zero to eight leaves', () => {
    expect(PUBLISHED_LEAVES.map(hashToHex)).toEqual(PUBLISHED_LEAF_HASHES);
    const tree = MemoryTree.of(PUBLISHED_LEAVES);
    PUBLISHED_ROOTS.forEach((root, size) => {
      const range = CompactRange.empty.appendAll(PUBLISHED_LEAVES.slice(0, size));
      expect(hashToHex(range.root()), `range of ${size}`).toBe(root);
      expect(hashToHex(rootAt(tree, BigInt(size))), `tree of ${size}`).toBe(root);
    });
  });

  it('agrees with the roots of "leaf 0" to "leaf 6" that other implementations computed', () => {
    const root = (size: number) => hashToHex(CompactRange.empty.appendAll(numberedLeaves(size)).root());
    expect(root(1)).toBe('1bb97dcc21635d47e2663efdfd0a174686d98dd701352dd2cd06e8b43fd3d305');
    expect(root(4)).toBe('4f631084a157c54f54fcfb23ff5eb8650c4ba160c295bb13a9832b109d52677e');
    expect(root(7)).toBe('5a61fc2b54f9cfa71774f2432143dd40c6cb2b11947faf65a7d3da5cb65199c8');
  });

  it('is the same by frontier, by stored tree and by the definition, for every size up to 300', () => {
    const leaves = numberedLeaves(300);
    const tree = new MemoryTree();
    let range = CompactRange.empty;
    leaves.forEach((leaf, place) => {
      tree.append(leaf);
      range = range.append(leaf);
      const expected = naiveRoot(leaves.slice(0, place + 1));
      expect(range.root()).toEqual(expected);
      expect(tree.root()).toEqual(expected);
    });
    expect(rootAt(tree, 123n)).toEqual(naiveRoot(leaves.slice(0, 123)));
  });
});

describe('the frontier of a log', () => {
  it('gives the root of a block wherever the block was cut', () => {
    fc.assert(
      fc.property(fc.nat(200), fc.nat(200), (before, block) => {
        const leaves = numberedLeaves(before + block);
        const told = CompactRange.empty.appendAll(leaves.slice(0, before));
        const received = CompactRange.fromParts(
          told.size,
          told.hashes.map((hash) => Uint8Array.from(hash)),
        );
        const after = received.appendAll(leaves.slice(before));
        expect(after.size).toBe(BigInt(before + block));
        expect(after.root()).toEqual(naiveRoot(leaves));
        expect(CompactRange.fromSource(MemoryTree.of(leaves), told.size)).toEqual(told);
      }),
    );
  });

  it('stays as it was while leaves are added to it', () => {
    const seven = CompactRange.empty.appendAll(numberedLeaves(7));
    const root = seven.root();
    const [leaf] = numberedLeaves(1);
    seven.append(leaf!);
    seven.appendAll(numberedLeaves(9));
    expect(seven.size).toBe(7n);
    expect(seven.hashes).toHaveLength(3);
    expect(seven.root()).toEqual(root);
    expect(CompactRange.empty.size).toBe(0n);
  });

  it('is refused with a hash too few, too many, or of a wrong length', () => {
    const hashes = numberedLeaves(3);
    expect(CompactRange.fromParts(7n, hashes).size).toBe(7n);
    expect(() => CompactRange.fromParts(7n, hashes.slice(1))).toThrow(FrontierError);
    expect(() => CompactRange.fromParts(8n, hashes)).toThrow(FrontierError);
    expect(() => CompactRange.fromParts(0n, hashes)).toThrow(FrontierError);
    expect(() => CompactRange.fromParts(1n, [new Uint8Array(31)])).toThrow(InvalidHashError);
  });

  it('is refused with a size that is no unsigned 64-bit number, and does not grow beyond it', () => {
    expect(() => CompactRange.fromParts(-1n, [])).toThrow(TreeSizeError);
    expect(() => CompactRange.fromParts(1n << 64n, numberedLeaves(1))).toThrow(TreeSizeError);
    const full = CompactRange.fromParts(MAX_TREE_SIZE, numberedLeaves(64));
    expect(() => full.appendAll(numberedLeaves(1))).toThrow(TreeSizeError);
  });

  it('is not read from a source that is shorter', () => {
    expect(() => CompactRange.fromSource(MemoryTree.of(numberedLeaves(4)), 5n)).toThrow(TreeSizeError);
  });
});
