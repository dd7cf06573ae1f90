import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { postgresBinaries, type PostgresBinaries } from './binaries.js';
import { Child, type ExitReport } from './child.js';
import { PostgresVersionError, StartFailedError } from './errors.js';
import type { Janitor } from './janitor.js';
import { assertPortFree, freePort } from './ports.js';
import { identityOf, isAlive, signalProcess } from './process-identity.js';
import { readyOrDead } from './readiness.js';
import { asUser, giveTo, userInsteadOfRoot, type UnixUser } from './unprivileged.js';
import { waitFor } from './wait.js';

const READY_DEADLINE_MS = 60_000;
const TAKE_OVER_DEADLINE_MS = 15_000;
const OWNER = 'bcmed';

/** How the one PostgreSQL of this machine is run. */
export interface PostgresOptions {
  /** Holds the cluster, its password and its log. Views only: it may be deleted, and is then rebuilt from the stream. */
  readonly dataDir: string;
  readonly port?: number;
  readonly database?: string;
  readonly logFile?: string;
  readonly onProgress?: (message: string) => void;
  readonly janitor?: Janitor | undefined;
}

/** A PostgreSQL that answers, with its database. */
export interface PostgresServer {
  readonly name: string;
  readonly pid: number;
  /** With user and password: never log it. */
  readonly url: string;
  readonly port: number;
  readonly exited: Promise<ExitReport>;
  stop(): Promise<ExitReport>;
  /** SIGKILL, for tests of what survives it. */
  kill(): Promise<ExitReport>;
}

/**
 * Starts PostgreSQL on the loopback interface, initialises it at the first use, and creates the database.
 *
 * Runs also as root, by becoming `postgres` or `nobody`, since PostgreSQL refuses root. No socket file, password
 * authentication, the password random and in a file of mode 0600. Recovers by itself after a kill, also of the
 * initialisation; a server that a killed launcher left behind on this folder is stopped first, so hold the lock of
 * the data folder before you call. Fails with `PortOccupiedError`, `PostgresVersionError`, `PostgresRootError`,
 * `StartFailedError` or `NotReadyError`; nothing then runs on.
 */
export async function startPostgres(options: PostgresOptions): Promise<PostgresServer> {
  if (options.port) await assertPortFree(options.port, 'the port of PostgreSQL');
  const home = resolve(options.dataDir);
  const place: Place = {
    home,
    cluster: join(home, 'cluster'),
    passwordFile: join(home, 'password'),
    user: userInsteadOfRoot(),
    programs: postgresBinaries(),
    logFile: options.logFile ?? join(home, 'postgres.log'),
    janitor: options.janitor,
  };
  mkdirSync(home, { recursive: true, mode: 0o700 });
  giveTo(home, place.user);
  if (!existsSync(place.cluster)) {
    options.onProgress?.('initialising PostgreSQL, once');
    await initialise(place);
  }
  checkVersion(place);
  await endLeftover(place.cluster);
  const port = options.port || (await freePort());
  const child = await startUntilShared(place, port);
  const url = connectionUrl(place, port, options.database ?? OWNER);
  await ensureDatabase(place, port, options.database ?? OWNER).catch(async (error: unknown) => {
    await child.stop();
    throw error;
  });
  return {
    name: 'postgres',
    pid: child.pid,
    url,
    port,
    exited: child.exited,
    stop: () => child.stop(),
    kill: () => child.kill(),
  };
}

interface Place {
  readonly home: string;
  readonly cluster: string;
  readonly passwordFile: string;
  readonly user: UnixUser | undefined;
  readonly programs: PostgresBinaries;
  readonly logFile: string;
  readonly janitor: Janitor | undefined;
}

