import type { StreamEntry, StreamSlot } from '@bcmed/admission';
import { readConfirmation } from './confirmation.js';
import type { BlockSource, ChainContract, ChainSource, LogSource } from './ports.js';

/** A log that is in memory as a whole: index 0 of `entries` is position 1. */
export interface MemoryLog {
  readonly entries: readonly StreamSlot[];
  readonly confirmations: readonly StreamEntry[];
  readonly contracts?: readonly ChainContract[];
}

/** Sources over arrays: for tests, and for who has just read a small log anyway. Later additions to the arrays are seen. */
export function memorySources({ entries, confirmations, contracts = [] }: MemoryLog): {
  readonly log: LogSource;
  readonly blocks: BlockSource;
  readonly chain: ChainSource;
} {
  return {
    log: {
      place: 'stream',
      lastPosition: () => Promise.resolve(BigInt(entries.length)),
      slots: (from, to) => iterate(entries.slice(Number(from) - 1, Number(to))),
    },
    blocks: {
      place: 'blocks',
      confirmations: (from) => iterate(confirmations.slice(indexOf(confirmations, from))),
      newest: () => Promise.resolve(confirmations.at(-1)),
    },
    chain: {
      kind: 'live',
      readContract: (contract) =>
        Promise.resolve(
          contracts.find((one) => one.contract.toLowerCase() === contract.toLowerCase()) ?? 'no-contract',
        ),
    },
  };
}

/** First message that is, or can no longer be told not to be, the confirmation of that block. */
function indexOf(confirmations: readonly StreamEntry[], block: bigint): number {
  if (block <= 1n) return 0;
  let index = confirmations.length;
  while (index > 0) {
    const entry = confirmations[index - 1];
    const read = entry && readConfirmation(entry);
    if (read?.ok === true && BigInt(read.data.header.number) < block) break;
    index--;
  }
  return index;
}

async function* iterate<T>(items: readonly T[]): AsyncGenerator<T, void> {
  for (const item of items) yield await Promise.resolve(item);
}
