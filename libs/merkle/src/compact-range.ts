import { FrontierError, TreeSizeError } from './errors.js';
import type { Hash } from './hash.js';
import { hashFromBytes, nodeHash } from './hash.js';
import { MAX_TREE_SIZE, countOnes, demandTreeSize } from './size.js';
import { demandWithin, foldToRoot, subtreeHashes, type HashSource } from './source.js';

/**
 * The frontier of a tree: at most 64 hashes that are enough to add leaves and to know the root.
 *
 * A value: appending returns a new range and leaves the old one as it was, so a block's starting frontier may be kept
 * while the next block fills. `hashes` runs left to right, largest subtree first, one for every bit set in `size`.
 * A subscriber checks a block with it: the block's frontier, plus the block's leaf hashes, must give the header's root.
 */
export class CompactRange {
  static readonly empty = new CompactRange(0n, []);

  private constructor(
    readonly size: bigint,
    readonly hashes: readonly Hash[],
  ) {}

  /**
   * Takes a frontier from outside, for example from a block's confirmation.
   *
   * Checks the form only. Whether it is the true frontier shows when its root is compared with a root that is trusted.
   *
   * @throws {TreeSizeError} when the size is no unsigned 64-bit number.
   * @throws {FrontierError} unless there is one hash for every bit set in the size.
   * @throws {InvalidHashError} when one is not 32 bytes long.
   */
  static fromParts(size: bigint, hashes: readonly Uint8Array[]): CompactRange {
    demandTreeSize(size);
    const needed = countOnes(size);
    if (hashes.length !== needed) {
      throw new FrontierError(
        `the frontier of ${String(size)} leaves has ${needed} hashes, these are ${hashes.length}`,
      );
    }
    return new CompactRange(size, hashes.map(hashFromBytes));
  }

  /**
   * Reads the frontier of the first `size` leaves (by default, all) from stored hashes, to go on after a restart.
   *
   * @throws {TreeSizeError} when the source holds fewer.
   */
  static fromSource(source: HashSource, size: bigint = source.size): CompactRange {
    demandWithin(source, size);
    return new CompactRange(size, subtreeHashes(source, 0n, size));
  }

  /** The range with one more leaf; costs one node hash on average. */
  append(leafHash: Hash): CompactRange {
    return this.appendAll([leafHash]);
  }

  /**
   * The range with more leaves, in the order in which they come; cheaper than one by one.
   *
   * @throws {TreeSizeError} when the tree would grow beyond 2^64 − 1 leaves.
   */
  appendAll(leafHashes: Iterable<Hash>): CompactRange {
    const hashes = [...this.hashes];
    let size = this.size;
    for (const leafHash of leafHashes) {
      if (size === MAX_TREE_SIZE) throw new TreeSizeError('a tree holds at most 2^64 − 1 leaves');
      hashes.push(leafHash);
      joinEqualSubtrees(hashes, size);
      size++;
    }
    return new CompactRange(size, hashes);
  }

  /** The tree's root now (RFC 6962 section 2.1); the empty range gives the root of nothing. */
  root(): Hash {
    return foldToRoot(this.hashes);
  }
}

/** Like the carry of a binary counter: as often as the old size ends in a one, the last two subtrees become one. */
function joinEqualSubtrees(hashes: Hash[], sizeBefore: bigint): void {
  for (let rest = sizeBefore; (rest & 1n) === 1n; rest >>= 1n) {
    const right = hashes.pop();
    const left = hashes.pop();
    if (left === undefined || right === undefined) {
      throw new FrontierError(`a range of ${String(sizeBefore)} leaves lacks a hash`);
    }
    hashes.push(nodeHash(left, right));
  }
}
