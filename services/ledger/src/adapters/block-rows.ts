import { fromWireHeader, type BlockHeader, type HeaderSignature, type Hex } from '@bcmed/chain';
import type { WireBlockHeader } from '@bcmed/events';
import { CompactRange, hashFromBase64Url } from '@bcmed/merkle';
import type { AnchorPlace, BlockHead } from '../domain/block.js';

/** A block that this validator signed. */
export interface SignedBlock {
  readonly header: BlockHeader;
  readonly blockHash: Hex;
  readonly signatures: readonly HeaderSignature[];
  /** Where it was anchored; absent until the chain confirmed it. */
  readonly place?: AnchorPlace;
  readonly published: boolean;
}

export interface HeadRow {
  readonly number: number;
  readonly hash: Hex;
  readonly last_position: number;
  readonly frontier: string;
}

export interface BlockRow extends HeadRow {
  readonly header: string;
  readonly signatures: string;
  readonly place: string | null;
  readonly published: number;
}

/** End of the log as of a block. Leaf index is position − 1 (epoch base 0), so the tree has as many leaves as the last position says. */
export function toHead(row: HeadRow): BlockHead {
  const hashes = (JSON.parse(row.frontier) as string[]).map(hashFromBase64Url);
  const size = BigInt(row.last_position);
  return {
    number: BigInt(row.number),
    blockHash: row.hash,
    lastSequence: size,
    frontier: CompactRange.fromParts(size, hashes),
  };
}

export function toBlock(row: BlockRow): SignedBlock {
  const place = row.place === null ? undefined : toPlace(row.place);
  return {
    header: fromWireHeader(JSON.parse(row.header) as WireBlockHeader),
    blockHash: row.hash,
    signatures: JSON.parse(row.signatures) as HeaderSignature[],
    ...(place ? { place } : {}),
    published: row.published === 1,
  };
}

function toPlace(json: string): AnchorPlace {
  const place = JSON.parse(json) as {
    chainId: string;
    contract: Hex;
    transactionHash?: Hex;
    chainBlockNumber?: string;
  };
  const { chainId, chainBlockNumber, ...rest } = place;
  return {
    ...rest,
    chainId: BigInt(chainId),
    ...(chainBlockNumber === undefined ? {} : { chainBlockNumber: BigInt(chainBlockNumber) }),
  };
}

/** Written as {@link toPlace} reads it: whole numbers of the chain as decimal text. */
export function placeJson({ chainId, chainBlockNumber, ...rest }: AnchorPlace): string {
  return JSON.stringify({
    ...rest,
    chainId: chainId.toString(),
    chainBlockNumber: chainBlockNumber?.toString(),
  });
}
