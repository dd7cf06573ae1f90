import { TreeSizeError } from './errors.js';
import type { Hash } from './hash.js';
import { splitPoint } from './size.js';
import { demandWithin, rangeRoot, type HashSource } from './source.js';

/**
 * The hashes that lead from one leaf to the root of the first `treeSize` leaves, nearest to the leaf first.
 *
 * At most 64 hashes; none in a tree of one leaf. Source: RFC 6962 section 2.1.1, PATH(m, D[n]).
 *
 * @throws {TreeSizeError} when the source holds fewer leaves, or the leaf lies outside the tree.
 */
export function inclusionProof(source: HashSource, leafIndex: bigint, treeSize: bigint): Hash[] {
  demandWithin(source, treeSize);
  if (leafIndex < 0n || leafIndex >= treeSize) {
    throw new TreeSizeError(`a tree of ${String(treeSize)} leaves has no leaf ${String(leafIndex)}`);
  }
  const proof: Hash[] = [];
  let begin = 0n;
  let end = treeSize;
  while (end - begin > 1n) {
    const middle = begin + splitPoint(end - begin);
    if (leafIndex < middle) {
      proof.push(rangeRoot(source, middle, end));
      end = middle;
    } else {
      proof.push(rangeRoot(source, begin, middle));
      begin = middle;
    }
  }
  return proof.reverse();
}

/**
 * The hashes that show the first `size1` leaves to be a prefix of the first `size2`; none when the sizes are equal.
 *
 * Source: RFC 6962 section 2.1.2, PROOF(m, D[n]). There is no proof from an empty tree, for everything extends it.
 *
 * @throws {TreeSizeError} unless 1 ≤ size1 ≤ size2 ≤ the source's size.
 */
export function consistencyProof(source: HashSource, size1: bigint, size2: bigint): Hash[] {
  demandWithin(source, size2);
  if (size1 < 1n || size1 > size2) {
    throw new TreeSizeError(`no consistency proof leads from ${String(size1)} to ${String(size2)} leaves`);
  }
  const proof: Hash[] = [];
  let begin = 0n;
  let end = size2;
  while (end > size1) {
    const middle = begin + splitPoint(end - begin);
    if (size1 <= middle) {
      proof.push(rangeRoot(source, middle, end));
      end = middle;
    } else {
      proof.push(rangeRoot(source, begin, middle));
      begin = middle;
    }
  }
  // The verifier already has the old root, so it is left out when it is itself a node of the new tree.
  if (begin > 0n) proof.push(rangeRoot(source, begin, end));
  return proof.reverse();
}
