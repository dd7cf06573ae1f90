import type { AnchorHead } from './block-anchor-abi.js';
import { ZERO_HASH, type Hex } from './block-header.js';

/** What our own store says about the blocks. */
export interface LocalHead {
  /** The newest block that a quorum signed, whether or not it is known to be on the chain; 0 before the first. */
  readonly number: bigint;
  /** The hash of any block from 1 to `number`; undefined when the store does not have it. */
  readonly blockHashAt: (number: bigint) => Hex | undefined;
}

/** What to do so that the chain says again what the log says. */
export type Reconciliation =
  | { readonly kind: 'equal' }
  /** Anchor these blocks, in order, both ends included. */
  | { readonly kind: 'replay'; readonly from: bigint; readonly to: bigint }
  /** Deploy anew: after this block, or from the beginning when there is none. */
  | {
      readonly kind: 'successor';
      readonly after: { readonly number: bigint; readonly blockHash: Hex } | undefined;
    }
  /** Stop and raise an alarm: the chain holds what our log does not. No program may decide which of them is right. */
  | {
      readonly kind: 'diverged';
      readonly reason: 'chain-is-ahead' | 'different-hash' | 'not-in-our-store';
      readonly number: bigint;
      readonly onChain: Hex;
      readonly here: Hex | undefined;
    };

export interface ReconcileOptions {
  /** Up to this many missing blocks are anchored one by one; beyond, a successor contract is cheaper. Default 256. */
  readonly replayAtMost?: bigint;
}

/**
 * Compares what the contract remembers with what we hold, after a start or after any doubt.
 *
 *  - `equal`: the contract's head is our newest block.
 *  - `replay`: the contract's head is one of our blocks, at most `replayAtMost` behind (a node that was killed comes back
 *    with an older state; or we died between signing and anchoring).
 *  - `successor`: the contract is missing, or its head is ours but further behind. Begin a new contract after our newest block.
 *  - `diverged`: the contract's head is not ours: another block at that number, or a number we never reached.
 *
 * Demands that a block is in the local store, with its signatures, before it is sent to the chain: otherwise a kill between
 * the two looks like a chain that is ahead. Pure.
 */
export function reconcile(
  chainHead: AnchorHead | 'no-contract',
  localHead: LocalHead,
  options: ReconcileOptions = {},
): Reconciliation {
  const { replayAtMost = 256n } = options;
  if (chainHead === 'no-contract') return { kind: 'successor', after: newest(localHead) };

  const { number, blockHash: onChain } = chainHead;
  const here = number === 0n ? ZERO_HASH : localHead.blockHashAt(number);
  if (number > localHead.number) return { kind: 'diverged', reason: 'chain-is-ahead', number, onChain, here };
  if (here === undefined) return { kind: 'diverged', reason: 'not-in-our-store', number, onChain, here };
  if (here.toLowerCase() !== onChain.toLowerCase()) {
    return { kind: 'diverged', reason: 'different-hash', number, onChain, here };
  }
  const behind = localHead.number - number;
  if (behind === 0n) return { kind: 'equal' };
  if (behind > replayAtMost) return { kind: 'successor', after: newest(localHead) };
  return { kind: 'replay', from: number + 1n, to: localHead.number };
}

/** The block that a successor begins after. A store without the hash of its own newest block is a bug, not a state. */
function newest(localHead: LocalHead): { number: bigint; blockHash: Hex } | undefined {
  const { number } = localHead;
  if (number === 0n) return undefined;
  const blockHash = localHead.blockHashAt(number);
  if (blockHash === undefined)
    throw new RangeError(`the local store has no hash of its head, block ${String(number)}`);
  return { number, blockHash };
}
