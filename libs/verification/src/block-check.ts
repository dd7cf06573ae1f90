import {
  ZERO_HASH,
  checkQuorum,
  fromWireHeader,
  hashHeader,
  type BlockHeader,
  type Hex,
  type QuorumOutcome,
  type ValidatorSet,
} from '@bcmed/chain';
import type { BlockAnchored, LeafException } from '@bcmed/events';
import { rejectionLeaf } from '@bcmed/admission';
import { CompactRange, hashFromBase64Url, hashToHex, hashesEqual, leafHash, type Hash } from '@bcmed/merkle';
import type { z } from 'zod';

/** Data of a block's confirmation as it stands on the stream BLOCKS. */
export type AnchoredBlock = z.infer<(typeof BlockAnchored)['data']>;

/** What the reader knows of the block before; undefined for one who begins in the middle and has only the signatures to go by. */
export interface BlockBefore {
  readonly header: BlockHeader;
  readonly blockHash: Hex;
  readonly frontier: CompactRange;
}

/** A block that holds together: its leaves are in the tree whose root a quorum signed. */
export interface CheckedBlock extends BlockBefore {
  readonly data: AnchoredBlock;
  /** Leaf hash of every position of the block, the first being `header.firstSequence`. */
  readonly leafHashes: readonly Hash[];
  /** By position: the leaves that are rejection records. */
  readonly exceptions: ReadonlyMap<bigint, LeafException>;
}

/** What is wrong with a block, as a stable word and a sentence with both values. */
export interface BlockFault {
  readonly kind:
    | 'wrong-number'
    | 'wrong-previous-hash'
    | 'wrong-range'
    | 'wrong-hash'
    | 'wrong-signatures'
    | 'wrong-frontier'
    | 'wrong-root'
    | 'wrong-exception';
  readonly detail: string;
}

export type BlockCheck =
  { readonly ok: true; readonly block: CheckedBlock } | { readonly ok: false; readonly fault: BlockFault };

/**
 * Checks one confirmation of a block by itself, without asking any service: the hash of the header, the signatures of a
 * quorum of the pinned validators, the link to the block before, and that frontier and leaf hashes give the signed root. After it, an
 * entry whose leaf hash stands in `leafHashes` is proven to be in the log at that position.
 *
 * Without `before` the frontier is taken as it comes: the root then proves the leaves all the same, but not that the
 * earlier part of the log is the one that was seen before.
 */
export function checkAnchoredBlock(
  data: AnchoredBlock,
  validators: ValidatorSet,
  before: BlockBefore | undefined,
): BlockCheck {
  const header = fromWireHeader(data.header);
  const fault = headerFault(data, header, validators) ?? linkFault(header, before);
  if (fault) return { ok: false, fault };
  const leafHashes = listedLeaves(data);
  if (!leafHashes)
    return failed(
      'wrong-root',
      `block ${data.header.number}: one of its leaf hashes is no canonical base64url`,
    );
  const start = startOf(data, header, BigInt(leafHashes.length), before);
  if ('kind' in start) return { ok: false, fault: start };
  const frontier = start.appendAll(leafHashes);
  const root = `0x${hashToHex(frontier.root())}`;
  if (root !== header.rootHash)
    return failed(
      'wrong-root',
      `block ${data.header.number}: its leaves give ${root}, the header says ${header.rootHash}`,
    );
  const exceptions = new Map(data.exceptions.map((exception) => [BigInt(exception.position), exception]));
  const odd = exceptionFault(exceptions, leafHashes, header);
  if (odd) return { ok: false, fault: odd };
  return {
    ok: true,
    block: { data, header, blockHash: hashHeader(header), frontier, leafHashes, exceptions },
  };
}

function failed(kind: BlockFault['kind'], detail: string): { ok: false; fault: BlockFault } {
  return { ok: false, fault: { kind, detail } };
}

function headerFault(
  data: AnchoredBlock,
  header: BlockHeader,
  validators: ValidatorSet,
): BlockFault | undefined {
  const hash = hashHeader(header);
  if (hash !== data.blockHash)
    return {
      kind: 'wrong-hash',
      detail: `block ${data.header.number}: its header hashes to ${hash}, it says ${data.blockHash}`,
    };
  const quorum = checkQuorum(
    header,
    data.signatures.map(({ signature }) => signature),
    validators,
  );
  if (quorum.kind !== 'quorum')
    return { kind: 'wrong-signatures', detail: `block ${data.header.number}: ${quorumFault(quorum)}` };
  const leaves = header.lastSequence - header.firstSequence + 1n;
  if (leaves !== BigInt(data.leafHashes.length)) {
    return {
      kind: 'wrong-range',
      detail: `block ${data.header.number}: ${leaves.toString()} positions but ${data.leafHashes.length} leaves`,
    };
  }
  return undefined;
}

