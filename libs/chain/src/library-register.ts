import { createHash } from 'node:crypto';
import { libraryRegisterArtifact } from '@bcmed/contracts';
import { getAddress, Interface, type BaseWallet } from 'ethers';
import { readBigint, readHex, readList, readText } from './block-anchor-abi.js';
import { hex, ZERO_HASH, type Hex } from './block-header.js';
import { ContractAbsentError, ContractForeignError, NodeRefusedError } from './errors.js';
import { NodeRpc, RpcRefusal } from './rpc.js';
import { TransactionSender } from './transaction-sender.js';

const abi = new Interface(JSON.stringify(libraryRegisterArtifact.abi));

/** Where the register is, and in whose name it is written. */
export interface RegisterOptions {
  readonly site: string;
  /** JSON-RPC over HTTP. */
  readonly url: string;
  /** The registrar. Its key is used by nobody else. */
  readonly registrar: BaseWallet;
  /** Refuse any other chain. */
  readonly chainId?: bigint | undefined;
}

/** A library that people released for a unit. */
export interface RecordedRelease {
  /** SHA-256 of the library's bytes. */
  readonly libraryHash: Hex;
  /** SHA-256 of the text that they signed. */
  readonly releaseHash: Hex;
  /** Position of the release on the site's log. */
  readonly number: bigint;
}

/**
 * The site's LibraryRegister on one chain. It remembers nothing of the chain but its id, so it goes on with a chain that came back.
 * Every method throws a ChainError.
 */
export class LibraryRegister {
  private readonly rpc: NodeRpc;
  private sender: { readonly chainId: bigint; readonly transactions: TransactionSender } | undefined;

  constructor(private readonly options: RegisterOptions) {
    this.rpc = new NodeRpc({ url: options.url, requestTimeoutMs: 5_000 });
  }

  /** Id of the chain. Throws ChainIdDiffersError at the first transaction when it is not the one that was asked for. */
  async chainId(): Promise<bigint> {
    try {
      return BigInt(await this.rpc.requestHex('eth_chainId', []));
    } catch (cause) {
      if (cause instanceof RpcRefusal) throw new NodeRefusedError(cause.message, { cause });
      throw cause;
    }
  }

  /** A new, empty register of which we are the registrar; its address. */
  async deploy(): Promise<string> {
    const { site, registrar } = this.options;
    const args = abi.encodeDeploy([site, registrar.address]).slice(2);
    const data = hex(libraryRegisterArtifact.bytecode + args);
    const { contract } = await (await this.transactions()).submit({ data, key: data });
    if (contract === undefined) throw new NodeRefusedError('a deployment without a contract address');
    return getAddress(contract);
  }

  /** Makes sure that our program stands there, for our site, with us as its registrar. Throws ContractAbsentError, ContractForeignError. */
  async check(address: string): Promise<void> {
    const { site, registrar } = this.options;
    const code = await this.rpc.requestHex('eth_getCode', [address, 'latest']);
    if (code === '0x') throw new ContractAbsentError(address);
    if (withoutImmutables(code) !== libraryRegisterArtifact.deployedBytecode)
      throw new ContractForeignError(`${address} runs another program than LibraryRegister`);
    const of = readText((await this.view(address, 'site', []))[0]);
    if (of !== site) throw new ContractForeignError(`${address} is the register of ${of}`);
    const by = readText((await this.view(address, 'registrar', []))[0]);
    if (getAddress(by) !== registrar.address)
      throw new ContractForeignError(`the registrar of ${address} is ${by}, not ${registrar.address}`);
  }

  /** The newest release for a unit. Throws ContractAbsentError when the contract is gone. */
  async newest(address: string, unit: string): Promise<RecordedRelease | undefined> {
    const [found] = await this.view(address, 'newest', [unitHash(unit)]);
    const [libraryHash, releaseHash, number] = readList(found);
    const release = {
      libraryHash: readHex(libraryHash),
      releaseHash: readHex(releaseHash),
      number: readBigint(number),
    };
    return release.libraryHash === ZERO_HASH ? undefined : release;
  }

  /** Records a release; the hash of the transaction. After a failure read `newest` before anything else. */
  async record(address: string, unit: string, release: RecordedRelease): Promise<Hex> {
    const { libraryHash, releaseHash, number } = release;
    const args = [unitHash(unit), libraryHash, releaseHash, number];
    const data = hex(abi.encodeFunctionData('record', args));
    const transactions = await this.transactions();
    const { transactionHash } = await transactions.submit({ to: hex(address), data, key: data });
    return transactionHash;
  }

  private async transactions(): Promise<TransactionSender> {
    const chainId = this.options.chainId ?? (await this.chainId());
    if (this.sender?.chainId === chainId) return this.sender.transactions;
    const rules = { chainId, pollingIntervalMs: 10, deadlineMs: 10_000 };
    const transactions = new TransactionSender(this.rpc, this.options.registrar, rules, 'unchecked');
    this.sender = { chainId, transactions };
    return transactions;
  }

  private async view(address: string, name: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const data = abi.encodeFunctionData(name, args);
    try {
      const bytes = await this.rpc.requestHex('eth_call', [{ to: address, data }, 'latest']);
      if (bytes === '0x') throw new ContractAbsentError(address);
      const values: readonly unknown[] = abi.decodeFunctionResult(name, bytes).toArray(true);
      return values;
    } catch (cause) {
      if (cause instanceof RpcRefusal) throw new NodeRefusedError(cause.message, { cause });
      throw cause;
    }
  }
}

function unitHash(unit: string): string {
  return `0x${createHash('sha256').update(unit, 'utf8').digest('hex')}`;
}

/** The code with what the constructor filled in taken out again. */
function withoutImmutables(code: string): string {
  let masked = code;
  for (const { start, length } of libraryRegisterArtifact.immutables) {
    const from = 2 + 2 * start;
    masked = masked.slice(0, from) + '00'.repeat(length) + masked.slice(from + 2 * length);
  }
  return masked;
}
