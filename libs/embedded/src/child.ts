import { spawn, type ChildProcess, type Serializable } from 'node:child_process';
import type { Janitor } from './janitor.js';
import { LogFile } from './log-file.js';
import { identityOf, isAlive, signalProcess, type ProcessIdentity } from './process-identity.js';
import { StartFailedError } from './errors.js';
import { settlesWithin } from './wait.js';

/** How a child ended: an exit code or a signal, never both. */
export interface ExitReport {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** `true` when we asked for it by `stop()` or `kill()`. */
  readonly expected: boolean;
}

/** What every child of this library needs to be told, whatever it is. */
export interface ChildOptions {
  /** How people call it: in the status, in the log's name, in errors. */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly logFile: string;
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly uid?: number;
  readonly gid?: number;
  /** Opens a channel to a Node child, which ends itself when the channel breaks. */
  readonly ipc?: boolean;
  /** The signal that asks for an orderly end. */
  readonly stopSignal?: NodeJS.Signals;
  /** After this long an orderly end becomes SIGKILL. */
  readonly stopDeadlineMs?: number;
  /** 0 for servers, 1 for those who use them: a higher tier is stopped first when we die. */
  readonly tier?: number;
  /** Ends the child when this process is killed. Without one, a child outlives us. */
  readonly janitor?: Janitor | undefined;
}

const DEFAULT_STOP_DEADLINE_MS = 10_000;

/**
 * One process that we started and own.
 *
 * It runs in a session of its own, so a Ctrl-C in the terminal reaches us alone and we decide who is stopped when.
 * Promises: `exited` always settles, never rejects; `stop()` always ends the process, and may be called again.
 * Demands: whoever starts a child without a janitor stops it himself.
 */
export class Child {
  readonly identity: ProcessIdentity;
  readonly exited: Promise<ExitReport>;
  readonly log: LogFile;
  readonly name: string;
  #exit: ExitReport | undefined;
  #expected = false;
  #lastWords = '';

  private constructor(
    private readonly process: ChildProcess,
    private readonly options: ChildOptions,
    log: LogFile,
    pid: number,
  ) {
    this.name = options.name;
    this.log = log;
    this.identity = identityOf(pid);
    options.janitor?.watch({
      ...this.identity,
      name: options.name,
      stopSignal: options.stopSignal ?? 'SIGTERM',
      tier: options.tier ?? 0,
    });
    this.exited = new Promise((resolve) => {
      process.once('exit', (code, signal) => {
        this.#exit = { code, signal, expected: this.#expected };
        options.janitor?.forget(pid);
        this.#lastWords = log.tail();
        log.close();
        resolve(this.#exit);
      });
    });
  }

  /** Starts the process; rejects with `StartFailedError` when the kernel refuses (no such file, no permission). */
  static async start(options: ChildOptions): Promise<Child> {
    await options.janitor?.ready();
    const log = new LogFile(options.logFile);
    const output = log.descriptor;
    const child = spawn(options.command, options.args, {
      detached: true,
      stdio: options.ipc === true ? ['ignore', output, output, 'ipc'] : ['ignore', output, output],
      ...(options.env && { env: options.env }),
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(options.uid !== undefined && { uid: options.uid }),
      ...(options.gid !== undefined && { gid: options.gid }),
    });
    if (child.pid !== undefined) return new Child(child, options, log, child.pid);
    log.close();
    const cause = await new Promise<Error>((resolve) => child.once('error', resolve));
    throw new StartFailedError(`${options.name} could not be started: ${cause.message}`, { cause });
  }

  get pid(): number {
    return this.identity.pid;
  }

  /** How it ended, or `undefined` while it runs. */
  get exit(): ExitReport | undefined {
    return this.#exit;
  }

  /** The end of its log when it ended; empty while it runs. */
  get lastWords(): string {
    return this.#lastWords;
  }

  /** Passes a message over the channel; silently lost when the child is gone. */
  send(message: Serializable): void {
    if (this.process.connected) this.process.send(message, () => undefined);
  }

  /** Calls back for every message of a child that was started with a channel. */
  onMessage(listener: (message: unknown) => void): void {
    this.process.on('message', listener);
  }

  /** Asks for an orderly end, waits, and insists when the deadline has passed. */
  async stop(): Promise<ExitReport> {
    this.#expected = true;
    if (this.#exit === undefined) signalProcess(this.identity, this.options.stopSignal ?? 'SIGTERM');
    const deadlineMs = this.options.stopDeadlineMs ?? DEFAULT_STOP_DEADLINE_MS;
    if (!(await settlesWithin(this.exited, deadlineMs))) signalProcess(this.identity, 'SIGKILL');
    return this.exited;
  }

  /** Ends it as a power cut would, for tests of what survives that. */
  async kill(): Promise<ExitReport> {
    this.#expected = true;
    signalProcess(this.identity, 'SIGKILL');
    return this.exited;
  }

  /** Whether the very process that we started still executes. */
  get alive(): boolean {
    return this.#exit === undefined && isAlive(this.identity);
  }
}