/** Why signatures do not carry a header, for people. */
export function quorumFault(outcome: Exclude<QuorumOutcome, { kind: 'quorum' }>): string {
  switch (outcome.kind) {
    case 'too-few':
      return `${outcome.given} signatures, ${outcome.needed} are needed`;
    case 'malformed':
      return `signature ${outcome.index} is none: ${outcome.fault}`;
    case 'not-ascending':
      return `signature ${outcome.index} is by ${outcome.signer}, which does not come after ${outcome.previous}`;
    case 'not-a-validator':
      return `signature ${outcome.index} is by ${outcome.signer}, who is no validator of this site or signed another header`;
  }
}

function linkFault(header: BlockHeader, before: BlockBefore | undefined): BlockFault | undefined {
  if (!before) return header.number === 1n ? firstBlockFault(header) : undefined;
  const number = before.header.number + 1n;
  if (header.number !== number) {
    return {
      kind: 'wrong-number',
      detail: `block ${header.number.toString()} stands where ${number.toString()} must stand`,
    };
  }
  if (header.previousHash !== before.blockHash) {
    return {
      kind: 'wrong-previous-hash',
      detail: `block ${number.toString()} names ${header.previousHash} as its predecessor, which is ${before.blockHash}`,
    };
  }
  if (header.firstSequence !== before.header.lastSequence + 1n) {
    return {
      kind: 'wrong-range',
      detail: `block ${number.toString()} begins at position ${header.firstSequence.toString()}, the block before ends at ${before.header.lastSequence.toString()}`,
    };
  }
  return undefined;
}

/** What only the first block can get wrong: it is linked to nothing and begins at position 1. */
function firstBlockFault({ previousHash, firstSequence }: BlockHeader): BlockFault | undefined {
  if (previousHash !== ZERO_HASH)
    return { kind: 'wrong-previous-hash', detail: `block 1 names a predecessor, ${previousHash}` };
  if (firstSequence !== 1n)
    return { kind: 'wrong-range', detail: `block 1 begins at position ${firstSequence.toString()}` };
  return undefined;
}

function startOf(
  data: AnchoredBlock,
  header: BlockHeader,
  leaves: bigint,
  before: BlockBefore | undefined,
): CompactRange | BlockFault {
  const given = listedFrontier(data, header.treeSize - leaves);
  if (!given)
    return {
      kind: 'wrong-frontier',
      detail: `block ${data.header.number}: its frontier does not fit ${(header.treeSize - leaves).toString()} leaves`,
    };
  if (before && (before.frontier.size !== given.size || !hashesEqual(before.frontier.root(), given.root()))) {
    return {
      kind: 'wrong-frontier',
      detail: `block ${data.header.number}: its frontier is not the end of the block before`,
    };
  }
  return before?.frontier ?? given;
}

/** The leaf hashes that a block lists; undefined when one is not in its one canonical spelling. */
export function listedLeaves(data: AnchoredBlock): Hash[] | undefined {
  try {
    return data.leafHashes.map(hashFromBase64Url);
  } catch {
    return undefined;
  }
}

/** The frontier that a block lists, for a tree of that size before it; undefined when it does not have the form of one. */
export function listedFrontier(data: AnchoredBlock, size: bigint): CompactRange | undefined {
  try {
    return CompactRange.fromParts(size, data.frontier.map(hashFromBase64Url));
  } catch {
    return undefined;
  }
}

function exceptionFault(
  exceptions: ReadonlyMap<bigint, LeafException>,
  leafHashes: readonly Hash[],
  header: BlockHeader,
): BlockFault | undefined {
  for (const [position, exception] of exceptions) {
    const leaf = leafHashes[Number(position - header.firstSequence)];
    if (!leaf || !hashesEqual(leaf, leafHash(rejectionLeaf(exception)))) {
      return {
        kind: 'wrong-exception',
        detail: `position ${position.toString()}: the leaf is not the rejection record that the block describes`,
      };
    }
  }
  return undefined;
}
