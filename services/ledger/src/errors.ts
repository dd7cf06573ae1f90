/** What stops the ledger or one of its operations. */
export abstract class LedgerError extends Error {
  abstract readonly code: `BCM-LEDGER-${string}`;
}

/** The store belongs to another site or another root key than the configuration says. */
export class StoreForeignError extends LedgerError {
  readonly code = 'BCM-LEDGER-STORE-FOREIGN';
  override readonly name = 'StoreForeignError';
}

/**
 * The stream ends before the tree does: acknowledged events are gone from the broker. Going on would give their positions to
 * other events, so the ledger stands still until an operator restores the tail.
 */
export class StreamShorterThanTreeError extends LedgerError {
  readonly code = 'BCM-LEDGER-STREAM-SHORT';
  override readonly name = 'StreamShorterThanTreeError';
}

/** The chain holds a block that this log does not have. No program may decide which of them is right. */
export class ChainDivergedError extends LedgerError {
  readonly code = 'BCM-LEDGER-CHAIN-DIVERGED';
  override readonly name = 'ChainDivergedError';
}

/** The chain lost the contract or too much of it, and the configuration leaves the decision to an operator. */
export class ChainLostError extends LedgerError {
  readonly code = 'BCM-LEDGER-CHAIN-LOST';
  override readonly name = 'ChainLostError';
}

/** This validator's key is not among those that the epoch names: its signature would count for nothing. */
export class NotValidatorError extends LedgerError {
  readonly code = 'BCM-LEDGER-NOT-VALIDATOR';
  override readonly name = 'NotValidatorError';
}
