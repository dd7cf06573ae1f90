import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Janitor, startAnvil } from '@bcmed/embedded';
import {
  Interface,
  isCallException,
  JsonRpcProvider,
  type InterfaceAbi,
  type TransactionReceipt,
} from 'ethers';

/** A contract's refusal in its own words. */
export interface Refusal {
  readonly name: string;
  readonly args: readonly unknown[];
}

/** A real node for one test file, with plain ethers on top and none of our own client. */
export class ChainUnderTest {
  private constructor(
    readonly provider: JsonRpcProvider,
    private readonly end: () => Promise<void>,
  ) {}

  static async start(): Promise<ChainUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), 'bcmed-contracts-'));
    const janitor = new Janitor();
    const node = await startAnvil({ stateFile: join(folder, 'chain.json'), janitor });
    // ethers keeps answers for 250 ms unless told not to: an estimate from before a block would let the next one pass.
    const options = { staticNetwork: true, pollingInterval: 10, batchMaxCount: 1, cacheTimeout: -1 };
    const provider = new JsonRpcProvider(node.url, undefined, options);
    return new ChainUnderTest(provider, async () => {
      provider.destroy();
      await node.kill();
      await janitor.dismiss();
      rmSync(folder, { recursive: true, force: true });
    });
  }

  stop(): Promise<void> {
    return this.end();
  }

  /** Deploys, or gives the constructor's refusal. */
  async deploy(abi: InterfaceAbi, bytecode: string, args: readonly unknown[]): Promise<DeployedContract> {
    const contract = new Interface(abi);
    const data = bytecode + contract.encodeDeploy(args).slice(2);
    const receipt = await this.send(contract, { data });
    if (receipt.contractAddress === null) throw new Error('no contract in the receipt');
    return new DeployedContract(this, contract, receipt.contractAddress, receipt.gasUsed);
  }

  async send(contract: Interface, transaction: { to?: string; data: string }): Promise<TransactionReceipt> {
    const sender = await this.provider.getSigner(0);
    try {
      const sent = await sender.sendTransaction(transaction);
      const receipt = await sent.wait();
      if (receipt === null) throw new Error('no receipt');
      return receipt;
    } catch (error) {
      throw refusalOf(contract, error);
    }
  }
}

/** One contract on the chain under test. */
export class DeployedContract {
  constructor(
    private readonly chain: ChainUnderTest,
    readonly abi: Interface,
    readonly address: string,
    readonly gasOfDeployment: bigint,
  ) {}

  /** The single value that a view returns. */
  async view(name: string, ...args: readonly unknown[]): Promise<unknown> {
    const result = await this.views(name, ...args);
    return result[0];
  }

  async views(name: string, ...args: readonly unknown[]): Promise<readonly unknown[]> {
    const data = this.abi.encodeFunctionData(name, args);
    const answer = await this.chain.provider.call({ to: this.address, data });
    const values: readonly unknown[] = this.abi.decodeFunctionResult(name, answer).toArray(true);
    return values;
  }

  send(name: string, ...args: readonly unknown[]): Promise<TransactionReceipt> {
    return this.chain.send(this.abi, { to: this.address, data: this.abi.encodeFunctionData(name, args) });
  }

  /** Why the contract declines this call; fails the test when it does not. */
  async refusal(name: string, ...args: readonly unknown[]): Promise<Refusal> {
    return refusalFrom(() => this.send(name, ...args));
  }
}

/** A contract's refusal, thrown. */
class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(`${refusal.name}(${refusal.args.map(String).join(', ')})`);
  }
}

/** Runs what must be refused and gives the contract's words for it. */
export async function refusalFrom(attempt: () => Promise<unknown>): Promise<Refusal> {
  try {
    await attempt();
  } catch (error) {
    if (error instanceof Refused) return error.refusal;
    throw error;
  }
  throw new Error('the contract accepted it');
}

function refusalOf(contract: Interface, error: unknown): unknown {
  if (!isCallException(error) || error.data === null) return error;
  const parsed = contract.parseError(error.data);
  return parsed === null ? error : new Refused({ name: parsed.name, args: parsed.args.toArray() });
}
