import type { Hash } from './hash.js';
import { HASH_LENGTH_BYTES, hashFromBytes, nodeHash } from './hash.js';
import { absentHash, rootAt, type HashSource } from './source.js';

const FIRST_CAPACITY_HASHES = 16;

/**
 * The whole tree in memory, with every complete subtree's hash: about 64 bytes for a leaf, up to twice that while it
 * grows.
 *
 * Meant for checking an export, for a day's stream, and for tests. Grows only at its right end; proofs for any earlier
 * size stay available and never change.
 */
export class MemoryTree implements HashSource {
  readonly #levels: PackedHashes[] = [];

  /** A tree over leaf hashes in their order; entries are hashed with `leafHash` first. */
  static of(leafHashes: Iterable<Hash>): MemoryTree {
    const tree = new MemoryTree();
    for (const leafHash of leafHashes) tree.append(leafHash);
    return tree;
  }

  get size(): bigint {
    return BigInt(this.#levels[0]?.count ?? 0);
  }

  /** Adds one leaf at the right end; costs one node hash on average. */
  append(leafHash: Hash): void {
    let carried = leafHash;
    for (let level = 0; ; level++) {
      const hashes = (this.#levels[level] ??= new PackedHashes());
      hashes.push(carried);
      if (hashes.count % 2 === 1) return;
      carried = nodeHash(hashes.at(hashes.count - 2), carried);
    }
  }

  /** A copy of the hash of a complete subtree. @throws {AbsentHashError} when it is not complete. */
  hashAt(level: number, index: bigint): Hash {
    const hashes = this.#levels[level];
    if (hashes === undefined || index < 0n || index >= BigInt(hashes.count)) {
      throw absentHash(this.size, level, index);
    }
    return hashes.at(Number(index));
  }

  /** The root now; for an earlier size use `rootAt`. */
  root(): Hash {
    return rootAt(this);
  }
}

/** Hashes side by side in one buffer that doubles: an object for each would cost four times the memory. */
class PackedHashes {
  count = 0;
  #bytes = new Uint8Array(FIRST_CAPACITY_HASHES * HASH_LENGTH_BYTES);

  push(hash: Hash): void {
    const offset = this.count * HASH_LENGTH_BYTES;
    if (offset === this.#bytes.length) {
      const larger = new Uint8Array(2 * this.#bytes.length);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes.set(hash, offset);
    this.count++;
  }

  at(place: number): Hash {
    const offset = place * HASH_LENGTH_BYTES;
    return hashFromBytes(this.#bytes.slice(offset, offset + HASH_LENGTH_BYTES));
  }
}
