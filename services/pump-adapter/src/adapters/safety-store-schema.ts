import type { Schema } from '@bcmed/safety-store';

/**
 * Positions are the broker's word and only a hint: what counts is the row, which stays until a confirmed block holds
 * its leaf. `id` is the order of birth and therefore the order of sending.
 */
export const SCHEMA: Schema = {
  version: 1,
  tables: `
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
`,
};
