import type { PersonSignature } from '@bcmed/events';
import { SafetyDatabase, type Schema } from '@bcmed/safety-store';
import type { Given } from '../domain/target/index.js';
import type { Table } from '../views/table.js';

const SCHEMA: Schema = {
  version: 1,
  tables: `
    create table meta (key text primary key, value text not null) strict;
    create table nonce (nonce text primary key, order_id text not null) strict;
    create table signature (order_id text not null, person text not null, json text not null,
      primary key (order_id, person)) strict;
    create table kept (kind text not null, id text not null, json text not null, primary key (kind, id)) strict;
    create table delivered (patient text not null, drug text not null, bucket_ms integer not null, ml real not null,
      primary key (patient, drug, bucket_ms)) strict;`,
};

/** A piece of time in which volumes are added up. */
export const BUCKET_MS = 600_000;
/** Longer than any cap of a library looks back. */
const DELIVERED_KEPT_MS = 14 * 86_400_000;

/** So much of a drug went into a patient. */
export interface Delivered {
  readonly patient: string;
  readonly drug: string;
  readonly atMs: number;
  readonly ml: number;
}

/** A nonce, and the order that stands on the stream with it. */
export interface UsedNonce {
  readonly nonce: string;
  readonly orderId: string;
}

/** What one batch of the stream changes; written in one transaction with its position. */
export interface Checkpoint {
  readonly position: bigint;
  readonly tables: readonly Table<unknown>[];
  readonly nonces: readonly UsedNonce[];
  readonly delivered: readonly Delivered[];
}

/**
 * What dosing may not forget: used nonces, signatures that no event carries yet, and, as of a position of the stream, what is
 * open. All but the signatures can be read from the stream again; a lost store makes the next start long, not wrong.
 */
export class DosingStore {
  readonly #database: SafetyDatabase;

  /** Throws StoreUnreadableError. */
  constructor(path: string) {
    this.#database = new SafetyDatabase(path, SCHEMA);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** For tests of a full disk. */
  limitPages(pages: number): void {
    this.#database.limitPages(pages);
  }

  /** Why the last write failed; undefined when it did not. */
  get failure(): string | undefined {
    return this.#database.failure;
  }

  /** Where the site's LibraryRegister stands; public, and found out anew by an operator when it is lost. */
  get register(): string | undefined {
    return this.#database.get("select value from meta where key = 'library-register'")?.['value'] as
      string | undefined;
  }

  /** Throws StoreUnwritableError. */
  keepRegister(address: string): void {
    this.#database.transaction(() =>
      this.#database.run("insert or replace into meta values ('library-register', ?)", address),
    );
  }

  /** Last position that was handled; 0n for a new store. */
  get position(): bigint {
    return BigInt(
      (this.#database.get("select value from meta where key = 'position'")?.['value'] ?? '0') as string,
    );
  }

  /** Fills a table with what was kept of it. */
  restore<Row>(table: Table<Row>): void {
    const rows = this.#database.all('select id, json from kept where kind = ?', table.kind);
    // Only `save` writes these columns, with rows of this very table.
    table.restore(rows.map(({ id, json }) => [id as string, JSON.parse(json as string) as Row]));
  }

  /** On disk when it returns; throws StoreUnwritableError, and then nothing was written. */
  save({ position, tables, nonces, delivered }: Checkpoint): void {
    const database = this.#database;
    database.transaction(() => {
      for (const table of tables)
        for (const [id, row] of table.changes)
          if (row === undefined) database.run('delete from kept where kind = ? and id = ?', table.kind, id);
          else
            database.run('insert or replace into kept values (?, ?, ?)', table.kind, id, JSON.stringify(row));
      for (const { nonce, orderId } of nonces)
        database.run('insert or ignore into nonce values (?, ?)', nonce, orderId);
      for (const volume of delivered) this.#add(volume);
      database.run("insert or replace into meta values ('position', ?)", position.toString());
    });
    for (const table of tables) table.written();
  }

  #add({ patient, drug, atMs, ml }: Delivered): void {
    const bucket = bucketOf(atMs);
    this.#database.run(
      `insert into delivered values (?, ?, ?, ?)
       on conflict (patient, drug, bucket_ms) do update set ml = ml + excluded.ml`,
      patient,
      drug,
      bucket,
      ml,
    );
    this.#database.run('delete from delivered where bucket_ms < ?', bucket - DELIVERED_KEPT_MS);
  }

  /** Of a drug since a moment, rounded to whole pieces of time so that it is never too little. */
  deliveredMl(patient: string, drug: string, sinceMs: number): number {
    const sql = 'select sum(ml) as ml from delivered where patient = ? and drug = ? and bucket_ms > ?';
    return Number(this.#database.get(sql, patient, drug, sinceMs - BUCKET_MS)?.['ml'] ?? 0);
  }

  /** The same by pieces of time, oldest first; what is not in the store yet stands beside it. */
  given(patient: string, drug: string, sinceMs: number, unsaved: readonly Delivered[] = []): Given[] {
    const sql =
      'select bucket_ms, ml from delivered where patient = ? and drug = ? and bucket_ms > ? order by bucket_ms';
    const rows = this.#database.all(sql, patient, drug, sinceMs - BUCKET_MS);
    const pieces = new Map(rows.map(({ bucket_ms, ml }) => [Number(bucket_ms), Number(ml)]));
    for (const one of unsaved) {
      const bucketMs = bucketOf(one.atMs);
      if (one.patient === patient && one.drug === drug && bucketMs > sinceMs - BUCKET_MS)
        pieces.set(bucketMs, (pieces.get(bucketMs) ?? 0) + one.ml);
    }
    return [...pieces]
      .sort(([a], [b]) => a - b)
      .map(([fromMs, ml]) => ({ fromMs, untilMs: fromMs + BUCKET_MS, ml }));
  }

  /** Id of the order that used a nonce. */
  orderWith(nonce: string): string | undefined {
    const row = this.#database.get('select order_id from nonce where nonce = ?', nonce);
    return row?.['order_id'] as string | undefined;
  }

  /** Further signatures of an order, in the order of their arrival. */
  signatures(orderId: string): PersonSignature[] {
    const rows = this.#database.all('select json from signature where order_id = ? order by rowid', orderId);
    return rows.map(({ json }) => JSON.parse(json as string) as PersonSignature); // written by keepSignatures only
  }

  /** Throws StoreUnwritableError; then nobody was told that their signature counts. */
  keepSignatures(orderId: string, signatures: readonly PersonSignature[]): void {
    this.#database.transaction(() => {
      for (const signature of signatures)
        this.#database.run(
          'insert or ignore into signature values (?, ?, ?)',
          orderId,
          signature.person,
          JSON.stringify(signature),
        );
    });
  }

  /** Of an order that has ended; does nothing when there are none. */
  dropSignatures(orderId: string): void {
    if (this.signatures(orderId).length === 0) return;
    this.#database.transaction(() => this.#database.run('delete from signature where order_id = ?', orderId));
  }
}

const bucketOf = (atMs: number): number => Math.floor(atMs / BUCKET_MS) * BUCKET_MS;
