import { setTimeout as pause } from 'node:timers/promises';
import { toQuantity, Transaction, type BaseWallet } from 'ethers';
import { decodeRefusal } from './block-anchor-abi.js';
import { hex, type Hex } from './block-header.js';
import {
  ChainIdDiffersError,
  ContractRefusedError,
  NodeRefusedError,
  OutcomeUnknownError,
} from './errors.js';
import { signDigest } from './sign-digest.js';
import { isRecord, RpcRefusal, TransportFailure, type NodeRpc } from './rpc.js';

/** What is to happen on the chain. */
export interface Intent {
  /** Absent to deploy. */
  readonly to?: Hex;
  readonly data: Hex;
  /** Names the effect, not the transaction: the same intent again, after a doubt, first looks for the one that was sent. */
  readonly key: string;
}

/** A transaction that is on the chain and did not fail. */
export interface MinedTransaction {
  readonly transactionHash: Hex;
  readonly chainBlockNumber: bigint;
  readonly gasUsed: bigint;
  /** Address of the new contract, for a deployment. */
  readonly contract: Hex | undefined;
  readonly logs: readonly {
    readonly address: string;
    readonly topics: readonly string[];
    readonly data: string;
  }[];
}

export interface SendingRules {
  readonly chainId: bigint;
  /** The longest pause between two looks for a receipt; the first ones are shorter. */
  readonly pollingIntervalMs: number;
  /** From handing over a transaction to its receipt. */
  readonly deadlineMs: number;
}

interface Fees {
  readonly maxFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
}

/** What a transaction offers on a chain without a base fee. */
const FREE: Fees = { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };

/** After this long without a receipt the chain is one with a block time, and looking often only loads it. */
const EAGER_MS = 500;
const PATIENT_INTERVAL_MS = 50;

/**
 * The only one who sends with its key: one transaction in flight, and the nonce read from the chain just before each, so
 * that a chain that was rewound, or a transaction that never arrived, cannot leave a hole that blocks all later ones.
 * KNOWN: behind a load balancer a node that lags could hand out a nonce twice; the node then declines it
 * (`NodeRefusedError`), so give it one node's own address.
 */
export class TransactionSender {
  private queue: Promise<unknown> = Promise.resolve();
  private chainIsChecked: boolean;
  private routine: { readonly to: Hex; readonly data: Hex; readonly gas: bigint } | undefined;
  private lastWasFree = false;
  private inDoubt: { readonly key: string; readonly hash: Hex } | undefined;

  constructor(
    private readonly rpc: NodeRpc,
    private readonly wallet: BaseWallet,
    private readonly rules: SendingRules,
    /** Whether somebody has asked the node for its chain already; otherwise it is asked before the first transaction. */
    chain: 'checked' | 'unchecked' = 'checked',
  ) {
    this.chainIsChecked = chain === 'checked';
  }

  /**
   * Brings one intent on the chain and waits for its receipt; calls wait for one another in the order they came.
   * Fails with `NodeUnreachableError` when nothing was sent, `ContractRefusedError` or `NodeRefusedError` when it was declined,
   * `ChainIdDiffersError`, or `OutcomeUnknownError`; after the last, read the state before trying anything else.
   */
  submit(intent: Intent): Promise<MinedTransaction> {
    const turn = this.queue.then(() => this.submitNow(intent));
    this.queue = turn.catch(() => undefined);
    return turn;
  }

  private async submitNow(intent: Intent): Promise<MinedTransaction> {
    try {
      if (!this.chainIsChecked) await this.checkChain();
      const earlier = await this.findEarlier(intent.key);
      const hash = earlier ?? (await this.send(intent));
      const mined = await this.awaitReceipt(hash, intent);
      this.inDoubt = undefined;
      this.learn(intent, mined);
      return mined;
    } catch (error) {
      this.routine = undefined;
      if (!(error instanceof ContractRefusedError)) this.chainIsChecked = false;
      if (error instanceof RpcRefusal) throw new NodeRefusedError(error.message, { cause: error });
      throw error;
    }
  }

  /** Only a transaction that was priced as free by the chain itself teaches the next one. */
  private learn({ to, data }: Intent, { gasUsed }: MinedTransaction): void {
    if (to === undefined || !this.lastWasFree) return;
    this.routine = { to, data, gas: 2n * gasUsed };
  }

  private async checkChain(): Promise<void> {
    const found = BigInt(await this.rpc.requestHex('eth_chainId', []));
    if (found !== this.rules.chainId) throw new ChainIdDiffersError(this.rules.chainId, found);
    this.chainIsChecked = true;
  }

  /** The transaction of an earlier try for the same effect, if the node still knows it, mined or waiting. */
  private async findEarlier(key: string): Promise<Hex | undefined> {
    const doubt = this.inDoubt;
    if (doubt?.key !== key) return undefined;
    const known = await this.rpc.requestRecord('eth_getTransactionByHash', [doubt.hash]);
    if (known === undefined) this.inDoubt = undefined;
    return this.inDoubt?.hash;
  }

  private async send(intent: Intent): Promise<Hex> {
    const signed = await this.sign(intent);
    const hash = hex(signed.hash ?? '');
    try {
      await this.rpc.request('eth_sendRawTransaction', [signed.serialized]);
    } catch (error) {
      if (!(error instanceof TransportFailure) || error.arrived === 'no') throw error;
      this.inDoubt = { key: intent.key, hash };
      throw new OutcomeUnknownError(hash, { cause: error });
    }
    this.inDoubt = { key: intent.key, hash };
    return hash;
  }

