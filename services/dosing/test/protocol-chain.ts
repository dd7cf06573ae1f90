import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { drugProtocolArtifact } from '@bcmed/contracts';
import { Janitor, startAnvil } from '@bcmed/embedded';
import { JsonRpcProvider, type JsonRpcSigner } from 'ethers';
import { drugProtocol } from '../src/adapters/protocol-abi.js';
import type { DrugProtocol } from '../src/domain/protocol/index.js';

/** A real node with one DrugProtocol on it, whose two releasers must both release. */
export class ProtocolChain {
  private constructor(
    readonly url: string,
    readonly contract: string,
    private readonly releasers: readonly JsonRpcSigner[],
    readonly kill: () => Promise<void>,
    readonly remove: () => Promise<void>,
  ) {}

  static async start(): Promise<ProtocolChain> {
    const folder = mkdtempSync(join(tmpdir(), 'bcmed-dosing-'));
    const janitor = new Janitor();
    const node = await startAnvil({ stateFile: join(folder, 'chain.json'), janitor });
    const options = { staticNetwork: true, pollingInterval: 10, batchMaxCount: 1, cacheTimeout: -1 };
    const provider = new JsonRpcProvider(node.url, undefined, options);
    const signers = await Promise.all([0, 1].map((index) => provider.getSigner(index)));
    const ascending = signers.sort((a, b) => (a.address.toLowerCase() < b.address.toLowerCase() ? -1 : 1));
    const args = drugProtocol.encodeDeploy(['st-mary', ascending.map(({ address }) => address), 2]);
    const data = drugProtocolArtifact.bytecode + args.slice(2);
    const receipt = await (await ascending[0]!.sendTransaction({ data })).wait();
    const kill = async () => {
      provider.destroy();
      await node.kill();
    };
    const remove = async () => {
      await kill();
      await janitor.dismiss();
      rmSync(folder, { recursive: true, force: true });
    };
    return new ProtocolChain(node.url, receipt!.contractAddress!, ascending, kill, remove);
  }

  async release(protocol: DrugProtocol, by: readonly (0 | 1)[] = [0, 1]): Promise<void> {
    for (const index of by) await this.send(index, 'release', protocol);
  }

  withdraw(id: string): Promise<void> {
    return this.send(0, 'withdraw', id);
  }

  private async send(by: 0 | 1, name: string, argument: unknown): Promise<void> {
    const data = drugProtocol.encodeFunctionData(name, [argument]);
    await (await this.releasers[by]!.sendTransaction({ to: this.contract, data })).wait();
  }

  /** Plain eth_call, for questions of many at once. */
  async call(data: string): Promise<string> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'eth_call',
        params: [{ to: this.contract, data }, 'latest'],
      }),
    });
    const { result, error } = (await response.json()) as { result?: string; error?: unknown };
    if (result === undefined) throw new Error(JSON.stringify(error));
    return result;
  }
}
