import { readPortFile, removePortFile } from '@bcmed/service-kit';
import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

const MAIN = join(import.meta.dirname, '..', 'dist', 'main.js');
const PATIENCE = { timeout: 20_000, interval: 20 };

/** The built adapter as its own process, as an operator runs it. */
export class AdapterProcess {
  readonly output: string[] = [];
  readonly exited: Promise<number | null>;

  private constructor(
    readonly child: ChildProcess,
    readonly stateDir: string,
  ) {
    child.stdout?.on('data', (bytes: Buffer) => this.output.push(bytes.toString()));
    child.stderr?.on('data', (bytes: Buffer) => this.output.push(bytes.toString()));
    this.exited = once(child, 'exit').then(([code]) => code as number | null);
  }

  /** Starts it with these variables and nothing of ours; does not wait. */
  static start(stateDir: string, variables: Readonly<Record<string, string>>): AdapterProcess {
    if (!existsSync(MAIN)) throw new Error('the service is not built: npm run build');
    const env = {
      PATH: process.env['PATH'] ?? '',
      BCMED_SITE: 's1',
      BCMED_STATE_DIR: stateDir,
      ...variables,
    };
    return new AdapterProcess(fork(MAIN, { env, silent: true, execArgv: [] }), stateDir);
  }

  /** Starts it and waits until its HTTP interface answers. */
  static async up(stateDir: string, variables: Readonly<Record<string, string>>): Promise<AdapterProcess> {
    await removePortFile(stateDir);
    const adapter = AdapterProcess.start(stateDir, variables);
    await vi.waitFor(() => adapter.get('/health/live'), PATIENCE);
    return adapter;
  }

  /** What `enrolment-request.json` asks for. */
  get request(): { keyId: string; publicKey: object; holder: string } {
    // Written by the program under test; the ledger's rules check every field.
    return JSON.parse(readFileSync(join(this.stateDir, 'enrolment-request.json'), 'utf8')) as never;
  }

  async get<Body = Record<string, unknown>>(path: string): Promise<Body> {
    const port = await readPortFile(this.stateDir);
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { signal: AbortSignal.timeout(5_000) });
    return (await response.json()) as Body;
  }

  async kill(): Promise<void> {
    this.child.kill('SIGKILL');
    await this.exited;
  }
}
