import type { Schema } from '@bcmed/safety-store';

/**
 * Tables of the alarm service's store. All but `delivery`, `outbox` and `feed` could be computed again from the stream;
 * being in one file, what was decided, what is still to be said and to whom never disagree.
 */
const TABLES = `
  create table meta (key text primary key, value text not null) strict;
  create table admission (key text primary key, json text not null) strict;
  create table admitted (id text primary key, position integer not null) strict, without rowid;
  create table pump (pump text primary key, json text not null) strict;
  create table patient (patient text primary key, json text not null) strict;
  create table episode (
    id text primary key,
    open integer not null,
    raised_ms integer not null,
    json text not null
  ) strict;
  create index episode_open on episode (open) where open = 1;
  create index episode_raised on episode (raised_ms);
  create table said (id text primary key) strict, without rowid;
  create table entity (entity text primary key, position integer not null) strict, without rowid;
  create table outbox (
    number integer primary key autoincrement,
    id text not null unique,
    entity text not null,
    decision text not null,
    subject text not null,
    body blob not null,
    seal text not null
  ) strict;
  create index outbox_entity on outbox (entity);
  create table feed (
    number integer primary key autoincrement,
    event text not null,
    json text not null,
    person text
  ) strict;
  create table delivery (
    key text primary key,
    episode text not null,
    channel text not null,
    state text not null,
    rank integer not null,
    next_ms integer not null,
    json text not null
  ) strict;
  create index delivery_waiting on delivery (channel, next_ms) where state = 'waiting';
  create table people (key text primary key, json text not null) strict;
  create table approval (id text primary key, json text not null) strict;
  create table threshold (id text primary key, json text not null) strict;
`;

const OLD = [
  'admission',
  'admitted',
  'pump',
  'patient',
  'episode',
  'said',
  'entity',
  'outbox',
  'feed',
  'delivery',
];

/**
 * Version 1 had no people, and they cannot be known without reading the stream from its beginning: such a store is filled anew, as one
 * that was lost. Whose store it is stays.
 */
export const SCHEMA: Schema = {
  version: 2,
  tables: TABLES,
  upgrades: {
    1: [
      ...OLD.map((name) => `drop table ${name};`),
      'create table kept as select * from meta;',
      'drop table meta;',
      TABLES,
      "insert into meta select key, value from kept where key = 'owner';",
      "insert into meta values ('generation', lower(hex(randomblob(4))));",
      'drop table kept;',
    ].join('\n'),
  },
};
