/** The codes of every exception that this library throws; each names one kind of misuse or damaged input. */
export type MerkleErrorCode =
  | 'BCM-MERKLE-HASH'
  | 'BCM-MERKLE-SIZE'
  | 'BCM-MERKLE-ABSENT'
  | 'BCM-MERKLE-FRONTIER'
  | 'BCM-MERKLE-TILE'
  | 'BCM-MERKLE-BUNDLE'
  | 'BCM-MERKLE-CHECKPOINT';

/**
 * Root of the closed tree of exceptions.
 *
 * Exceptions say that a caller or a stored file is wrong. A proof that does not hold is not an exception: the
 * verifying functions return it as an outcome with its reason.
 */
export abstract class MerkleError extends Error {
  abstract readonly code: MerkleErrorCode;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Bytes or text that were offered as a hash are not 32 bytes, or not in their one canonical spelling. */
export class InvalidHashError extends MerkleError {
  readonly code = 'BCM-MERKLE-HASH';
}

/** A tree size or a leaf index lies outside the tree that was asked, or outside an unsigned 64-bit number. */
export class TreeSizeError extends MerkleError {
  readonly code = 'BCM-MERKLE-SIZE';
}

/** A hash source was asked for a subtree that is not complete within its size. */
export class AbsentHashError extends MerkleError {
  readonly code = 'BCM-MERKLE-ABSENT';
}

/** A compact range does not have exactly one hash for every bit that is set in its size. */
export class FrontierError extends MerkleError {
  readonly code = 'BCM-MERKLE-FRONTIER';
}

/** A tile's level, index or width cannot exist, or a tile's bytes have the wrong length for its width. */
export class TileError extends MerkleError {
  readonly code = 'BCM-MERKLE-TILE';
}

/** An entry bundle cannot be written or is damaged; `offsetBytes` is where reading stopped, if it was being read. */
export class EntryBundleError extends MerkleError {
  readonly code = 'BCM-MERKLE-BUNDLE';

  constructor(
    message: string,
    readonly offsetBytes?: number,
  ) {
    super(message);
  }
}

/** A checkpoint's text breaks the format; the message names the line. */
export class CheckpointError extends MerkleError {
  readonly code = 'BCM-MERKLE-CHECKPOINT';
}
