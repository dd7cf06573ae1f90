import { setTimeout as pause } from 'node:timers/promises';
import { accessRegistryArtifact } from '@bcmed/contracts';
import { Interface, Transaction, getAddress, toQuantity, type BaseWallet } from 'ethers';
import type { RegistryEntry, RegistryWrite } from '../domain/registry.js';
import { RegistryMissingError, RegistryUnavailableError } from '../errors.js';
import { EthRpc } from './eth-rpc.js';

const abi = new Interface(JSON.stringify(accessRegistryArtifact.abi));
const KINDS = ['passkey', 'key'] as const;
const PAGE = 200;
const RECEIPT_MS = 20_000;
const LONGEST_PAUSE_MS = 100;

export interface RegistrySettings {
  readonly site: string;
  readonly url: string;
  readonly chainId?: bigint | undefined;
  /** Pays and orders the transactions, and must be a registrar. Used by nobody else. */
  readonly registrar: BaseWallet;
}

/**
 * The site's AccessRegistry on one chain. One call at a time; a nonce is read from the chain just before each transaction, so that a
 * chain that was rewound leaves no hole.
 */
export class RegistryClient {
  readonly #rpc: EthRpc;

  constructor(private readonly settings: RegistrySettings) {
    this.#rpc = new EthRpc(settings.url);
  }

  /** Makes sure that our program stands there, for our site, with us as a registrar. Throws RegistryMissingError. */
  async open(address: string): Promise<void> {
    await this.#chainId();
    const code = await this.#rpc.hex('eth_getCode', [address, 'latest']);
    if (code === '0x') throw new RegistryMissingError(`there is no contract at ${address}`);
    if (code !== accessRegistryArtifact.deployedBytecode)
      throw new RegistryMissingError(`${address} runs another program than AccessRegistry`);
    const [site] = await this.#view(address, 'site', []);
    if (site !== this.settings.site)
      throw new RegistryMissingError(`${address} is the registry of ${String(site)}`);
    const [registrars] = await this.#view(address, 'registrars', []);
    const own = this.settings.registrar.address;
    if (!Array.isArray(registrars) || !registrars.includes(own))
      throw new RegistryMissingError(`${own} is no registrar of ${address}`);
  }

  /** A new, empty registry of which we are the one registrar; its address. */
  async deploy(): Promise<string> {
    const { site, registrar } = this.settings;
    const data = accessRegistryArtifact.bytecode + abi.encodeDeploy([site, [registrar.address]]).slice(2);
    const receipt = await this.#send(undefined, data);
    if (typeof receipt['contractAddress'] !== 'string')
      throw new RegistryUnavailableError('the node gave no address for the new registry');
    return getAddress(receipt['contractAddress']);
  }

  /** Everything that the registry holds, by id. */
  async read(address: string): Promise<Map<string, RegistryEntry>> {
    const found = new Map<string, RegistryEntry>();
    for (let from = 0; ; from += PAGE) {
      const [ids, credentials] = await this.#view(address, 'page', [from, PAGE]);
      if (!Array.isArray(ids) || !Array.isArray(credentials))
        throw new RegistryUnavailableError('the registry answered in a form that nobody knows');
      ids.forEach((id, index) => {
        const entry = entryFrom(String(id), credentials[index]);
        found.set(entry.id, entry);
      });
      if (ids.length < PAGE) return found;
    }
  }

  /** Brings one change on the chain and waits for its receipt. After a failure read again before anything else. */
  async write(address: string, write: RegistryWrite): Promise<void> {
    const data =
      write.kind === 'revoke'
        ? abi.encodeFunctionData('revoke', [write.id])
        : abi.encodeFunctionData('enrol', argumentsOf(write.entry));
    await this.#send(address, data);
  }

  async #view(address: string, name: string, args: readonly unknown[]): Promise<readonly unknown[]> {
    const data = abi.encodeFunctionData(name, args);
    const bytes = await this.#rpc.hex('eth_call', [{ to: address, data }, 'latest']);
    if (bytes === '0x') throw new RegistryMissingError(`there is no contract at ${address}`);
    const values: readonly unknown[] = abi.decodeFunctionResult(name, bytes).toArray(true);
    return values;
  }

  async #chainId(): Promise<bigint> {
    const found = BigInt(await this.#rpc.hex('eth_chainId', []));
    const { chainId = found } = this.settings;
    if (found !== chainId) throw new RegistryMissingError(`the node serves chain ${found}, not ${chainId}`);
    return found;
  }

  async #send(to: string | undefined, data: string): Promise<Record<string, unknown>> {
    const { registrar } = this.settings;
    const from = registrar.address;
    const chainId = await this.#chainId();
    const call = { from, data, ...(to === undefined ? {} : { to }) };
    const [nonce, gas, fees] = await Promise.all([
      this.#rpc.hex('eth_getTransactionCount', [from, 'latest']),
      this.#rpc.hex('eth_estimateGas', [call]),
      this.#fees(),
    ]);
    const transaction = Transaction.from({
      type: 2,
      chainId,
      nonce: Number(nonce),
      gasLimit: (BigInt(gas) * 12n) / 10n,
      data,
      ...fees,
      ...(to === undefined ? {} : { to }),
    });
    transaction.signature = registrar.signingKey.sign(transaction.unsignedHash);
    return this.#receipt(await this.#rpc.hex('eth_sendRawTransaction', [transaction.serialized]));
  }

  /** On a chain without a base fee (a private one) a transaction offers nothing. */
  async #fees(): Promise<{ maxFeePerGas: bigint; maxPriorityFeePerGas: bigint }> {
    const latest = await this.#rpc.record('eth_getBlockByNumber', ['latest', false]);
    const baseFee = BigInt(typeof latest?.['baseFeePerGas'] === 'string' ? latest['baseFeePerGas'] : 0);
    if (baseFee === 0n) return { maxFeePerGas: 0n, maxPriorityFeePerGas: 0n };
    const tip = BigInt(await this.#rpc.hex('eth_maxPriorityFeePerGas', []));
    return { maxFeePerGas: 2n * baseFee + tip, maxPriorityFeePerGas: tip };
  }

  async #receipt(hash: string): Promise<Record<string, unknown>> {
    const deadline = performance.now() + RECEIPT_MS;
    for (let ms = 1; performance.now() < deadline; ms = Math.min(ms * 1.5, LONGEST_PAUSE_MS)) {
      const receipt = await this.#rpc.record('eth_getTransactionReceipt', [hash]);
      if (receipt?.['status'] === toQuantity(1)) return receipt;
      if (receipt) throw new RegistryUnavailableError(`the registry refused transaction ${hash}`);
      await pause(ms);
    }
    throw new RegistryUnavailableError(`no receipt for transaction ${hash}`);
  }
}

function argumentsOf({ id, person, kind, x, y }: RegistryEntry): readonly unknown[] {
  return [id, person, KINDS.indexOf(kind), x, y];
}

/** ethers hands out `any`; each value is looked at. */
function entryFrom(id: string, credential: unknown): RegistryEntry {
  const fields: unknown[] = Array.isArray(credential) ? credential : [];
  const [x, y, person, , revokedAt, kindNumber] = fields;
  const kind = KINDS[Number(kindNumber)];
  if (typeof x !== 'string' || typeof y !== 'string' || typeof person !== 'string' || kind === undefined)
    throw new RegistryUnavailableError('the registry answered in a form that nobody knows');
  return { id, x, y, person, kind, revoked: revokedAt !== 0n };
}
