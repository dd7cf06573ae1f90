import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { isAlive, identityOf, startPostgres } from '../src/index.js';
import { stopAfterwards, temporaryFolder } from './temporary.js';

async function ask(url: string, sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

describe('the embedded PostgreSQL', () => {
  it('initialises itself, is careful with the disk, and lets nobody in without the password', async () => {
    const dataDir = temporaryFolder();
    const server = stopAfterwards(await startPostgres({ dataDir }));
    await expect(ask(server.url, 'SHOW fsync')).resolves.toEqual([{ fsync: 'on' }]);
    await expect(ask(server.url, 'SHOW listen_addresses')).resolves.toEqual([
      { listen_addresses: '127.0.0.1' },
    ]);
    await expect(ask(server.url, 'SHOW unix_socket_directories')).resolves.toEqual([
      { unix_socket_directories: '' },
    ]);
    const wrong = new URL(server.url);
    wrong.password = 'guess';
    await expect(ask(wrong.href, 'SELECT 1')).rejects.toThrow(/password authentication failed/);
    expect(statSync(join(dataDir, 'password')).mode & 0o777).toBe(0o600);
  });

  it('has its committed rows again after it was killed', async () => {
    const dataDir = temporaryFolder();
    const first = stopAfterwards(await startPostgres({ dataDir }));
    await ask(first.url, 'CREATE TABLE pump (serial text)');
    await ask(first.url, "INSERT INTO pump VALUES ('8002-1'), ('8002-2')");
    await first.kill();
    expect(existsSync(join(dataDir, 'cluster', 'postmaster.pid'))).toBe(true);
    const second = stopAfterwards(await startPostgres({ dataDir, port: first.port }));
    await expect(ask(second.url, 'SELECT count(*)::int AS pumps FROM pump')).resolves.toEqual([{ pumps: 2 }]);
  });

  it('starts although its old process id now belongs to a stranger', async () => {
    const dataDir = temporaryFolder();
    const first = stopAfterwards(await startPostgres({ dataDir }));
    await first.stop();
    const file = join(dataDir, 'cluster', 'postmaster.pid');
    writeFileSync(
      file,
      `${String(process.pid)}\n${join(dataDir, 'cluster')}\n0\n${String(first.port)}\n\n127.0.0.1\n\nready\n`,
    );
    stopAfterwards(await startPostgres({ dataDir }));
    expect(isAlive(identityOf(process.pid))).toBe(true);
  });

  it('ends a server that an earlier launcher left behind on the same folder', async () => {
    const dataDir = temporaryFolder();
    const left = stopAfterwards(await startPostgres({ dataDir }));
    const next = stopAfterwards(await startPostgres({ dataDir }));
    await expect(left.exited).resolves.toBeDefined();
    await expect(ask(next.url, 'SELECT 1 AS one')).resolves.toEqual([{ one: 1 }]);
  });

  it('throws away an initialisation that was cut off', async () => {
    const dataDir = temporaryFolder();
    mkdirSync(join(dataDir, 'cluster.initialising', 'base'), { recursive: true });
    stopAfterwards(await startPostgres({ dataDir }));
    expect(existsSync(join(dataDir, 'cluster.initialising'))).toBe(false);
  });

  it('says what to do with a folder of another major version', async () => {
    const dataDir = temporaryFolder();
    mkdirSync(join(dataDir, 'cluster'));
    writeFileSync(join(dataDir, 'cluster', 'PG_VERSION'), '12\n');
    const refusal = startPostgres({ dataDir });
    await expect(refusal).rejects.toMatchObject({ code: 'BCM-EMBEDDED-POSTGRES-VERSION' });
    await expect(refusal).rejects.toThrow(/PostgreSQL 12.*delete the folder/s);
    expect(readFileSync(join(dataDir, 'cluster', 'PG_VERSION'), 'utf8')).toBe('12\n');
  });
});
