import { DatabaseSync } from 'node:sqlite';
import { StoreUnreadableError } from '../errors.js';

const VERSION = 1;

/**
 * Positions are the broker's word and only a hint: what counts is the row, which stays until a confirmed block holds
 * its leaf. `id` is the order of birth and therefore the order of sending.
 */
const TABLES = `
  CREATE TABLE pump (
    entity   TEXT PRIMARY KEY,
    serial   TEXT NOT NULL,
    line     TEXT NOT NULL,
    keyId    TEXT NOT NULL,
    chain    TEXT NOT NULL,
    sequence INTEGER NOT NULL,
    head     TEXT,
    state    TEXT NOT NULL
  ) STRICT;
  CREATE TABLE outbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    entity      TEXT NOT NULL,
    eventId     TEXT NOT NULL,
    subject     TEXT NOT NULL,
    leafHash    TEXT NOT NULL UNIQUE,
    seal        TEXT NOT NULL,
    body        BLOB NOT NULL,
    traceparent TEXT,
    handedMs    REAL NOT NULL,
    position    INTEGER,
    sentMs      REAL
  ) STRICT;
  CREATE INDEX outboxPosition ON outbox (position) WHERE position IS NOT NULL;
  CREATE TABLE refused (
    leafHash  TEXT PRIMARY KEY,
    entity    TEXT NOT NULL,
    eventId   TEXT NOT NULL,
    subject   TEXT NOT NULL,
    seal      TEXT NOT NULL,
    body      BLOB NOT NULL,
    position  INTEGER NOT NULL,
    reason    TEXT NOT NULL
  ) STRICT;
  CREATE TABLE progress (name TEXT PRIMARY KEY, position INTEGER NOT NULL) STRICT;
`;

/**
 * Opens the database of the safety store, made on the first call. Every commit is on disk before it returns
 * (WAL with `synchronous = FULL`). Locked for this process alone: two adapters on one store would fork the pumps' chains.
 * Throws StoreUnreadableError.
 */
export function openSafetyDatabase(path: string): DatabaseSync {
  try {
    const database = new DatabaseSync(path, { timeout: 2_000 });
    database.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
    const found = Number(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (found === 0) database.exec(`BEGIN IMMEDIATE; ${TABLES} PRAGMA user_version = ${VERSION}; COMMIT;`);
    else if (found !== VERSION) throw new Error(`it has version ${found}, this program knows ${VERSION}`);
    return database;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new StoreUnreadableError(`The safety store ${path} cannot be opened: ${why}`, { cause });
  }
}
