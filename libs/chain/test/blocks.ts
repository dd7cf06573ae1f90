import { id, toBeHex, Wallet } from 'ethers';
import {
  hashHeader,
  hex,
  signHeader,
  sortSignatures,
  ZERO_HASH,
  type BlockHeader,
  type Hex,
  type LocalHead,
  type SignedBlock,
} from '../src/index.js';

export const SITE = 'st-mary';

/** Five people with keys, ascending by address; the first four are the validators. */
export const wallets = [1n, 2n, 3n, 4n, 5n]
  .map((secret) => new Wallet(toBeHex(secret, 32)))
  .sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1));
export const validators = wallets.slice(0, 4);
export const validatorSet = { validators: validators.map((wallet) => wallet.address), quorum: 3 };
/** Pays for the transactions; no validator. */
export const sender = new Wallet(toBeHex(77n, 32));

/** Signatures of a quorum, as the contract wants them. */
export function signed(header: BlockHeader, by: readonly Wallet[] = validators.slice(0, 3)): SignedBlock {
  const words = sortSignatures(by.map((wallet) => signHeader(header, wallet)));
  return { header, signatures: words.map((word) => word.signature) };
}

/** A site's log as the ledger would keep it: every block with its signatures, stored before it is sent anywhere. */
export class SiteLog implements LocalHead {
  readonly blocks: SignedBlock[] = [];

  get number(): bigint {
    return BigInt(this.blocks.length);
  }

  get head(): SignedBlock {
    return this.block(this.number);
  }

  block(number: bigint): SignedBlock {
    const block = this.blocks[Number(number) - 1];
    if (block === undefined) throw new RangeError(`no block ${String(number)}`);
    return block;
  }

  blockHashAt = (number: bigint): Hex | undefined => {
    const block = this.blocks[Number(number) - 1];
    return block === undefined ? undefined : hashHeader(block.header);
  };

  /** Cuts the next block, ten positions long. */
  grow(): SignedBlock {
    const last = this.blocks.at(-1)?.header;
    const number = this.number + 1n;
    const lastSequence = (last?.lastSequence ?? 0n) + 10n;
    const block = signed({
      site: SITE,
      number,
      firstSequence: lastSequence - 9n,
      lastSequence,
      treeSize: lastSequence,
      rootHash: hex(id(`root ${String(number)}`)),
      previousHash: last === undefined ? ZERO_HASH : hashHeader(last),
      timeMs: 1_795_000_000_000n + number,
    });
    this.blocks.push(block);
    return block;
  }
}
