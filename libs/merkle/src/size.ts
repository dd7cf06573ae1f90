import { TreeSizeError } from './errors.js';

/** The largest tree: sizes travel as unsigned 64-bit numbers, on the chain as in the reference implementations. */
export const MAX_TREE_SIZE = (1n << 64n) - 1n;

/** Tells whether a number from outside can be a tree's size at all. */
export function isTreeSize(size: bigint): boolean {
  return size >= 0n && size <= MAX_TREE_SIZE;
}

export function demandTreeSize(size: bigint): void {
  if (!isTreeSize(size)) {
    throw new TreeSizeError(`a tree's size lies between 0 and 2^64 − 1, this is ${String(size)}`);
  }
}

/** How many bits are set: the number of complete subtrees that a tree of that size consists of. */
export function countOnes(size: bigint): number {
  let ones = 0;
  for (let rest = size; rest > 0n; rest &= rest - 1n) ones++;
  return ones;
}

/** Number of binary digits: 0 for 0, 1 for 1, 2 for 2 and 3. */
export function bitLength(value: bigint): number {
  return value === 0n ? 0 : value.toString(2).length;
}

/** Where RFC 6962 splits a tree of at least two leaves: the largest power of two below its size. */
export function splitPoint(size: bigint): bigint {
  return 1n << BigInt(bitLength(size - 1n) - 1);
}
