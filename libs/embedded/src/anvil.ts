import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { anvilBinary } from './binaries.js';
import { trimChainState } from './chain-state.js';
import { Child, type ExitReport } from './child.js';
import { EmbeddedError, StartFailedError } from './errors.js';
import type { Janitor } from './janitor.js';
import { assertPortFree, freePort } from './ports.js';
import { readyOrDead } from './readiness.js';

const READY_DEADLINE_MS = 60_000;

/** The chain id of every embedded chain; a stranger's default, so a wallet that knows anvil needs no set-up. */
export const EMBEDDED_CHAIN_ID = 31_337;

/**
 * How the node is run, whatever the port and the file: a private chain without a market (gas costs nothing) that forgets
 * old blocks, whose proofs the log keeps. The fork is one without the contract that remembers block hashes (EIP-2935):
 * with it, measured, the cost of an anchor rose fourfold over 10,000 blocks.
 * KNOWN: memory still grows by about 5 KB a block while the node runs; a start begins small again (see `trimChainState`).
 */
export const ANVIL_ARGUMENTS: readonly string[] = [
  '--host=127.0.0.1',
  '--gas-price=0',
  '--base-fee=0',
  '--no-cors',
  '--no-request-size-limit',
  '--hardfork=cancun',
  '--prune-history',
  '--transaction-block-keeper=64',
];

/** How the one EVM node of this machine is run. */
export interface AnvilOptions {
  /** Read at the start, written at an orderly end (and at intervals, if asked): one JSON file of the whole chain. */
  readonly stateFile: string;
  readonly port?: number;
  readonly chainId?: number;
  /** Seconds between dumps while it runs: what a SIGKILL can lose. 0 or absent: only at the end. */
  readonly stateIntervalSeconds?: number;
  readonly extraArguments?: readonly string[];
  readonly binary?: string;
  readonly logFile?: string;
  readonly janitor?: Janitor | undefined;
}

/** An EVM node that answers. */
export interface AnvilNode {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly port: number;
  readonly chainId: number;
  /** Where a state file went that the node could not read; the chain then began anew. */
  readonly unreadableState: string | undefined;
  readonly exited: Promise<ExitReport>;
  stop(): Promise<ExitReport>;
  /** SIGKILL, for tests: the node forgets everything since its last dump. */
  kill(): Promise<ExitReport>;
}

/**
 * Starts anvil on the loopback interface and waits until it answers with our chain id.
 *
 * Demands of the caller: believe nothing about the chain's length. The node keeps its blocks in memory, so a killed
 * one comes back shorter, or empty, and a state file that was cut off mid-write is moved aside and reported in
 * `unreadableState`. Fails with `PortOccupiedError`, `StartFailedError` or `NotReadyError`; nothing then runs on.
 */
export async function startAnvil(options: AnvilOptions): Promise<AnvilNode> {
  if (options.port) await assertPortFree(options.port, 'the port of the EVM node');
  mkdirSync(dirname(options.stateFile), { recursive: true, mode: 0o700 });
  trimChainState(options.stateFile);
  try {
    return await launch(options, undefined);
  } catch (error) {
    if (!(error instanceof StartFailedError) || !existsSync(options.stateFile)) throw error;
    const aside = `${options.stateFile}.unreadable-${Date.now().toString(36)}`;
    renameSync(options.stateFile, aside);
    return await launch(options, aside).catch((again: unknown) => {
      renameSync(aside, options.stateFile); // the file was not the reason: it goes back
      throw again instanceof EmbeddedError ? again : error;
    });
  }
}

async function launch(options: AnvilOptions, unreadableState: string | undefined): Promise<AnvilNode> {
  const port = options.port || (await freePort());
  const chainId = options.chainId ?? EMBEDDED_CHAIN_ID;
  const folder = dirname(options.stateFile);
  const interval = options.stateIntervalSeconds;
  const child = await Child.start({
    name: 'anvil',
    command: options.binary ?? anvilBinary(),
    args: [
      ...ANVIL_ARGUMENTS,
      `--port=${String(port)}`,
      `--chain-id=${String(chainId)}`,
      `--state=${options.stateFile}`,
      `--cache-path=${join(folder, 'cache')}`,
      ...(interval === undefined || interval === 0 ? [] : [`--state-interval=${String(interval)}`]),
      ...(options.extraArguments ?? []),
    ],
    logFile: options.logFile ?? join(folder, 'anvil.log'),
    stopDeadlineMs: 30_000,
    janitor: options.janitor,
  });
  const url = `http://127.0.0.1:${String(port)}`;
  await readyOrDead(child, () => answersWith(url, chainId), READY_DEADLINE_MS);
  return {
    name: 'anvil',
    pid: child.pid,
    url,
    port,
    chainId,
    unreadableState,
    exited: child.exited,
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}

async function answersWith(url: string, chainId: number): Promise<true> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'eth_chainId', params: [] }),
    signal: AbortSignal.timeout(1_000),
  });
  const answer: unknown = await response.json();
  const result =
    typeof answer === 'object' && answer !== null && 'result' in answer ? answer.result : undefined;
  if (Number(result) !== chainId) throw new Error('not our node, or not yet');
  return true;
}
