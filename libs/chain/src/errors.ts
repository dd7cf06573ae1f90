/**
 * The closed tree of what can go wrong between us and a chain. The code says which of the caller's answers is right:
 * wait and try again, read the head first, deploy anew, or stop and call a person.
 */
export type ChainErrorCode =
  | 'BCM-CHAIN-HEADER-INVALID'
  | 'BCM-CHAIN-KEY-UNUSABLE'
  | 'BCM-CHAIN-NODE-UNREACHABLE'
  | 'BCM-CHAIN-NODE-REFUSED'
  | 'BCM-CHAIN-ID-DIFFERS'
  | 'BCM-CHAIN-CONTRACT-ABSENT'
  | 'BCM-CHAIN-CONTRACT-FOREIGN'
  | 'BCM-CHAIN-CONTRACT-REFUSED'
  | 'BCM-CHAIN-OUTCOME-UNKNOWN';

/** Root of the tree; catch this one to tell a chain fault from a bug. */
export abstract class ChainError extends Error {
  abstract readonly code: ChainErrorCode;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A header that has no EIP-712 encoding: a number outside uint64, a hash that is not 32 bytes. A bug of the caller. */
export class HeaderInvalidError extends ChainError {
  readonly code = 'BCM-CHAIN-HEADER-INVALID';
}

/** The key file exists and must not be used: readable by others, damaged, or a key of another curve. Never replaced by us. */
export class KeyUnusableError extends ChainError {
  readonly code = 'BCM-CHAIN-KEY-UNUSABLE';
}

/** Nothing was sent, or nothing that could have changed the chain: safe to repeat as it is once the node answers. */
export class NodeUnreachableError extends ChainError {
  readonly code = 'BCM-CHAIN-NODE-UNREACHABLE';
}

/** The node answered and declined the transaction before any contract saw it: no funds, fee too low, nonce taken. */
export class NodeRefusedError extends ChainError {
  readonly code = 'BCM-CHAIN-NODE-REFUSED';
}

/** Another chain answers at this address: a wrong URL, or a node that was set up anew. Nothing was sent. */
export class ChainIdDiffersError extends ChainError {
  readonly code = 'BCM-CHAIN-ID-DIFFERS';

  constructor(
    readonly expected: bigint,
    readonly found: bigint,
  ) {
    super(`expected chain ${String(expected)}, the node serves chain ${String(found)}`);
  }
}

/** There is no code at the address: the chain was lost or rewound behind the deployment. See `reconcile`. */
export class ContractAbsentError extends ChainError {
  readonly code = 'BCM-CHAIN-CONTRACT-ABSENT';

  constructor(readonly contract: string) {
    super(`no contract at ${contract}`);
  }
}

/** There is code at the address, but it is not the anchor that was expected: other site, other validators, other program. */
export class ContractForeignError extends ChainError {
  readonly code = 'BCM-CHAIN-CONTRACT-FOREIGN';
}

/** The contract ran and said no; `errorName` and `args` are its own words, by their names in the Solidity source. */
export class ContractRefusedError extends ChainError {
  readonly code = 'BCM-CHAIN-CONTRACT-REFUSED';

  constructor(
    readonly errorName: string,
    readonly args: Readonly<Record<string, unknown>>,
    options?: { cause?: unknown },
  ) {
    const words = Object.entries(args).map(([name, value]) => `${name} ${String(value)}`);
    super(`the contract refused: ${errorName}(${words.join(', ')})`, options);
  }
}

/**
 * A transaction left us and no receipt came back: it may be on the chain, or come on it later. The caller must read the
 * head before it decides anything; to anchor the same header again is safe, since the contract takes a number once.
 */
export class OutcomeUnknownError extends ChainError {
  readonly code = 'BCM-CHAIN-OUTCOME-UNKNOWN';

  constructor(
    readonly transactionHash: string,
    options?: { cause?: unknown },
  ) {
    super(`no receipt for transaction ${transactionHash}`, options);
  }
}
