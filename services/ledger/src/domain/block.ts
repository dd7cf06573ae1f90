import {
  hashHeader,
  toWireHeader,
  ZERO_HASH,
  type BlockHeader,
  type HeaderSignature,
  type Hex,
} from '@bcmed/chain';
import type { BlockAnchored, LeafException } from '@bcmed/events';
import { CompactRange, hashToBase64Url, hashToHex, type Hash } from '@bcmed/merkle';
import type { z } from 'zod';

/** The end of the log as of a block: everything that the next block is built on. */
export interface BlockHead {
  /** 0 before the first block. */
  readonly number: bigint;
  readonly blockHash: Hex;
  readonly lastSequence: bigint;
  readonly frontier: CompactRange;
}

/** A leaf that no block contains yet. */
export interface PendingLeaf {
  readonly position: bigint;
  readonly hash: Hash;
  /** Present when the leaf is a rejection record. */
  readonly exception?: LeafException;
}

/** A block before anybody signed it. */
export interface CutBlock {
  readonly header: BlockHeader;
  readonly leaves: readonly PendingLeaf[];
  /** The tree before the block: with it and the leaves, any reader computes the root. */
  readonly frontierBefore: CompactRange;
  readonly after: BlockHead;
}

/** Where a block was anchored. Transaction and chain block are absent when the node no longer knows them. */
export interface AnchorPlace {
  readonly chainId: bigint;
  readonly contract: Hex;
  readonly transactionHash?: Hex;
  readonly chainBlockNumber?: bigint;
}

export const NO_BLOCK: BlockHead = {
  number: 0n,
  blockHash: ZERO_HASH,
  lastSequence: 0n,
  frontier: CompactRange.empty,
};

/**
 * A confirmation must stay below the broker's limit of 1 MiB a message: 46 bytes a leaf, and at most 250 more for each that is a
 * rejection record, so 2,048 leaves take 0.6 MB at the worst.
 */
export const MAX_LEAVES_PER_BLOCK = 2_048;

/**
 * Groups the leaves that wait into the next block; as many as fit, so load makes blocks larger and not later.
 * Demands at least one leaf, consecutive from the head's last position: a hole would shift every later leaf.
 */
export function cutBlock(
  site: string,
  head: BlockHead,
  waiting: readonly PendingLeaf[],
  timeMs: number,
): CutBlock {
  const leaves = waiting.slice(0, MAX_LEAVES_PER_BLOCK);
  const last = leaves.at(-1);
  if (!last) throw new RangeError('a block needs at least one leaf');
  leaves.forEach(({ position }, index) => {
    if (position !== head.lastSequence + BigInt(index) + 1n) {
      throw new RangeError(
        `leaf ${position.toString()} does not follow position ${(head.lastSequence + BigInt(index)).toString()}`,
      );
    }
  });
  const frontier = head.frontier.appendAll(leaves.map(({ hash }) => hash));
  const header: BlockHeader = {
    site,
    number: head.number + 1n,
    firstSequence: head.lastSequence + 1n,
    lastSequence: last.position,
    treeSize: frontier.size,
    rootHash: `0x${hashToHex(frontier.root())}`,
    previousHash: head.blockHash,
    timeMs: BigInt(timeMs),
  };
  const after = {
    number: header.number,
    blockHash: hashHeader(header),
    lastSequence: last.position,
    frontier,
  };
  return { header, leaves, frontierBefore: head.frontier, after };
}

/** What is published once the chain has confirmed the block. */
export function confirmationOf(
  block: Pick<CutBlock, 'header' | 'leaves' | 'frontierBefore'>,
  signatures: readonly HeaderSignature[],
  place: AnchorPlace,
): z.infer<(typeof BlockAnchored)['data']> {
  const { transactionHash, chainBlockNumber } = place;
  return {
    header: toWireHeader(block.header),
    blockHash: hashHeader(block.header),
    signatures: signatures.map(({ signer, signature }) => ({ signer, signature })),
    frontier: block.frontierBefore.hashes.map(hashToBase64Url),
    leafHashes: block.leaves.map(({ hash }) => hashToBase64Url(hash)),
    exceptions: block.leaves.flatMap(({ exception }) => (exception ? [exception] : [])),
    anchor: {
      chainId: place.chainId.toString(),
      contract: place.contract,
      ...(transactionHash === undefined ? {} : { transactionHash }),
      ...(chainBlockNumber === undefined ? {} : { chainBlockNumber: chainBlockNumber.toString() }),
    },
  };
}
