import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Janitor, startAnvil, type AnvilNode } from '@bcmed/embedded';

/** A real node that can be killed and come back at the same port, with or without what it remembered. */
export class NodeUnderTest {
  private constructor(
    private readonly folder: string,
    private readonly janitor: Janitor,
    private node: AnvilNode,
  ) {}

  static async start(): Promise<NodeUnderTest> {
    const folder = mkdtempSync(join(tmpdir(), 'bcmed-chain-'));
    const janitor = new Janitor();
    const node = await startAnvil({ stateFile: join(folder, 'chain.json'), janitor });
    return new NodeUnderTest(folder, janitor, node);
  }

  get url(): string {
    return this.node.url;
  }

  /** SIGKILL: forgets everything since it last ended in order. */
  async kill(): Promise<void> {
    await this.node.kill();
  }

  /** An orderly end, which writes down what it knows. */
  async end(): Promise<void> {
    await this.node.stop();
  }

  async comeBack(options: { chainId?: number } = {}): Promise<void> {
    const stateFile = join(this.folder, options.chainId === undefined ? 'chain.json' : 'another-chain.json');
    const { janitor } = this;
    this.node = await startAnvil({ stateFile, port: this.node.port, janitor, ...options });
  }

  async remove(): Promise<void> {
    await this.node.kill();
    await this.janitor.dismiss();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** One of the node's own test controls, such as `evm_setAutomine`. */
  async control(method: string, ...params: unknown[]): Promise<unknown> {
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    });
    return ((await answer.json()) as { result?: unknown }).result;
  }
}