/** Builds the cluster under another name and renames it, so that a kill leaves a whole cluster or none. */
async function initialise(place: Place): Promise<void> {
  const draft = join(place.home, 'cluster.initialising');
  rmSync(draft, { recursive: true, force: true });
  writeFileSync(place.passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
  giveTo(place.passwordFile, place.user);
  const args = [
    `--pgdata=${draft}`,
    `--username=${OWNER}`,
    `--pwfile=${place.passwordFile}`,
    '--auth=scram-sha-256',
    '--encoding=UTF8',
    '--locale=C',
    '--no-instructions',
  ];
  const child = await Child.start({
    name: 'initdb',
    ...asUser(place.user, place.programs.initdb, args, [draft]),
    env: { ...process.env, LC_ALL: 'C' },
    cwd: '/',
    logFile: place.logFile,
    janitor: place.janitor,
  });
  const { code } = await child.exited;
  if (code !== 0) throw new StartFailedError(`PostgreSQL could not be initialised:\n${child.lastWords}`);
  renameSync(draft, place.cluster);
}

function checkVersion({ cluster, programs }: Place): void {
  const found = Number.parseInt(readFileSync(join(cluster, 'PG_VERSION'), 'utf8'), 10);
  if (found === programs.majorVersion) return;
  throw new PostgresVersionError(
    `${cluster} was written by PostgreSQL ${String(found)}, this is ${String(programs.majorVersion)}: delete the folder, its views are rebuilt from the stream`,
  );
}

/**
 * Deals with `postmaster.pid` of an earlier run: a server that still works on this very folder is stopped, and a file
 * whose process id now means a stranger is removed, which PostgreSQL itself would take for a running server.
 */
async function endLeftover(cluster: string): Promise<void> {
  const file = join(cluster, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number.parseInt(readFileSync(file, 'utf8'), 10);
  const leftover = identityOf(pid);
  if (leftover.startedAt !== undefined && worksOn(pid, cluster)) {
    signalProcess(leftover, 'SIGINT');
    const gone = await waitFor(() => Promise.resolve(isAlive(leftover) ? undefined : true), {
      deadlineMs: 10_000,
    });
    if (gone === undefined) signalProcess(leftover, 'SIGKILL');
  }
  rmSync(file, { force: true });
}

function worksOn(pid: number, cluster: string): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, 'utf8').includes(cluster);
  } catch {
    return false;
  }
}

/**
 * Backends of a killed server hold its shared memory for a moment longer, and PostgreSQL then refuses to start. That
 * one refusal is waited out; every other one is final.
 */
async function startUntilShared(place: Place, port: number): Promise<Child> {
  const end = performance.now() + TAKE_OVER_DEADLINE_MS;
  for (;;) {
    try {
      return await startOnce(place, port);
    } catch (error) {
      const busy = error instanceof StartFailedError && error.message.includes('pre-existing shared memory');
      if (!busy || performance.now() > end) throw error;
    }
  }
}

async function startOnce(place: Place, port: number): Promise<Child> {
  const settings = {
    listen_addresses: '127.0.0.1',
    port: String(port),
    unix_socket_directories: '',
    max_connections: '50',
    shared_buffers: '64MB',
    log_min_messages: 'warning',
  };
  const args = [
    '-D',
    place.cluster,
    ...Object.entries(settings).flatMap(([key, value]) => ['-c', `${key}=${value}`]),
  ];
  const child = await Child.start({
    name: 'postgres',
    ...asUser(place.user, place.programs.postgres, args, [place.cluster]),
    env: { ...process.env, LC_ALL: 'C' },
    cwd: '/',
    logFile: place.logFile,
    stopSignal: 'SIGINT', // a fast shutdown: clients are disconnected, nothing is waited for
    stopDeadlineMs: 20_000,
    janitor: place.janitor,
  });
  await readyOrDead(
    child,
    () => query(connectionUrl(place, port, 'postgres'), 'SELECT 1'),
    READY_DEADLINE_MS,
  );
  return child;
}

async function query(url: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  client.on('error', () => undefined); // a server that dies under an idle connection is seen by its exit
  try {
    await client.connect();
    const result = await client.query<Record<string, unknown>>(sql);
    return result.rows;
  } finally {
    await client.end().catch(() => undefined);
  }
}

function connectionUrl(place: Place, port: number, database: string): string {
  const password = readFileSync(place.passwordFile, 'utf8').trim();
  return `postgresql://${OWNER}:${password}@127.0.0.1:${String(port)}/${database}`;
}

async function ensureDatabase(place: Place, port: number, database: string): Promise<void> {
  const url = connectionUrl(place, port, 'postgres');
  const rows = await query(url, `SELECT 1 FROM pg_database WHERE datname = ${pg.escapeLiteral(database)}`);
  if (rows.length === 0) await query(url, `CREATE DATABASE ${pg.escapeIdentifier(database)}`);
}

/** Whether a folder holds a cluster already, so that a launcher can announce the two seconds of a first use. */
export function hasPostgresCluster(dataDir: string): boolean {
  return statSync(join(dataDir, 'cluster'), { throwIfNoEntry: false })?.isDirectory() === true;
}