  private async sign(intent: Intent): Promise<Transaction> {
    const [nonce, { gas, fees }] = await Promise.all([
      this.rpc.requestHex('eth_getTransactionCount', [this.wallet.address, 'pending']),
      this.priceOf(intent),
    ]);
    this.lastWasFree = fees === FREE;
    const transaction = Transaction.from({
      type: 2,
      chainId: this.rules.chainId,
      nonce: Number(nonce),
      gasLimit: gas + gas / 4n,
      ...fees,
      to: intent.to ?? null,
      data: intent.data,
    });
    transaction.signature = signDigest(this.wallet, transaction.unsignedHash);
    return transaction;
  }

  /**
   * What the transaction may use and offer. Where gas costs nothing, a transaction of the kind that was just mined is not
   * estimated again: one that the contract refuses then fails on the chain instead of before it, and costs nothing either.
   */
  private async priceOf({ to, data }: Intent): Promise<{ gas: bigint; fees: Fees }> {
    const { routine } = this;
    if (routine && routine.to === to && data.length <= routine.data.length)
      return { gas: routine.gas, fees: FREE };
    const call = { from: this.wallet.address, ...(to ? { to } : {}), data };
    const [gas, fees] = await Promise.all([this.estimateGas(call), this.readFees()]);
    return { gas, fees };
  }

  private async estimateGas(call: object): Promise<bigint> {
    try {
      return BigInt(await this.rpc.requestHex('eth_estimateGas', [call]));
    } catch (error) {
      throw (error instanceof RpcRefusal ? decodeRefusal(error) : undefined) ?? error;
    }
  }

  /** EIP-1559; on a chain without a base fee (a private one) a transaction offers nothing. */
  private async readFees(): Promise<Fees> {
    const latest = await this.rpc.requestRecord('eth_getBlockByNumber', ['latest', false]);
    const baseFee = latest?.['baseFeePerGas'];
    if (typeof baseFee !== 'string') throw new NodeRefusedError('the chain is older than EIP-1559 (London)');
    if (BigInt(baseFee) === 0n) return FREE;
    const tip = BigInt(await this.rpc.requestHex('eth_maxPriorityFeePerGas', []));
    return { maxFeePerGas: 2n * BigInt(baseFee) + tip, maxPriorityFeePerGas: tip };
  }

  private async awaitReceipt(hash: Hex, intent: Intent): Promise<MinedTransaction> {
    const sentAt = performance.now();
    let pauseMs = 1;
    for (;;) {
      const receipt = await this.findReceipt(hash);
      if (receipt !== undefined) return this.judge(receipt, intent);
      const waitedMs = performance.now() - sentAt;
      if (waitedMs > this.rules.deadlineMs) throw new OutcomeUnknownError(hash);
      await pause(pauseMs);
      const slowest = waitedMs < EAGER_MS ? this.rules.pollingIntervalMs : PATIENT_INTERVAL_MS;
      pauseMs = Math.min(pauseMs * 1.5, slowest);
    }
  }

  private async findReceipt(hash: Hex): Promise<Record<string, unknown> | undefined> {
    try {
      return await this.rpc.requestRecord('eth_getTransactionReceipt', [hash]);
    } catch (cause) {
      throw new OutcomeUnknownError(hash, { cause });
    }
  }

  private async judge(receipt: Record<string, unknown>, intent: Intent): Promise<MinedTransaction> {
    if (receipt['status'] !== '0x1') {
      this.inDoubt = undefined;
      throw await this.explainFailure(intent, toQuantity(quantity(receipt, 'blockNumber')));
    }
    const created = receipt['contractAddress'];
    return {
      transactionHash: hex(text(receipt, 'transactionHash')),
      chainBlockNumber: quantity(receipt, 'blockNumber'),
      gasUsed: quantity(receipt, 'gasUsed'),
      contract: typeof created === 'string' ? hex(created) : undefined,
      logs: Array.isArray(receipt['logs']) ? receipt['logs'].filter(isLog) : [],
    };
  }

  /** A receipt does not say why; the same call on the state after it usually fails for the same reason. */
  private async explainFailure(intent: Intent, block: string): Promise<ContractRefusedError> {
    const call = { from: this.wallet.address, ...(intent.to ? { to: intent.to } : {}), data: intent.data };
    try {
      await this.rpc.request('eth_call', [call, block]);
      return new ContractRefusedError('Unknown', {});
    } catch (error) {
      const words = error instanceof RpcRefusal ? decodeRefusal(error) : undefined;
      return words ?? new ContractRefusedError('Unknown', {}, { cause: error });
    }
  }
}

function text(record: Record<string, unknown>, name: string): string {
  const value = record[name];
  if (typeof value !== 'string') throw new TypeError(`a receipt without ${name}`);
  return value;
}

function quantity(record: Record<string, unknown>, name: string): bigint {
  return BigInt(text(record, name));
}

function isLog(value: unknown): value is MinedTransaction['logs'][number] {
  return isRecord(value) && typeof value['address'] === 'string' && Array.isArray(value['topics']);
}
