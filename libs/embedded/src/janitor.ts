import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Socket } from 'node:net';
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ProcessIdentity } from './process-identity.js';

/** One child, as the janitor must know it to end it properly. */
export interface WatchedProcess extends ProcessIdentity {
  readonly name: string;
  readonly stopSignal: NodeJS.Signals;
  /** Higher tiers are stopped first. */
  readonly tier: number;
}

/** `src/` runs it as TypeScript, `dist/` as JavaScript; the program imports nothing of ours, so both work. */
const PROGRAM = fileURLToPath(new URL(`./janitor-main${extname(import.meta.url)}`, import.meta.url));

/**
 * Makes sure that nothing we started outlives us, even when we are killed with SIGKILL and cannot clean up.
 *
 * A tiny process of its own session holds the reading end of a pipe. As long as we live the pipe is open; when it
 * breaks without a dismissal the janitor ends every watched process (orderly first, then SIGKILL) and itself. Should
 * the janitor be killed, we start another one and tell it everything again.
 */
export class Janitor {
  readonly #watched = new Map<number, WatchedProcess>();
  readonly #graceMs: number;
  #process: ChildProcess;
  #dismissed = false;

  constructor({ graceMs = 3_000 }: { readonly graceMs?: number } = {}) {
    this.#graceMs = graceMs;
    this.#process = this.#hire();
  }

  /** Resolves when a janitor is there to be told about children; before that a child would be unprotected. */
  async ready(): Promise<void> {
    if (this.#process.pid === undefined) await once(this.#process, 'spawn');
  }

  get pid(): number | undefined {
    return this.#process.pid;
  }

  /** Must be called in the same turn as the spawn, while the process id cannot mean another process. */
  watch(watched: WatchedProcess): void {
    this.#watched.set(watched.pid, watched);
    this.#tell({ watch: watched });
  }

  /** Must be called when the child was reaped. */
  forget(pid: number): void {
    this.#watched.delete(pid);
    this.#tell({ forget: pid });
  }

  /** Sends the janitor home; from now on children that still run are nobody's concern. */
  async dismiss(): Promise<void> {
    if (this.#dismissed) return;
    this.#dismissed = true;
    this.#process.ref(); // or the event loop could end before the answer
    const gone = this.#process.exitCode === null ? once(this.#process, 'exit') : undefined;
    this.#tell({ dismiss: true });
    this.#process.stdin?.end();
    await gone;
  }

  #hire(): ChildProcess {
    const janitor = spawn(process.execPath, [PROGRAM, String(this.#graceMs)], {
      detached: true,
      cwd: '/',
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    janitor.stdin.on('error', () => undefined);
    janitor.once('exit', () => {
      if (this.#dismissed) return;
      this.#process = this.#hire();
      for (const watched of this.#watched.values()) this.#tell({ watch: watched });
    });
    janitor.unref();
    if (janitor.stdin instanceof Socket) janitor.stdin.unref();
    return janitor;
  }

  #tell(message: object): void {
    this.#process.stdin?.write(`${JSON.stringify(message)}\n`);
  }
}
