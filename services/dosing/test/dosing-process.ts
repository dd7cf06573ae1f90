import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { readPortFile, removePortFile } from '@bcmed/service-kit';
import { vi } from 'vitest';
import { ask, bearing, posting, type Answer } from './service.js';

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js');
const PATIENCE = { timeout: 30_000, interval: 20 };

/** The built service as its own process, as an operator runs it. */
export class DosingProcess {
  readonly output: string[] = [];
  readonly exited: Promise<number | null>;

  private constructor(
    readonly child: ChildProcess,
    readonly stateDir: string,
  ) {
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (bytes: Buffer) => this.output.push(bytes.toString()));
    this.exited = once(child, 'exit').then(([code]) => code as number | null);
  }

  /** Starts it and waits until its HTTP interface answers. */
  static async up(environment: Readonly<Record<string, string>>): Promise<DosingProcess> {
    if (!existsSync(MAIN)) throw new Error('the service is not built: npx tsc -b services/dosing');
    const stateDir = environment['BCMED_STATE_DIR'] ?? '';
    await removePortFile(stateDir);
    const env = { PATH: process.env['PATH'] ?? '', ...environment };
    const dosing = new DosingProcess(fork(MAIN, { env, silent: true, execArgv: [] }), stateDir);
    await vi.waitFor(() => dosing.get('/health/live'), PATIENCE);
    return dosing;
  }

  async ready(): Promise<void> {
    await vi.waitFor(async () => {
      const { status, body } = await this.get('/health/ready');
      if (status !== 200) throw new Error(`${JSON.stringify(body)} ${this.output.join('')}`);
    }, PATIENCE);
  }

  get(path: string, pass?: string): Promise<Answer> {
    return this.#ask(path, { headers: bearing(pass) });
  }

  post(path: string, body: unknown, pass?: string): Promise<Answer> {
    return this.#ask(path, posting(body, pass));
  }

  async #ask(path: string, init: RequestInit = {}): Promise<Answer> {
    const port = await readPortFile(this.stateDir);
    return ask(`http://127.0.0.1:${port ?? 0}${path}`, init);
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal);
    return this.exited;
  }
}
