import { blockAnchorArtifact } from '@bcmed/contracts';
import { getAddress, type BaseWallet } from 'ethers';
import { AnchorClient, type AnchorRules, type ChainReceipt } from './anchor-client.js';
import { blockAnchor, type AnchorLink, type SignedBlock } from './block-anchor-abi.js';
import { hashHeader, hex, ZERO_HASH } from './block-header.js';
import {
  ChainIdDiffersError,
  ContractAbsentError,
  ContractForeignError,
  NodeRefusedError,
} from './errors.js';
import { NodeRpc, RpcRefusal } from './rpc.js';
import type { ValidatorSet } from './signatures.js';
import { TransactionSender } from './transaction-sender.js';

/** Everything that `ChainClient.connect` may be told; the defaults suit a node on the same machine. */
export interface ConnectOptions {
  /** JSON-RPC over HTTP. */
  readonly url: string;
  /** Pays and orders the transactions; its key must be used by nobody else. It has no authority in the contract. */
  readonly sender: BaseWallet;
  /** Refuse any other chain. Without it, whatever chain answers first is the one to stay with. */
  readonly chainId?: bigint;
  /** The longest pause between two looks for a receipt in its first half second. Default 10. */
  readonly pollingIntervalMs?: number;
  /** How long a transaction may take from leaving us to its receipt. Default 10,000. */
  readonly deadlineMs?: number;
  /** How long one request may take. Default 5,000. */
  readonly requestTimeoutMs?: number;
  /** Sent with each request, for a node behind a token. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** What a new contract is to hold for ever. */
export interface Deployment extends ValidatorSet {
  readonly site: string;
  /** Given for a successor: the contract before it and the last block, signed by a quorum of `validators`. */
  readonly after?: { readonly predecessor: string; readonly block: SignedBlock };
}

/** A contract that was just deployed. */
export interface Deployed extends ChainReceipt {
  readonly anchor: AnchorClient;
}

/**
 * A connection to one chain, as one sender. It survives a node that is killed and comes back at the same address: nothing
 * about the chain is remembered but its id, which is checked again after every failure.
 */
export class ChainClient {
  private constructor(
    readonly chainId: bigint,
    private readonly rpc: NodeRpc,
    private readonly sender: TransactionSender,
  ) {}

  /** Asks the node for its chain, once: fails at once with `NodeUnreachableError` or `ChainIdDiffersError`, to be tried again by the caller. */
  static async connect(options: ConnectOptions): Promise<ChainClient> {
    const { url, headers, requestTimeoutMs = 5_000, pollingIntervalMs = 10, deadlineMs = 10_000 } = options;
    const rpc = new NodeRpc({ url, requestTimeoutMs, ...(headers === undefined ? {} : { headers }) });
    const chainId = await readChainId(rpc);
    if (options.chainId !== undefined && options.chainId !== chainId) {
      throw new ChainIdDiffersError(options.chainId, chainId);
    }
    const sender = new TransactionSender(rpc, options.sender, { chainId, pollingIntervalMs, deadlineMs });
    return new ChainClient(chainId, rpc, sender);
  }

  /** The height of the chain itself, a cheap sign of life. */
  async readChainBlockNumber(): Promise<bigint> {
    return BigInt(await this.rpc.requestHex('eth_blockNumber', []));
  }

  /**
   * Deploys a site's first BlockAnchor, or with `after` a successor that begins where the lost one ended. Validators may come
   * in any order. After an `OutcomeUnknownError` the same call finds the first one's contract instead of making a second.
   * Fails as `AnchorClient.anchor` does.
   */
  async deployBlockAnchor(deployment: Deployment): Promise<Deployed> {
    const data = hex(blockAnchorArtifact.bytecode + encodeConstructor(deployment).slice(2));
    const mined = await this.sender.submit({ data, key: data });
    if (mined.contract === undefined) throw new NodeRefusedError('a deployment without a contract address');
    const { transactionHash, chainBlockNumber, gasUsed } = mined;
    return { anchor: this.anchorAt(mined.contract), transactionHash, chainBlockNumber, gasUsed };
  }

  /**
   * The BlockAnchor at an address that we know from an earlier run, after checking that it is what we think: our program byte
   * for byte, this site, these validators, this quorum. Throws `ContractAbsentError` or `ContractForeignError`.
   */
  async openBlockAnchor(
    contract: string,
    expected: ValidatorSet & { readonly site: string },
  ): Promise<AnchorClient> {
    const anchor = this.anchorAt(contract);
    const code = await this.rpc.requestHex('eth_getCode', [anchor.contract, 'latest']);
    if (code === '0x') throw new ContractAbsentError(anchor.contract);
    if (maskImmutables(code) !== blockAnchorArtifact.deployedBytecode) {
      throw new ContractForeignError(`${anchor.contract} runs another program`);
    }
    const difference = differs(await anchor.readRules(), expected);
    if (difference !== undefined) {
      throw new ContractForeignError(`${anchor.contract} holds ${difference}`);
    }
    return anchor;
  }

  /** As `openBlockAnchor` without any question, for an address whose contract may be lost; ask it with `readHead`. */
  anchorAt(contract: string): AnchorClient {
    return new AnchorClient(hex(getAddress(contract)), this.chainId, this.rpc, this.sender);
  }
}

async function readChainId(rpc: NodeRpc): Promise<bigint> {
  try {
    return BigInt(await rpc.requestHex('eth_chainId', []));
  } catch (cause) {
    if (cause instanceof RpcRefusal) throw new NodeRefusedError(cause.message, { cause });
    throw cause;
  }
}

function encodeConstructor(deployment: Deployment): string {
  const { site, quorum, after } = deployment;
  const validators = deployment.validators.map((address) => address.toLowerCase()).sort();
  const link: AnchorLink =
    after === undefined
      ? { predecessor: `0x${'00'.repeat(20)}`, number: 0n, blockHash: ZERO_HASH }
      : {
          predecessor: hex(after.predecessor),
          number: after.block.header.number,
          blockHash: hashHeader(after.block.header),
        };
  const header = after?.block.header ?? NO_HEADER;
  return blockAnchor.encodeDeploy([site, validators, quorum, link, header, after?.block.signatures ?? []]);
}

const NO_HEADER = {
  site: '',
  number: 0n,
  firstSequence: 0n,
  lastSequence: 0n,
  treeSize: 0n,
  rootHash: ZERO_HASH,
  previousHash: ZERO_HASH,
  timeMs: 0n,
};

/** The code with what the constructor filled in taken out again. */
function maskImmutables(code: string): string {
  let masked = code;
  for (const { start, length } of blockAnchorArtifact.immutables) {
    const from = 2 + 2 * start;
    masked = masked.slice(0, from) + '00'.repeat(length) + masked.slice(from + 2 * length);
  }
  return masked;
}

function differs(found: AnchorRules, expected: ValidatorSet & { readonly site: string }): string | undefined {
  if (found.site !== expected.site) return `site ${found.site}, not ${expected.site}`;
  if (found.quorum !== expected.quorum) return `quorum ${found.quorum}, not ${expected.quorum}`;
  const list = (addresses: readonly string[]) =>
    addresses
      .map((address) => address.toLowerCase())
      .sort()
      .join(', ');
  const [here, there] = [list(expected.validators), list(found.validators)];
  return here === there ? undefined : `validators ${there}, not ${here}`;
}
