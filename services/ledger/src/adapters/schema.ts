import type { Schema } from '@bcmed/safety-store';

/**
 * Tables of the ledger's store. `leaf` is the log as the ledger accepted it (its bytes restore a stream that lost its tail);
 * `block` is this validator's safety store: a header is here, on disk, before its signature leaves the process.
 */
export const SCHEMA: Schema = {
  version: 1,
  tables: `
  create table meta (key text primary key, value text not null) strict;
  create table leaf (
    position integer primary key,
    hash blob not null,
    bytes blob not null,
    event_id text,
    exception text
  ) strict;
  create unique index leaf_event_id on leaf (event_id) where event_id is not null;
  create table admission (key text primary key, json text not null) strict;
  create table announcement (
    number integer primary key autoincrement,
    id text not null unique,
    subject text not null,
    body blob not null
  ) strict;
  create table block (
    number integer primary key,
    hash text not null,
    header text not null,
    signatures text not null,
    last_position integer not null,
    frontier text not null,
    place text,
    published integer not null default 0
  ) strict;
  create index block_unpublished on block (number) where published = 0;
`,
};
