import type { AnchoredBlock } from '@bcmed/verification';
import type { BlockView } from '../../domain/live.js';

/** A confirmed block as plots need it. `storedMs` is when its confirmation came onto the stream. */
export function blockOf({ header, exceptions, signatures }: AnchoredBlock, storedMs: number): BlockView {
  const timeMs = Number(header.timeMs);
  return {
    number: header.number,
    firstSequence: header.firstSequence,
    lastSequence: header.lastSequence,
    treeSize: header.treeSize,
    rootHash: header.rootHash,
    timeMs,
    anchoredAfterMs: Math.max(0, storedMs - timeMs),
    rejected: exceptions.length,
    signers: signatures.length,
  };
}
