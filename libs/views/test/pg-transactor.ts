import pg from 'pg';
import type { RawSql, Transactor } from '../src/index.js';

/** A transaction of plain `pg` in the form in which Prisma offers one. */
export type PgTx = RawSql;

/** What a generated client does for transactions, over a pool of `pg`: this library's tests need no generated client. */
export class PgTransactor implements Transactor<PgTx> {
  readonly pool: pg.Pool;

  constructor(databaseUrl: string) {
    this.pool = new pg.Pool({ connectionString: databaseUrl, max: 8, connectionTimeoutMillis: 5_000 });
    this.pool.on('error', () => undefined);
    this.pool.on('connect', (client) => client.on('error', () => undefined));
  }

  $queryRawUnsafe<Rows>(sql: string, ...values: unknown[]): Promise<Rows> {
    return queryer(this.pool).$queryRawUnsafe<Rows>(sql, ...values) as Promise<Rows>;
  }

  $executeRawUnsafe(sql: string, ...values: unknown[]): Promise<number> {
    return queryer(this.pool).$executeRawUnsafe(sql, ...values) as Promise<number>;
  }

  async $transaction<Result>(work: (tx: PgTx) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    try {
      await client.query('BEGIN');
      const result = await work(queryer(client));
      await client.query('COMMIT');
      client.release();
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      client.release(true);
      throw error;
    }
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

function queryer(client: pg.Pool | pg.PoolClient): RawSql {
  return {
    // Rows are what the caller says they are, as with Prisma.
    $queryRawUnsafe: async <Rows>(sql: string, ...values: unknown[]) =>
      (await client.query<Record<string, unknown>>(sql, values)).rows as Rows,
    $executeRawUnsafe: async (sql, ...values) => (await client.query(sql, values)).rowCount ?? 0,
  };
}
