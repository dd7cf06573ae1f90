import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startPostgres, type PostgresServer } from '@bcmed/embedded';
import fc from 'fast-check';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { PgTransactor, type PgTx } from '../test/pg-transactor.js';
import {
  PROJECTION_TABLE_SQL,
  applyBatch,
  catchUp,
  migrate,
  projectBatch,
  readPosition,
  rebuild,
  type Projection,
} from './index.js';

let folder: string;
let server: PostgresServer;
let client: PgTransactor;

const LOCK = 'provider = "postgresql"\n';
const TABLES = `${PROJECTION_TABLE_SQL}\nCREATE TABLE "seen" ("projection" TEXT, "position" BIGINT, "value" TEXT);`;

async function migrations(...files: [string, string][]): Promise<string> {
  const dir = await mkdtemp(join(folder, 'migrations-'));
  await writeFile(join(dir, 'migration_lock.toml'), LOCK);
  for (const [name, sql] of files) {
    await mkdir(join(dir, name));
    await writeFile(join(dir, name, 'migration.sql'), sql);
  }
  return dir;
}

async function freshDatabase(name: string): Promise<string> {
  await client.$executeRawUnsafe(`CREATE DATABASE "${name}"`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return url.href;
}

/** A view that keeps every item that it was given, to see what counts and how often. */
function recorder(name: string): Projection<string, PgTx> {
  return {
    name,
    apply: async (tx, items) => {
      for (const value of items) {
        const position = /\d+/.exec(value)?.[0];
        await tx.$executeRawUnsafe('INSERT INTO "seen" VALUES ($1, $2, $3)', name, position, value);
      }
    },
    clear: async (tx) => {
      await tx.$executeRawUnsafe('DELETE FROM "seen" WHERE "projection" = $1', name);
    },
  };
}

async function seenBy(name: string): Promise<string[]> {
  const sql = 'SELECT "value" FROM "seen" WHERE "projection" = $1 ORDER BY "position"';
  return (await client.$queryRawUnsafe<{ value: string }[]>(sql, name)).map(({ value }) => value);
}

const item = (position: bigint): string => `event ${position}`;
function batch(first: number, last: number): { first: bigint; items: string[] } {
  return { first: BigInt(first), items: span(first, last) };
}
function span(first: number, last: number): string[] {
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => item(BigInt(first + index)));
}
const stream = {
  async *readRange(from: bigint, to: bigint): AsyncGenerator<string, void> {
    for (let position = from; position <= to; position++) yield await Promise.resolve(item(position));
  },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bcmed-views-'));
  server = await startPostgres({ dataDir: join(folder, 'pg') });
  client = new PgTransactor(server.url);
  await migrate({ databaseUrl: server.url, migrationsDir: await migrations(['0001_first', TABLES]) });
});

