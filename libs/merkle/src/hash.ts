import { createHash, hash } from 'node:crypto';
import { InvalidHashError } from './errors.js';

declare const hashBrand: unique symbol;

/**
 * A SHA-256 value whose length has been checked: exactly 32 bytes.
 *
 * Nobody writes into a hash after it was made: trees, ranges and proofs share them without copying.
 */
export type Hash = Uint8Array & { readonly [hashBrand]: 'Hash' };

export const HASH_LENGTH_BYTES = 32;

const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** Inputs up to the largest ledger entry are hashed in one call, which halves the cost for small ones. */
const leafScratch = new Uint8Array(1 + 65_535);
leafScratch[0] = LEAF_PREFIX;

const nodeScratch = new Uint8Array(1 + 2 * HASH_LENGTH_BYTES);
nodeScratch[0] = NODE_PREFIX;

/** A plain view: a Buffer's `slice`, `toString` and `toJSON` differ from what a Uint8Array promises. */
function fromDigest(digest: Buffer): Hash {
  // SHA-256 always yields 32 bytes, so the brand needs no check.
  return new Uint8Array(digest.buffer, digest.byteOffset, HASH_LENGTH_BYTES) as Hash;
}

/**
 * The root of a tree that holds nothing, SHA-256 of no bytes (RFC 6962 section 2.1).
 *
 * A function, so that no caller can spoil the value for another.
 */
export function emptyRoot(): Hash {
  return fromDigest(hash('sha256', '', 'buffer'));
}

/** Hash of one log entry as a leaf: SHA-256(0x00 ‖ entry) (RFC 6962 section 2.1). The entry may have any length. */
export function leafHash(entry: Uint8Array): Hash {
  if (entry.length < leafScratch.length) {
    leafScratch.set(entry, 1);
    return fromDigest(hash('sha256', leafScratch.subarray(0, 1 + entry.length), 'buffer'));
  }
  return fromDigest(createHash('sha256').update(Uint8Array.of(LEAF_PREFIX)).update(entry).digest());
}

/**
 * Hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1).
 *
 * The prefix is what keeps a forged leaf from passing as a node. Demands two hashes of 32 bytes, which their type
 * promises; it does not check again.
 */
export function nodeHash(left: Hash, right: Hash): Hash {
  nodeScratch.set(left, 1);
  nodeScratch.set(right, 1 + HASH_LENGTH_BYTES);
  return fromDigest(hash('sha256', nodeScratch, 'buffer'));
}

/** Tells whether bytes of unknown origin have the length of a hash; the bytes themselves are not copied. */
export function isHash(bytes: Uint8Array): bytes is Hash {
  return bytes.length === HASH_LENGTH_BYTES;
}

/**
 * Takes bytes from outside as a hash, without copying them.
 *
 * @throws {InvalidHashError} unless there are exactly 32.
 */
export function hashFromBytes(bytes: Uint8Array): Hash {
  if (!isHash(bytes)) {
    throw new InvalidHashError(`a hash has ${HASH_LENGTH_BYTES} bytes, these are ${bytes.length}`);
  }
  return bytes;
}

/**
 * Reads 64 hexadecimal digits of either case, without a prefix.
 *
 * @throws {InvalidHashError} for anything else.
 */
export function hashFromHex(text: string): Hash {
  if (!/^[0-9a-fA-F]{64}$/.test(text)) {
    throw new InvalidHashError('a hash in hexadecimal has 64 digits and nothing else');
  }
  return hashFromBytes(new Uint8Array(Buffer.from(text, 'hex')));
}

/**
 * Reads the one canonical base64url spelling of a hash: 43 characters, no padding, unused bits zero.
 *
 * Being this strict keeps two different texts from naming the same hash, so texts may be compared as texts.
 *
 * @throws {InvalidHashError} for any other text.
 */
export function hashFromBase64Url(text: string): Hash {
  const bytes = new Uint8Array(Buffer.from(text, 'base64url'));
  if (bytes.length !== HASH_LENGTH_BYTES || hashToBase64Url(bytes) !== text) {
    throw new InvalidHashError(
      'a hash in base64url has 43 characters, no padding, and its unused bits are zero',
    );
  }
  return hashFromBytes(bytes);
}

/** Lower-case hexadecimal, for people and for Ethereum tools (which want `0x` before it). */
export function hashToHex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('hex');
}

/** Base64url without padding, the form in which hashes travel inside events. */
export function hashToBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('base64url');
}

/** Compares bytes; not constant in time, because hashes in a public log are no secrets. */
export function hashesEqual(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (a[i] !== b[i]) return false;
  }
  return true;
}
