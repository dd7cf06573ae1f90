import { hashesEqual, isHash, nodeHash, type Hash } from './hash.js';
import { isTreeSize } from './size.js';

/**
 * Why a proof does not hold.
 *
 * `size` and `index`: the numbers contradict each other or cannot be. `hash-length`: something is not 32 bytes.
 * `proof-too-short`, `proof-too-long`: the path does not fit the tree's shape. `root`: a path of the right shape leads
 * to another root. `old-root`: it leads to the new root but not to the old one, so history was changed.
 */
export type ProofFailure =
  'size' | 'index' | 'hash-length' | 'proof-too-short' | 'proof-too-long' | 'root' | 'old-root';

/** What a verifier answers; anything that is not `verified` must be treated as a forgery until explained. */
export type ProofOutcome =
  { readonly outcome: 'verified' } | { readonly outcome: 'failed'; readonly reason: ProofFailure };

export interface InclusionClaim {
  readonly leafHash: Uint8Array;
  /** From 0. */
  readonly leafIndex: bigint;
  readonly treeSize: bigint;
  /** Nearest to the leaf first. */
  readonly proof: readonly Uint8Array[];
  readonly root: Uint8Array;
}

export interface ConsistencyClaim {
  readonly size1: bigint;
  readonly root1: Uint8Array;
  readonly size2: bigint;
  readonly root2: Uint8Array;
  readonly proof: readonly Uint8Array[];
}

const VERIFIED: ProofOutcome = { outcome: 'verified' };

function failed(reason: ProofFailure): ProofOutcome {
  return { outcome: 'failed', reason };
}

/**
 * Checks that a leaf stands at its index in the tree of that size and root, trusting only the root and size.
 *
 * Never throws and ends after at most 64 steps, whatever it is given. A root alone does not fix the size: take both
 * from one signed header. Source: RFC 9162 section 2.1.3.2.
 */
export function verifyInclusion(claim: InclusionClaim): ProofOutcome {
  const { leafHash, leafIndex, treeSize, proof, root } = claim;
  if (!isTreeSize(treeSize)) return failed('size');
  if (leafIndex < 0n || leafIndex >= treeSize) return failed('index');
  if (!isHash(leafHash) || !isHash(root) || !allHashes(proof)) return failed('hash-length');

  const climb = new Climb(leafIndex, treeSize - 1n);
  let reached = leafHash;
  for (const sibling of proof) {
    if (climb.atRoot) return failed('proof-too-long');
    reached = climb.up() === 'left' ? nodeHash(sibling, reached) : nodeHash(reached, sibling);
  }
  if (!climb.atRoot) return failed('proof-too-short');
  return hashesEqual(reached, root) ? VERIFIED : failed('root');
}

/**
 * Checks that the tree of `size2` leaves begins with exactly the tree of `size1` leaves: nothing was removed, changed
 * or put in between.
 *
 * Equal sizes hold when the roots are the same bytes, of whatever length, as the published cases want it: the caller has
 * the old root from a header that was verified. An old size of 0 fails with `size`, also against 0: such a claim proves nothing, and to accept it would let a caller
 * believe otherwise. Never throws, ends after at most 64 steps. Source: RFC 9162 section 2.1.4.2.
 */
export function verifyConsistency(claim: ConsistencyClaim): ProofOutcome {
  const { size1, root1, size2, root2, proof } = claim;
  if (!isTreeSize(size2) || size1 < 1n || size1 > size2) return failed('size');
  if (size1 === size2) {
    if (proof.length > 0) return failed('proof-too-long');
    return hashesEqual(root1, root2) ? VERIFIED : failed('root');
  }
  if (!isHash(root1) || !isHash(root2) || !allHashes(proof)) return failed('hash-length');

  // The old tree is itself a node of the new one when its size is a power of two; its root then begins the path.
  const path = (size1 & (size1 - 1n)) === 0n ? [root1, ...proof] : proof;
  const [start, ...siblings] = path;
  if (start === undefined) return failed('proof-too-short');

  const climb = new Climb(size1 - 1n, size2 - 1n);
  climb.skipRightSpine();
  let old: Hash = start;
  let now: Hash = start;
  for (const sibling of siblings) {
    if (climb.atRoot) return failed('proof-too-long');
    if (climb.up() === 'left') {
      old = nodeHash(sibling, old);
      now = nodeHash(sibling, now);
    } else {
      now = nodeHash(now, sibling);
    }
  }
  if (!climb.atRoot) return failed('proof-too-short');
  if (!hashesEqual(now, root2)) return failed('root');
  return hashesEqual(old, root1) ? VERIFIED : failed('old-root');
}

function allHashes(proof: readonly Uint8Array[]): proof is readonly Hash[] {
  return proof.every(isHash);
}

/** The walk from a node towards the root that both verifiers share: `fn` and `sn` of RFC 9162. */
class Climb {
  constructor(
    /** Index of the node on the way, at its level. */
    private node: bigint,
    /** Index of the last node of that level. */
    private last: bigint,
  ) {}

  get atRoot(): boolean {
    return this.last === 0n;
  }

  /** Climbs one step of the proof and tells on which side the sibling stands. */
  up(): 'left' | 'right' {
    const isRightChild = (this.node & 1n) === 1n;
    const side = isRightChild || this.node === this.last ? 'left' : 'right';
    if (side === 'left') {
      // The last node of a level without a partner is promoted until it becomes a right child.
      while ((this.node & 1n) === 0n && this.node !== 0n) this.step();
    }
    this.step();
    return side;
  }

  /** Climbs without a sibling while the node is a right child: the subtree that ends with the old tree. */
  skipRightSpine(): void {
    while ((this.node & 1n) === 1n) this.step();
  }

  private step(): void {
    this.node >>= 1n;
    this.last >>= 1n;
  }
}
