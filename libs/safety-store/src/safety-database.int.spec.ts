import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { SafetyDatabase, StoreUnreadableError, StoreUnwritableError } from './index.js';

const SCHEMA = {
  version: 1,
  tables: 'create table note (id integer primary key, text text not null) strict;',
};

function path(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bcmed-store-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return join(folder, 'state', 'store.db');
}

function open(file: string): SafetyDatabase {
  const store = new SafetyDatabase(file, SCHEMA);
  onTestFinished(() => store.close());
  return store;
}

const write = (store: SafetyDatabase, text: string) =>
  store.transaction(() => store.run('insert into note (text) values (?)', text));
const texts = (store: SafetyDatabase) =>
  store.all('select text from note order by id').map((row) => row['text']);

describe('a safety store', () => {
  it('has again what it was given, after it was closed', () => {
    const file = path();
    const first = new SafetyDatabase(file, SCHEMA);
    write(first, 'kept');
    first.close();
    expect(texts(open(file))).toEqual(['kept']);
  });

  it('of an older version gets what the newer one adds, and keeps what it has', () => {
    const file = path();
    const old = new SafetyDatabase(file, SCHEMA);
    write(old, 'kept');
    old.close();
    const newer = {
      version: 3,
      tables: 'not used',
      upgrades: { 1: 'alter table note add column author text;', 2: 'create table tag (name text) strict;' },
    };
    const store = new SafetyDatabase(file, newer);
    store.transaction(() => store.run("update note set author = 'somebody'"));
    expect(store.all('select text, author from note')).toEqual([{ text: 'kept', author: 'somebody' }]);
    expect(store.all('select * from tag')).toEqual([]);
    store.close();
    expect(() => new SafetyDatabase(file, SCHEMA)).toThrow(StoreUnreadableError);
  });

  it('keeps nothing of a transaction that threw, and hands the reason on', () => {
    const store = open(path());
    const bug = new RangeError('a bug');
    expect(() =>
      store.transaction(() => {
        store.run('insert into note (text) values (?)', 'half');
        throw bug;
      }),
    ).toThrow(bug);
    expect(texts(store)).toEqual([]);
  });

  it('says that the disk is full, keeps what it had, and goes on when there is room again', () => {
    const store = open(path());
    write(store, 'before');
    store.limitPages(2);
    expect(() => write(store, 'x'.repeat(100_000))).toThrow(StoreUnwritableError);
    expect(store.failure).toMatch(/full/);
    expect(texts(store)).toEqual(['before']);
    store.limitPages(1_000);
    write(store, 'after');
    expect(store.failure).toBeUndefined();
    expect(texts(store)).toEqual(['before', 'after']);
  });

  it('is refused when it is damaged or of another version', () => {
    const damaged = path();
    new SafetyDatabase(damaged, SCHEMA).close();
    writeFileSync(damaged, 'this is no database, and it is long enough to be looked at as one');
    expect(() => new SafetyDatabase(damaged, SCHEMA)).toThrow(StoreUnreadableError);
    const newer = path();
    new SafetyDatabase(newer, { ...SCHEMA, version: 2 }).close();
    expect(() => new SafetyDatabase(newer, SCHEMA)).toThrow(/it has version 2, this program knows 1/);
  });

  it('belongs to one process', async () => {
    const file = path();
    write(open(file), 'mine');
    const script = `const { DatabaseSync } = require('node:sqlite');
      try { new DatabaseSync(${JSON.stringify(file)}).exec('begin immediate'); console.log('open'); } catch (error) { console.log(error.message); }`;
    const { stdout } = await promisify(execFile)(process.execPath, ['-e', script]);
    expect(stdout).toMatch(/locked/);
  });
});
