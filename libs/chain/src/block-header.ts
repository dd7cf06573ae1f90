import { concat, id, keccak256, TypedDataEncoder } from 'ethers';
import { HeaderInvalidError } from './errors.js';

/** Bytes written as `0x` and lower-case hex (addresses: with the capitals of their checksum). */
export type Hex = `0x${string}`;

/** What a quorum of validators says about one stretch of the log; the exact fields that are signed and anchored. */
export interface BlockHeader {
  /** The site whose log it is; also salts the signature, so that no header counts for another site. */
  readonly site: string;
  /** From 1, without holes. */
  readonly number: bigint;
  /** Stream positions that the block adds, both ends included. */
  readonly firstSequence: bigint;
  readonly lastSequence: bigint;
  /** Leaves of the RFC 6962 tree after this block. */
  readonly treeSize: bigint;
  /** Root of that tree, 32 bytes. */
  readonly rootHash: Hex;
  /** `hashHeader` of the block before; 32 zero bytes in block 1. */
  readonly previousHash: Hex;
  /** When the proposer cut the block, in milliseconds since 1970. Signed, not judged: order comes from the number. */
  readonly timeMs: bigint;
}

/** The previous hash of block 1, and the head of a contract that holds no block yet. */
export const ZERO_HASH: Hex = `0x${'00'.repeat(32)}`;

/** The EIP-712 type, by name, in the order that the contract hashes. */
export const BLOCK_HEADER_TYPES = {
  BlockHeader: [
    { name: 'site', type: 'string' },
    { name: 'number', type: 'uint64' },
    { name: 'firstSequence', type: 'uint64' },
    { name: 'lastSequence', type: 'uint64' },
    { name: 'treeSize', type: 'uint64' },
    { name: 'rootHash', type: 'bytes32' },
    { name: 'previousHash', type: 'bytes32' },
    { name: 'timeMs', type: 'uint64' },
  ],
};

const encoder = TypedDataEncoder.from(BLOCK_HEADER_TYPES);

/**
 * The EIP-712 domain of a site. It names neither a chain nor a contract, on purpose: the log outlives the chain that
 * mirrors it, and a block that is anchored again elsewhere keeps the signatures it was given.
 */
export function blockDomain(site: string): { name: string; version: string; salt: Hex } {
  return { name: 'BCMed block', version: '1', salt: hex(id(site)) };
}

/**
 * The block's hash, EIP-712 `hashStruct`: what the next header links to and what the contract keeps as its head.
 * Throws `HeaderInvalidError` for a header that has no encoding.
 */
export function hashHeader(header: BlockHeader): Hex {
  try {
    return hex(encoder.hash({ ...header }));
  } catch (cause) {
    throw new HeaderInvalidError(`block ${String(header.number)} cannot be encoded`, { cause });
  }
}

/** The 32 bytes that a validator signs: `keccak256(0x1901 ‖ domain separator ‖ hashHeader)`, EIP-712. */
export function headerDigest(header: BlockHeader): Hex {
  const domain = TypedDataEncoder.hashDomain(blockDomain(header.site));
  return hex(keccak256(concat(['0x1901', domain, hashHeader(header)])));
}

/** Types what a library hands out as `string` although it is always `0x` hex; throws when it is not. */
export function hex(value: string): Hex {
  if (!isHex(value)) throw new TypeError(`not 0x hex: ${value.slice(0, 80)}`);
  return value;
}

function isHex(value: string): value is Hex {
  return /^0x(?:[0-9a-fA-F]{2})*$/.test(value);
}
