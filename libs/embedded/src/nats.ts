import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { natsServerBinary } from './binaries.js';
import { Child, type ExitReport } from './child.js';
import { NatsNotDurableError } from './errors.js';
import type { Janitor } from './janitor.js';
import { endWhenStoreFailed } from './nats-store-watch.js';
import { assertPortFree } from './ports.js';
import { readyOrDead } from './readiness.js';

const READY_DEADLINE_MS = 30_000;
const GIB = 1024 ** 3;

/** How the one nats-server of this machine is run. */
export interface NatsOptions {
  /** Holds the configuration, the log and the streams: the log of record. Belongs in the backup. */
  readonly storeDir: string;
  /** Absent or 0: the server chooses. Give the same port at a restart, so that clients find it again. */
  readonly port?: number;
  readonly monitorPort?: number;
  /** Further lines of the configuration: who may connect and do what. Without them, everybody on this machine may. */
  readonly authorisation?: readonly string[];
  readonly binary?: string;
  readonly logFile?: string;
  /** Past this, appends are refused; reserved by nobody, so it may exceed the disk. */
  readonly maxFileBytes?: number;
  readonly maxMemoryBytes?: number;
  readonly janitor?: Janitor | undefined;
  /** Ends the server when its store could not write and there is room again: for whoever starts it anew then. */
  readonly endsWhenStoreFailed?: boolean;
}

/** A nats-server that answers. */
export interface NatsServer {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly port: number;
  readonly monitorUrl: string;
  readonly monitorPort: number;
  readonly exited: Promise<ExitReport>;
  stop(): Promise<ExitReport>;
  /** SIGKILL, for tests of what survives it. */
  kill(): Promise<ExitReport>;
}

/** What a server says about its own care for acknowledged messages. */
export interface NatsDurability {
  readonly serverVersion: string;
  /** `true` when every acknowledged append was fsynced before the acknowledgement. */
  readonly syncAlways: boolean;
}

/**
 * Starts nats-server with JetStream on the loopback interface and waits until JetStream answers.
 *
 * Promises: every append is fsynced before it is acknowledged (`sync_interval: always`, checked after the start, not
 * assumed). Streams of an earlier run in the same folder, also of one that was killed, are there again.
 * Fails with `PortOccupiedError`, `StartFailedError`, `NotReadyError` or `NatsNotDurableError`; nothing then runs on.
 *
 * Without `authorisation` every local user of this machine can reach the server, delete streams and publish, though never
 * forge a seal.
 */
export async function startNats(options: NatsOptions): Promise<NatsServer> {
  const { storeDir } = options;
  if (options.port) await assertPortFree(options.port, 'the port of nats-server');
  if (options.monitorPort) await assertPortFree(options.monitorPort, 'the monitoring port of nats-server');
  mkdirSync(storeDir, { recursive: true, mode: 0o700 });
  removeOldPortFiles(storeDir);
  const configuration = join(storeDir, 'nats-server.conf');
  writeFileSync(configuration, natsConfiguration(options), { mode: 0o600 });
  const child = await Child.start({
    name: 'nats-server',
    command: options.binary ?? natsServerBinary(),
    args: ['-c', configuration],
    logFile: options.logFile ?? join(storeDir, 'nats-server.log'),
    janitor: options.janitor,
  });
  const address = await readyOrDead(child, () => whenHealthy(storeDir, child.pid), READY_DEADLINE_MS);
  try {
    await checkSyncAlways(address.monitorUrl);
  } catch (error) {
    await child.stop();
    throw error;
  }
  if (options.endsWhenStoreFailed === true)
    endWhenStoreFailed(child, { storeDir, monitorUrl: address.monitorUrl });
  return {
    name: 'nats-server',
    pid: child.pid,
    ...address,
    exited: child.exited,
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}

function natsConfiguration(options: NatsOptions): string {
  const lines = [
    '# Written at every start; changes are lost.',
    'server_name: bcmed-embedded',
    `listen: "127.0.0.1:${String(options.port || -1)}"`,
    `http: "127.0.0.1:${String(options.monitorPort || -1)}"`,
    `ports_file_dir: ${JSON.stringify(options.storeDir)}`,
    'max_payload: 1MB',
    'jetstream {',
    `  store_dir: ${JSON.stringify(options.storeDir)}`,
    '  sync_interval: always',
    `  max_memory_store: ${String(options.maxMemoryBytes ?? GIB / 4)}`,
    `  max_file_store: ${String(options.maxFileBytes ?? 64 * GIB)}`,
    '}',
    ...(options.authorisation ?? []),
  ];
  return `${lines.join('\n')}\n`;
}

/** A killed server leaves its ports file behind; it carries the old process id, so it only clutters. */
function removeOldPortFiles(storeDir: string): void {
  for (const name of readdirSync(storeDir)) if (name.endsWith('.ports')) rmSync(join(storeDir, name));
}

interface Address {
  readonly url: string;
  readonly port: number;
  readonly monitorUrl: string;
  readonly monitorPort: number;
}

async function whenHealthy(storeDir: string, pid: number): Promise<Address> {
  // The server names the file after its own program, whatever that is called.
  const file = readdirSync(storeDir).find((name) => name.endsWith(`_${String(pid)}.ports`));
  if (file === undefined) throw new Error('the server has not told its ports yet');
  const ports: unknown = JSON.parse(readFileSync(join(storeDir, file), 'utf8'));
  const url = firstOf(ports, 'nats');
  const monitorUrl = firstOf(ports, 'monitoring');
  const health = await fetch(`${monitorUrl}/healthz`, { signal: AbortSignal.timeout(1_000) });
  await health.body?.cancel();
  if (!health.ok) throw new Error(`not healthy yet: ${String(health.status)}`);
  return { url, port: Number(new URL(url).port), monitorUrl, monitorPort: Number(new URL(monitorUrl).port) };
}

function firstOf(ports: unknown, key: string): string {
  const urls = fieldOf(ports, key);
  const first: unknown = Array.isArray(urls) ? urls[0] : undefined;
  if (typeof first !== 'string') throw new Error(`the ports file names no ${key} address`);
  return first;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null
    ? Object.entries(value).find(([k]) => k === key)?.[1]
    : undefined;
}

/** Asks a running server, embedded or not, at its monitoring address (`/varz`), and judges nothing. */
export async function readNatsDurability(monitorUrl: string): Promise<NatsDurability> {
  const response = await fetch(`${monitorUrl}/varz`, { signal: AbortSignal.timeout(5_000) });
  const varz: unknown = await response.json();
  const version = fieldOf(varz, 'version');
  return {
    serverVersion: typeof version === 'string' ? version : 'unknown',
    syncAlways: fieldOf(fieldOf(fieldOf(varz, 'jetstream'), 'config'), 'sync_always') === true,
  };
}

/**
 * Throws `NatsNotDurableError` unless the server fsyncs before it acknowledges. Its default is an fsync every two
 * minutes, after the acknowledgement: measured, a power cut then loses every acknowledged message of that time.
 */
export async function checkSyncAlways(monitorUrl: string): Promise<NatsDurability> {
  const durability = await readNatsDurability(monitorUrl);
  if (durability.syncAlways) return durability;
  throw new NatsNotDurableError(
    `nats-server ${durability.serverVersion} at ${monitorUrl} acknowledges before it fsyncs: set sync_interval: always in its jetstream block`,
  );
}
