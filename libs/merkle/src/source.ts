import { AbsentHashError, TreeSizeError } from './errors.js';
import { emptyRoot, nodeHash, type Hash } from './hash.js';
import { bitLength, demandTreeSize } from './size.js';

/**
 * Where proofs get their hashes: memory, a folder of tiles, a database.
 *
 * A source answers for every complete subtree of its first `size` leaves: level 0 are the leaf hashes, and the hash at
 * (level, index) covers the leaves from `index · 2^level` up to, not including, `(index + 1) · 2^level`. Answers never
 * change while the source grows. A subtree that is not complete is an {@link AbsentHashError}.
 */
export interface HashSource {
  readonly size: bigint;
  hashAt(level: number, index: bigint): Hash;
}

/** Throws unless the subtree lies completely within the first `size` leaves; for those who implement a source. */
export function demandComplete(size: bigint, level: number, index: bigint): void {
  const possible = Number.isInteger(level) && level >= 0 && level < 64 && index >= 0n;
  if (!possible || (index + 1n) << BigInt(level) > size) {
    throw absentHash(size, level, index);
  }
}

export function absentHash(size: bigint, level: number, index: bigint): AbsentHashError {
  return new AbsentHashError(
    `no complete subtree at level ${level}, index ${String(index)} in a tree of ${String(size)} leaves`,
  );
}

/**
 * The root that the log had when it held its first `size` leaves (by default, all).
 *
 * @throws {TreeSizeError} when the source holds fewer.
 */
export function rootAt(source: HashSource, size: bigint = source.size): Hash {
  demandWithin(source, size);
  return size === 0n ? emptyRoot() : rangeRoot(source, 0n, size);
}

export function demandWithin(source: HashSource, size: bigint): void {
  demandTreeSize(size);
  if (size > source.size) {
    throw new TreeSizeError(`asked about ${String(size)} leaves, the source holds ${String(source.size)}`);
  }
}

/** The complete subtrees that make up the leaves from `begin` to `end`, left to right, largest first. */
export function subtreeHashes(source: HashSource, begin: bigint, end: bigint): Hash[] {
  const hashes: Hash[] = [];
  let offset = begin;
  for (let level = bitLength(end - begin) - 1; level >= 0; level--) {
    const width = 1n << BigInt(level);
    if (((end - begin) & width) === 0n) continue;
    hashes.push(source.hashAt(level, offset >> BigInt(level)));
    offset += width;
  }
  return hashes;
}

/**
 * MTH(D[begin:end]) of a range that is not empty (RFC 6962 section 2.1).
 *
 * Demands that `begin` is a multiple of the largest power of two in the range's length, as it is at every split of a
 * tree, so that every part is a complete subtree of the source.
 */
export function rangeRoot(source: HashSource, begin: bigint, end: bigint): Hash {
  return foldToRoot(subtreeHashes(source, begin, end));
}

/** Joins subtrees of falling size from the right, which is how RFC 6962 promotes an odd node; empty gives emptyRoot. */
export function foldToRoot(hashes: readonly Hash[]): Hash {
  let root = hashes.at(-1) ?? emptyRoot();
  for (const left of hashes.slice(0, -1).reverse()) root = nodeHash(left, root);
  return root;
}
