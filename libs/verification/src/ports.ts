import type { StreamEntry, StreamSlot } from '@bcmed/admission';
import type { AnchorHead, AnchorRules, Hex } from '@bcmed/chain';

/** Which record a difference was found in. */
export type Place = 'stream' | 'blocks' | 'chain' | 'view' | 'export';

/** Where the events are read from: the stream EVENTS of a live site, or an exported folder. */
export interface LogSource {
  readonly place: 'stream' | 'export';
  /** Position of the last event that there is now; 0n for an empty log. Asked again whenever more is needed. */
  lastPosition(): Promise<bigint>;
  /** Every position of the range in order, each exactly once; a position that holds nothing is `missing`. */
  slots(from: bigint, to: bigint): AsyncIterable<StreamSlot>;
}

/** Where the confirmations of blocks are read from, exactly as they were sent. */
export interface BlockSource {
  readonly place: 'blocks' | 'export';
  /** Confirmations from that block on, in order, to the end as of now. May repeat a block; must not invent one. */
  confirmations(fromBlock: bigint): AsyncIterable<StreamEntry>;
  /** The last confirmation, or undefined before the first. */
  newest(): Promise<StreamEntry | undefined>;
}

/** What one BlockAnchor contract says. */
export interface ChainContract {
  readonly chainId: bigint;
  readonly contract: Hex;
  readonly head: AnchorHead;
  readonly rules: AnchorRules;
}

/** Where the anchored heads are read from. */
export interface ChainSource {
  /** `recorded` facts were read from the chain when the log was exported: as good as whoever exported them. */
  readonly kind: 'live' | 'recorded';
  /** For recorded facts: when they were read, RFC 3339. */
  readonly recordedAt?: string;
  /** The contract at an address as it stands now; rejects when the chain cannot be asked. */
  readContract(contract: string): Promise<ChainContract | 'no-contract'>;
}
