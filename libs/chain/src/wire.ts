import type { WireBlockHeader } from '@bcmed/events';
import { hex, type BlockHeader } from './block-header.js';

/** A header as the stream carries it: whole numbers as decimal text, since JSON numbers end at 2^53. */
export function toWireHeader(header: BlockHeader): WireBlockHeader {
  return {
    site: header.site,
    number: header.number.toString(),
    firstSequence: header.firstSequence.toString(),
    lastSequence: header.lastSequence.toString(),
    treeSize: header.treeSize.toString(),
    rootHash: header.rootHash,
    previousHash: header.previousHash,
    timeMs: header.timeMs.toString(),
  };
}

/** The header that was signed; the catalogue's schema has checked the form of each field. */
export function fromWireHeader(wire: WireBlockHeader): BlockHeader {
  return {
    site: wire.site,
    number: BigInt(wire.number),
    firstSequence: BigInt(wire.firstSequence),
    lastSequence: BigInt(wire.lastSequence),
    treeSize: BigInt(wire.treeSize),
    rootHash: hex(wire.rootHash),
    previousHash: hex(wire.previousHash),
    timeMs: BigInt(wire.timeMs),
  };
}
