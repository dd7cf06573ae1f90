import { getAddress } from 'ethers';
import {
  blockAnchor,
  readBigint,
  readHead,
  readHex,
  readLink,
  readList,
  readText,
  type AnchorHead,
  type AnchorLink,
} from './block-anchor-abi.js';
import { hashHeader, hex, type BlockHeader, type Hex } from './block-header.js';
import { ContractAbsentError, ContractForeignError } from './errors.js';
import { RpcRefusal, type NodeRpc } from './rpc.js';
import type { MinedTransaction, TransactionSender } from './transaction-sender.js';

/** Where on the chain an effect can be found. */
export interface ChainReceipt {
  readonly transactionHash: Hex;
  readonly chainBlockNumber: bigint;
  readonly gasUsed: bigint;
}

/** The rules that a BlockAnchor was deployed with. They never change. */
export interface AnchorRules {
  readonly site: string;
  /** Ascending. */
  readonly validators: readonly Hex[];
  readonly quorum: number;
  /** Absent in a site's first contract. */
  readonly link: AnchorLink | undefined;
}

/** One BlockAnchor on one chain. Made by `ChainClient`; holds no state of its own, so that a node may come and go. */
export class AnchorClient {
  constructor(
    /** The contract's address. */
    readonly contract: Hex,
    readonly chainId: bigint,
    private readonly rpc: NodeRpc,
    private readonly sender: TransactionSender,
  ) {}

  /**
   * Makes `header` the contract's head and returns when the chain has confirmed it. Signatures as `sortSignatures` orders them.
   * Calls are queued: one transaction is in flight at any time. Idempotent in effect: a header that is already the head
   * is refused with `WrongNumber`, and after an `OutcomeUnknownError` a second call finds the transaction of the first.
   *
   * Fails with `ContractRefusedError` (nothing changed), `NodeUnreachableError` (nothing was sent), `OutcomeUnknownError`
   * (read the head, see `reconcile`), `ContractAbsentError` (the chain was lost), `ChainIdDiffersError`, `NodeRefusedError`.
   */
  async anchor(header: BlockHeader, signatures: readonly string[]): Promise<ChainReceipt> {
    const blockHash = hashHeader(header);
    const data = hex(blockAnchor.encodeFunctionData('anchor', [header, signatures]));
    const mined = await this.sender.submit({ to: this.contract, data, key: `${this.contract} ${blockHash}` });
    if (!this.confirms(mined, header.number, blockHash)) throw await this.whySilent();
    const { transactionHash, chainBlockNumber, gasUsed } = mined;
    return { transactionHash, chainBlockNumber, gasUsed };
  }

  /** The contract's head as of the node's newest block; `no-contract` when the chain has no code at this address. */
  async readHead(): Promise<AnchorHead | 'no-contract'> {
    try {
      return await this.view('head', [], readHead);
    } catch (error) {
      if (error instanceof ContractAbsentError) return 'no-contract';
      throw error;
    }
  }

  /** The contract's rules; throws `ContractAbsentError` without code and `ContractForeignError` for code that is no BlockAnchor. */
  async readRules(): Promise<AnchorRules> {
    const [site, validators, quorum, link] = await Promise.all([
      this.view('site', [], readText),
      this.view('validators', [], (value) => readList(value).map(readHex)),
      this.view('quorum', [], readBigint),
      this.view('predecessor', [], readLink),
    ]);
    return { site, validators, quorum: Number(quorum), link: link.number === 0n ? undefined : link };
  }

  /** The block hash as the contract itself computes it, for a second opinion. */
  hashOnChain(header: BlockHeader): Promise<Hex> {
    return this.view('hashOf', [header], readHex);
  }

  /** A transaction to an address without code succeeds and does nothing: only the contract's own event is a confirmation. */
  private confirms(mined: MinedTransaction, number: bigint, blockHash: Hex): boolean {
    return mined.logs.some((log) => {
      if (getAddress(log.address) !== getAddress(this.contract)) return false;
      const event = blockAnchor.parseLog(log);
      return event?.name === 'BlockAnchored' && event.args[0] === number && event.args[1] === blockHash;
    });
  }

  private async view<T>(name: string, values: readonly unknown[], read: (value: unknown) => T): Promise<T> {
    const data = blockAnchor.encodeFunctionData(name, values);
    let answer: string;
    try {
      answer = await this.rpc.requestHex('eth_call', [{ to: this.contract, data }, 'latest']);
    } catch (cause) {
      throw cause instanceof RpcRefusal ? this.foreign(cause) : cause;
    }
    if (answer === '0x') throw await this.whySilent();
    try {
      return read(blockAnchor.decodeFunctionResult(name, answer)[0]);
    } catch (cause) {
      throw this.foreign(cause);
    }
  }

  private async whySilent(): Promise<ContractAbsentError | ContractForeignError> {
    const code = await this.rpc.requestHex('eth_getCode', [this.contract, 'latest']);
    return code === '0x' ? new ContractAbsentError(this.contract) : this.foreign(undefined);
  }

  private foreign(cause: unknown): ContractForeignError {
    return new ContractForeignError(`${this.contract} does not answer as a BlockAnchor`, { cause });
  }
}
