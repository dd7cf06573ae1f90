import { mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Child, type ExitReport } from './child.js';
import type { Janitor } from './janitor.js';
import { readyOrDead } from './readiness.js';

const DEFAULT_READY_DEADLINE_MS = 60_000;

/** How one of our own programs is run as a child. */
export interface NodeServiceOptions {
  readonly name: string;
  /** The built program, an absolute path. */
  readonly main: string;
  readonly args?: readonly string[];
  /** Added to our own environment. BCMED_STATE_DIR is set to `stateDir` and HTTP_PORT to 0 unless given here. */
  readonly env?: Readonly<Record<string, string>>;
  /** The service's own folder; it writes the port that it chose to `http-port` there. */
  readonly stateDir: string;
  readonly readyPath?: string;
  readonly readyDeadlineMs?: number;
  readonly stopDeadlineMs?: number;
  readonly logFile?: string;
  readonly janitor?: Janitor | undefined;
}

/** One of our own programs that says it is ready. */
export interface NodeService {
  readonly name: string;
  readonly pid: number;
  readonly port: number;
  readonly url: string;
  readonly logFile: string;
  readonly exited: Promise<ExitReport>;
  send(message: NodeJS.Dict<unknown>): void;
  onMessage(listener: (message: unknown) => void): void;
  stop(): Promise<ExitReport>;
  /** SIGKILL, for tests of what survives it. */
  kill(): Promise<ExitReport>;
}

/**
 * Starts one of our own programs on this very Node and waits until its `/health/ready` says yes.
 *
 * It gets a channel to us and is expected to end itself when the channel breaks; a janitor ends it where it does not.
 * Fails with `StartFailedError` (with the end of its log, where a wrong configuration is named) or `NotReadyError`.
 */
export async function startNodeService(options: NodeServiceOptions): Promise<NodeService> {
  mkdirSync(options.stateDir, { recursive: true, mode: 0o700 });
  const portFile = join(options.stateDir, 'http-port');
  rmSync(portFile, { force: true });
  const child = await Child.start({
    name: options.name,
    command: process.execPath,
    args: ['--enable-source-maps', options.main, ...(options.args ?? [])],
    env: { ...process.env, BCMED_STATE_DIR: options.stateDir, HTTP_PORT: '0', ...options.env },
    logFile: options.logFile ?? join(options.stateDir, `${options.name}.log`),
    ipc: true,
    tier: 1,
    stopDeadlineMs: options.stopDeadlineMs ?? 15_000,
    janitor: options.janitor,
  });
  const port = await readyOrDead(
    child,
    () => whenReady(portFile, options.readyPath ?? '/health/ready'),
    options.readyDeadlineMs ?? DEFAULT_READY_DEADLINE_MS,
  );
  return {
    name: options.name,
    pid: child.pid,
    port,
    url: `http://127.0.0.1:${String(port)}`,
    logFile: child.log.path,
    exited: child.exited,
    send: (message) => child.send(message),
    onMessage: (listener) => child.onMessage(listener),
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}

async function whenReady(portFile: string, path: string): Promise<number> {
  const port = Number.parseInt(readFileSync(portFile, 'utf8'), 10);
  if (!Number.isInteger(port)) throw new Error('the port is not written yet');
  const response = await fetch(`http://127.0.0.1:${String(port)}${path}`, {
    signal: AbortSignal.timeout(2_000),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`not ready yet: ${String(response.status)}`);
  return port;
}
