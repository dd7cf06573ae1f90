import { emptyRoot, leafHash, nodeHash, type Hash } from '../src/index.js';

/** RFC 6962 section 2.1 word for word: slow, recursive, and therefore a judge of the fast ones. */
export function naiveRoot(leaves: readonly Hash[]): Hash {
  const [only] = leaves;
  if (only === undefined) return emptyRoot();
  if (leaves.length === 1) return only;
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  return nodeHash(naiveRoot(leaves.slice(0, split)), naiveRoot(leaves.slice(split)));
}

/** The leaf hashes of "leaf 0", "leaf 1" and so on, all different. */
export function numberedLeaves(count: number): Hash[] {
  return Array.from({ length: count }, (_, place) => leafHash(Buffer.from(`leaf ${place}`)));
}

/** A copy with one bit turned over; `bit` counts from 0, most significant bit of the first byte. */
export function flipBit(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[bit >> 3]! ^= 0x80 >> (bit & 7);
  return copy;
}
