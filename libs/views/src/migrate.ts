import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory } from '@prisma/driver-adapter-utils';
import type { MigrationList } from '@prisma/schema-engine-wasm';
import pg from 'pg';
import { MigrationError, MigrationFolderError } from './errors.js';
import { schemaEngine } from './schema-engine.js';

export interface MigrateSettings {
  /** Of the database; its user must own the schema. */
  readonly databaseUrl: string;
  /** A folder of Prisma migrations: `<time>_<name>/migration.sql` each, and `migration_lock.toml`. */
  readonly migrationsDir: string;
}

export interface Migrated {
  /** Names of the migrations that this call applied; empty when the database was current. */
  readonly applied: readonly string[];
}

/** Anything that `prisma migrate` and we agree on; the engine wants to see a schema, but applies only the folder. */
const DATAMODEL = 'datasource db {\n  provider = "postgresql"\n}\n';

/**
 * Brings a database to the newest migration of a folder, as `prisma migrate deploy` would, without Prisma's CLI and the engine
 * binary that it downloads. Keeps its book in `_prisma_migrations`, so that either can go on where the other stopped.
 *
 * Idempotent, and safe to call from many processes at once: an advisory lock of the database lets one work while the others
 * wait, and finds them nothing to do. Throws MigrationFolderError before it connects, MigrationError for what the database
 * or the engine refuses; the failure of the connection itself comes through as it is.
 */
export async function migrate({ databaseUrl, migrationsDir }: MigrateSettings): Promise<Migrated> {
  const migrationsList = await readMigrations(migrationsDir);
  const guard = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 10_000 });
  guard.on('error', () => undefined); // a server that dies is seen by the queries that fail
  await guard.connect();
  try {
    // The lock belongs to this session: it is released with it, whatever happens to us.
    await guard.query('SELECT pg_advisory_lock($1)', [lockKey()]);
    return { applied: await apply(databaseUrl, migrationsList) };
  } finally {
    await guard.end().catch(() => undefined);
  }
}

async function apply(databaseUrl: string, migrationsList: MigrationList): Promise<string[]> {
  const SchemaEngine = await schemaEngine();
  // A pool of our own, because the engine leaves its lock and its connection behind: the lock ends with the connection.
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2, connectionTimeoutMillis: 10_000 });
  pool.on('error', () => undefined);
  const factory = bindMigrationAwareSqlAdapterFactory(new PrismaPg(pool));
  try {
    const options = { datamodels: [['schema.prisma', DATAMODEL] as [string, string]] };
    const engine = await SchemaEngine.new(options, () => undefined, factory);
    try {
      const filters = { externalTables: [], externalEnums: [] };
      return (await engine.applyMigrations({ migrationsList, filters })).appliedMigrationNames;
    } finally {
      engine.free();
    }
  } catch (cause) {
    throw new MigrationError(`The database could not be migrated: ${reasonOf(cause)}`, { cause });
  } finally {
    await pool.end();
  }
}

async function readMigrations(baseDir: string): Promise<MigrationList> {
  let names: string[];
  try {
    const entries = await readdir(baseDir, { withFileTypes: true });
    names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  } catch (cause) {
    throw new MigrationFolderError(`There is no folder of migrations at ${baseDir}.`, { cause });
  }
  const migrationDirectories = await Promise.all(
    names.sort().map(async (path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok' as const, value: await readSql(join(baseDir, path, 'migration.sql')) },
      },
    })),
  );
  const lockfile = await readFile(join(baseDir, 'migration_lock.toml'), 'utf8').catch(() => null);
  return {
    baseDir,
    lockfile: { path: 'migration_lock.toml', content: lockfile },
    shadowDbInitScript: '',
    migrationDirectories,
  };
}

async function readSql(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new MigrationFolderError(`The migration ${file} cannot be read.`, { cause });
  }
}

/** Advisory locks are numbers of the whole database: this one is ours by its name. */
function lockKey(): string {
  return createHash('sha256').update('bcmed views migrations').digest().readBigInt64BE().toString();
}

/** The engine throws objects whose message is a text for people; drivers throw errors. */
function reasonOf(cause: unknown): string {
  if (typeof cause !== 'object' || cause === null) return String(cause);
  const { message } = cause as { message?: unknown };
  return typeof message === 'string' ? message.slice(0, 2_000) : JSON.stringify(cause).slice(0, 2_000);
}