afterAll(async () => {
  await client.close();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

describe('a migration', () => {
  it('is applied once, and the next one after it', async () => {
    const databaseUrl = await freshDatabase('once');
    const first: [string, string] = ['0001_first', 'CREATE TABLE "a" ("x" INT);'];
    const second: [string, string] = ['0002_second', 'ALTER TABLE "a" ADD "y" INT;'];
    const before = await migrations(first);
    expect(await migrate({ databaseUrl, migrationsDir: before })).toStrictEqual({ applied: ['0001_first'] });
    expect(await migrate({ databaseUrl, migrationsDir: before })).toStrictEqual({ applied: [] });
    const after = await migrations(first, second);
    expect(await migrate({ databaseUrl, migrationsDir: after })).toStrictEqual({ applied: ['0002_second'] });
    const database = new pg.Client(databaseUrl);
    await database.connect();
    await database.query('INSERT INTO "a" VALUES (1, 2)');
    const book = await database.query('SELECT migration_name FROM _prisma_migrations ORDER BY 1');
    await database.end();
    expect(book.rows).toStrictEqual([{ migration_name: '0001_first' }, { migration_name: '0002_second' }]);
  });

  it('is applied once although five processes start at the same moment', async () => {
    const databaseUrl = await freshDatabase('crowd');
    const migrationsDir = await migrations(['0001_first', 'CREATE TABLE "a" ("x" INT);']);
    const all = await Promise.all(Array.from({ length: 5 }, () => migrate({ databaseUrl, migrationsDir })));
    expect(all.flatMap(({ applied }) => applied)).toStrictEqual(['0001_first']);
  });

  it('that the database refuses says what the database said', async () => {
    const databaseUrl = await freshDatabase('broken');
    const migrationsDir = await migrations(['0001_first', 'CREATE TABEL "a" ("x" INT);']);
    await expect(migrate({ databaseUrl, migrationsDir })).rejects.toMatchObject({
      code: 'BCM-VIEWS-MIGRATION',
      message: expect.stringContaining('TABEL') as string,
    });
  });

  it('that is not there is told before anything is touched', async () => {
    await expect(
      migrate({ databaseUrl: 'postgresql://127.0.0.1:1/none', migrationsDir: '/nowhere' }),
    ).rejects.toMatchObject({ code: 'BCM-VIEWS-MIGRATION-FOLDER' });
  });
});

describe('a projection', () => {
  it('counts every position once, however its batches overlap, repeat and jump (property)', async () => {
    let run = 0;
    const ends = fc.tuple(fc.integer({ min: 1, max: 40 }), fc.integer({ min: 0, max: 9 }));
    await fc.assert(
      fc.asyncProperty(fc.array(ends, { minLength: 1, maxLength: 8 }), async (batches) => {
        const view = recorder(`property-${run++}`);
        for (const [first, more] of batches)
          await projectBatch(client, view, batch(first, first + more), { ...stream, batchSize: 7 });
        const last = Math.max(...batches.map(([first, more]) => first + more));
        expect(await seenBy(view.name)).toStrictEqual(span(1, last));
        expect(await readPosition(client, view.name)).toBe(BigInt(last));
      }),
      { numRuns: 25 },
    );
  });

  it('tells a redelivery from a batch that begins too late', async () => {
    const view = recorder('told');
    expect(await applyBatch(client, view, batch(1, 3))).toStrictEqual({
      kind: 'applied',
      position: 3n,
      written: 3,
    });
    expect(await applyBatch(client, view, batch(2, 3))).toStrictEqual({ kind: 'skipped', position: 3n });
    expect(await applyBatch(client, view, batch(3, 5))).toMatchObject({ kind: 'applied', written: 2 });
    expect(await applyBatch(client, view, batch(7, 9))).toStrictEqual({ kind: 'behind', position: 5n });
    expect(await seenBy('told')).toStrictEqual(span(1, 5));
  });

  it('writes neither rows nor position when its handler fails half-way', async () => {
    const view = recorder('fails');
    await applyBatch(client, view, batch(1, 2));
    const failing: typeof view = {
      ...view,
      apply: async (tx, items) => {
        await view.apply(tx, items.slice(0, 1));
        throw new Error('half-way');
      },
    };
    await expect(applyBatch(client, failing, batch(3, 4))).rejects.toThrow('half-way');
    expect(await seenBy('fails')).toStrictEqual(span(1, 2));
    await applyBatch(client, view, batch(3, 4));
    expect(await seenBy('fails')).toStrictEqual(span(1, 4));
  });

  it('counts once when several processes project the same stream at the same time', async () => {
    const view = recorder('rivals');
    const rivals = Array.from({ length: 4 }, async () => {
      for (let first = 1; first <= 60; first += 6)
        await projectBatch(client, view, batch(first, first + 5), stream);
    });
    await Promise.all(rivals);
    expect(await seenBy('rivals')).toStrictEqual(span(1, 60));
  });

  it('is rebuilt from the stream', async () => {
    const view = recorder('rebuilt');
    await applyBatch(client, view, batch(1, 5));
    await rebuild(client, view);
    expect(await seenBy('rebuilt')).toStrictEqual([]);
    expect(await catchUp(client, view, { ...stream, to: 20n })).toBe(20n);
    expect(await seenBy('rebuilt')).toStrictEqual(span(1, 20));
  });

  it('stops when the stream has less than what was delivered', async () => {
    const empty = { readRange: () => stream.readRange(1n, 0n) };
    await expect(projectBatch(client, recorder('short'), batch(5, 6), empty)).rejects.toMatchObject({
      code: 'BCM-VIEWS-CATCH-UP',
    });
  });

  it('counts once when PostgreSQL is killed in the middle, ten times', async () => {
    const view = recorder('killed');
    let first = 1;
    const projectUntilItFails = async (): Promise<void> => {
      for (;;) {
        await projectBatch(client, view, batch(first, first + 4), stream);
        first += 5;
      }
    };
    const reached = async (): Promise<number> => Number(await readPosition(client, view.name));
    for (let kill = 0; kill < 10; kill++) {
      const from = first;
      const endedBy = projectUntilItFails().catch((error: unknown) => error);
      await expect.poll(() => reached()).toBeGreaterThan(from + 10);
      await server.kill();
      expect(await endedBy).toBeInstanceOf(Error);
      server = await startPostgres({ dataDir: join(folder, 'pg'), port: server.port });
    }
    await projectBatch(client, view, batch(first, first + 4), stream);
    expect(await seenBy('killed')).toStrictEqual(span(1, first + 4));
  }, 120_000);
});
