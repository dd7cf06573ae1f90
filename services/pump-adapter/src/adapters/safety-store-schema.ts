import type { Schema } from '@bcmed/safety-store';

/**
 * Positions are the broker's word and only a hint: what counts is the row, which stays until a confirmed block holds
 * its leaf. `id` is the order of birth and therefore the order of sending. A command's row outlives it, so that its nonce
 * is known as used for as long as a copy of it could be fresh.
 */
const COMMANDS = `
  CREATE TABLE command (
    commandId TEXT PRIMARY KEY,
    position  INTEGER NOT NULL,
    entity    TEXT NOT NULL,
    nonce     TEXT NOT NULL,
    state     TEXT NOT NULL CHECK (state IN ('accepted', 'writing', 'done')),
    expiresMs INTEGER NOT NULL,
    person    TEXT NOT NULL,
    json      TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX commandNonce ON command (nonce);
  CREATE INDEX commandOpen ON command (position) WHERE state <> 'done';
`;

/** Pumps that are steered to a concentration; a row goes with the end of its target. */
const STEERING = 'CREATE TABLE steering (entity TEXT PRIMARY KEY, json TEXT NOT NULL) STRICT;';

export const SCHEMA: Schema = {
  version: 3,
  upgrades: { 1: COMMANDS, 2: STEERING },
  tables: `
  ${COMMANDS}
  ${STEERING}
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
