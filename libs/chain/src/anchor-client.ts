import { getAddress } from 'ethers';
import {
  blockAnchor,
  decodeHead,
  decodeView,
  readBigint,
  readHex,
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
    if (!this.confirms(mined, header.number, blockHash)) throw new ContractAbsentError(this.contract);
    const { transactionHash, chainBlockNumber, gasUsed } = mined;
    return { transactionHash, chainBlockNumber, gasUsed };
  }

  /** The contract's head as of the node's newest block; `no-contract` when the chain has no code at this address. */
  async readHead(): Promise<AnchorHead | 'no-contract'> {
    const answer = await this.view('head');
    if (answer !== '0x') return decodeHead(answer);
    return 'no-contract';
  }

  /** The contract's rules; throws `ContractAbsentError` without code and `ContractForeignError` for code that is no BlockAnchor. */
  async readRules(): Promise<AnchorRules> {
    const names = ['site', 'validators', 'quorum', 'predecessor'] as const;
    const answers = await Promise.all(names.map((name) => this.view(name)));
    if (answers.every((answer) => answer === '0x')) throw new ContractAbsentError(this.contract);
    try {
      const [site, validators, quorum, link] = names.map((name, index) =>
        decodeView(name, answers[index] ?? '0x'),
      );
      const [predecessor, number, blockHash] = readList(link);
      return {
        site: readText(site),
        validators: readList(validators).map(readHex),
        quorum: Number(readBigint(quorum)),
        link:
          readBigint(number) === 0n
            ? undefined
            : {
                predecessor: readHex(predecessor),
                number: readBigint(number),
                blockHash: readHex(blockHash),
              },
      };
    } catch (cause) {
      throw new ContractForeignError(`${this.contract} does not answer as a BlockAnchor`, { cause });
    }
  }

  /** The block hash as the contract itself computes it, for a second opinion. */
  async hashOnChain(header: BlockHeader): Promise<Hex> {
    const answer = await this.view('hashOf', [header]);
    if (answer === '0x') throw new ContractAbsentError(this.contract);
    return readHex(decodeView('hashOf', answer));
  }

  /** A transaction to an address without code succeeds and does nothing: only the contract's own event is a confirmation. */
  private confirms(mined: MinedTransaction, number: bigint, blockHash: Hex): boolean {
    return mined.logs.some((log) => {
      if (getAddress(log.address) !== getAddress(this.contract)) return false;
      const event = blockAnchor.parseLog(log);
      return event?.name === 'BlockAnchored' && event.args[0] === number && event.args[1] === blockHash;
    });
  }

  private async view(name: string, values: readonly unknown[] = []): Promise<string> {
    const data = blockAnchor.encodeFunctionData(name, values);
    try {
      return await this.rpc.requestHex('eth_call', [{ to: this.contract, data }, 'latest']);
    } catch (cause) {
      if (!(cause instanceof RpcRefusal)) throw cause;
      throw new ContractForeignError(`${this.contract} does not answer as a BlockAnchor`, { cause });
    }
  }
}
