import type { AdmissionRecord, PriorEvents } from '@bcmed/admission';
import { toWireHeader, type HeaderSignature, type Hex } from '@bcmed/chain';
import type { LeafException } from '@bcmed/events';
import { hashFromBytes, hashToBase64Url } from '@bcmed/merkle';
import {
  NO_BLOCK,
  type AnchorPlace,
  type BlockHead,
  type CutBlock,
  type PendingLeaf,
} from '../domain/block.js';
import { SafetyDatabase, type Row } from '@bcmed/safety-store';
import { StoreForeignError } from '../errors.js';
import { placeJson, toBlock, toHead, type BlockRow, type HeadRow, type SignedBlock } from './block-rows.js';
import { SCHEMA } from './schema.js';

/** A decided position on its way to disk. */
export interface StoredLeaf extends PendingLeaf {
  readonly bytes: Uint8Array;
  /** Present when the event was admitted: its id counts from now on. */
  readonly eventId?: string;
}

/** Which contract the log is anchored in. On a chain that began anew a successor may get its predecessor's address. */
export interface ContractPlace {
  readonly contract: Hex;
  /** The block that its predecessor ended with; 0 in a first contract, absent in a store of an earlier version. */
  readonly beginsAfter?: bigint;
}

/** An event of the ledger's own that waits to be appended to the stream. Not sealed yet: the seal is made when it is sent. */
export interface Announcement {
  readonly id: string;
  readonly subject: string;
  readonly body: Uint8Array;
}

/**
 * The ledger's durable memory: leaves, rules' state, blocks, announcements, in one SQLite file (WAL, synchronous FULL).
 * Each method that writes is one transaction and is on disk when it returns; what throws has changed nothing.
 *
 * One process owns the file: a second one is kept out by SQLite's exclusive lock.
 */
export class LedgerStore implements PriorEvents {
  readonly #database: SafetyDatabase;

  constructor(path: string, owner: { readonly site: string; readonly rootKeyId: string }) {
    this.#database = new SafetyDatabase(path, SCHEMA);
    this.#claim(JSON.stringify([owner.site, owner.rootKeyId]));
  }

  close(): void {
    this.#database.close();
  }

  /** Position of the last leaf; 0 for an empty log. */
  get lastPosition(): bigint {
    return wholeOf(this.#database.get('select max(position) as value from leaf'));
  }

  positionOf(eventId: string): bigint | undefined {
    const row = this.#database.get('select position as value from leaf where event_id = ?', eventId);
    return row && wholeOf(row);
  }

  admissionRecords(): AdmissionRecord[] {
    // SQLite tells no types; the schema makes both columns text and only this class writes them.
    return this.#database.all('select key, json from admission') as unknown as AdmissionRecord[];
  }

  /** Leaves, rules' state and announcements of one batch: all of it or nothing. */
  appendLeaves(
    leaves: readonly StoredLeaf[],
    records: readonly AdmissionRecord[],
    announcements: readonly Announcement[],
  ): void {
    this.#database.transaction(() => {
      for (const leaf of leaves) this.#insertLeaf(leaf);
      for (const { key, json } of records) {
        const sql =
          'insert into admission values (?, ?) on conflict (key) do update set json = excluded.json';
        this.#database.run(sql, key, json);
      }
      for (const announcement of announcements) this.#insertAnnouncement(announcement);
    });
  }

  addAnnouncement(announcement: Announcement): void {
    this.#database.transaction(() => this.#insertAnnouncement(announcement));
  }

  announcements(limit: number): Announcement[] {
    const sql = 'select id, subject, body from announcement order by number limit ?';
    return this.#database.all(sql, limit) as unknown as Announcement[];
  }

  /** The stream has it: the broker acknowledged it under its id. */
  removeAnnouncement(id: string): void {
    this.#database.transaction(() => this.#database.run('delete from announcement where id = ?', id));
  }

  /** Leaves from this position on, in order. */
  leavesFrom(position: bigint, limit = -1): PendingLeaf[] {
    const sql = 'select position, hash, exception from leaf where position >= ? order by position limit ?';
    return this.#database.all(sql, position, limit).map((row) => ({
      position: BigInt(row['position'] as number),
      hash: hashFromBytes(row['hash'] as Uint8Array),
      ...(typeof row['exception'] === 'string'
        ? { exception: JSON.parse(row['exception']) as LeafException }
        : {}),
    }));
  }

  /** Must be called before the signature is used: a validator that forgets what it signed may contradict itself. */
  saveSigned(block: CutBlock, signatures: readonly HeaderSignature[]): void {
    const sql =
      'insert into block (number, hash, header, signatures, last_position, frontier) values (?, ?, ?, ?, ?, ?)';
    const { header, after } = block;
    const frontier = JSON.stringify(after.frontier.hashes.map(hashToBase64Url));
    const [headerJson, signaturesJson] = [JSON.stringify(toWireHeader(header)), JSON.stringify(signatures)];
    this.#database.transaction(() =>
      this.#database.run(
        sql,
        header.number,
        after.blockHash,
        headerJson,
        signaturesJson,
        header.lastSequence,
        frontier,
      ),
    );
  }

  confirm(number: bigint, place: AnchorPlace): void {
    this.#database.transaction(() =>
      this.#database.run('update block set place = ? where number = ?', placeJson(place), number),
    );
  }

  markPublished(number: bigint): void {
    this.#database.transaction(() =>
      this.#database.run('update block set published = 1 where number = ?', number),
    );
  }

  blockAt(number: bigint): SignedBlock | undefined {
    const row = this.#database.get('select * from block where number = ?', number);
    return row && toBlock(row as unknown as BlockRow);
  }

  blockHashAt(number: bigint): Hex | undefined {
    return this.#database.get('select hash from block where number = ?', number)?.['hash'] as Hex | undefined;
  }

  /** The oldest block that the chain confirmed and the stream BLOCKS does not carry yet. */
  firstUnpublished(): SignedBlock | undefined {
    const sql = 'select * from block where published = 0 and place is not null order by number limit 1';
    const row = this.#database.get(sql);
    return row && toBlock(row as unknown as BlockRow);
  }

  /** Number of the newest block that the chain confirmed; 0 before the first. */
  get lastConfirmed(): bigint {
    const sql = 'select number as value from block where place is not null order by number desc limit 1';
    return wholeOf(this.#database.get(sql));
  }

  /** End of the log as of the newest signed block. */
  get head(): BlockHead {
    const row = this.#database.get(`${HEAD} order by number desc limit 1`);
    return row === undefined ? NO_BLOCK : toHead(row as unknown as HeadRow);
  }

  /** End of the log before this block. */
  headBefore(number: bigint): BlockHead {
    const row = this.#database.get(`${HEAD} where number = ?`, number - 1n);
    return row === undefined ? NO_BLOCK : toHead(row as unknown as HeadRow);
  }

  /** Address of the contract that the log is anchored in. */
  get contract(): Hex | undefined {
    return this.#meta('contract') as Hex | undefined;
  }

  get place(): ContractPlace | undefined {
    const { contract } = this;
    const after = this.#meta('contract-begins-after');
    return contract && { contract, ...(after === undefined ? {} : { beginsAfter: BigInt(after) }) };
  }

  setPlace({ contract, beginsAfter }: Required<ContractPlace>): void {
    this.#setMeta({ contract, 'contract-begins-after': beginsAfter.toString() });
  }

  #insertLeaf({ position, hash, bytes, eventId, exception }: StoredLeaf): void {
    const sql = 'insert into leaf (position, hash, bytes, event_id, exception) values (?, ?, ?, ?, ?)';
    const exceptionJson = exception === undefined ? null : JSON.stringify(exception);
    this.#database.run(sql, position, hash, bytes, eventId ?? null, exceptionJson);
  }

  #insertAnnouncement({ id, subject, body }: Announcement): void {
    this.#database.run(
      'insert or ignore into announcement (id, subject, body) values (?, ?, ?)',
      id,
      subject,
      body,
    );
  }

  #claim(owner: string): void {
    const found = this.#meta('owner');
    if (found === undefined) this.#setMeta({ owner });
    else if (found !== owner) {
      throw new StoreForeignError(
        `the store was made for ${found}, the configuration says ${owner}: give the ledger another BCMED_STATE_DIR`,
      );
    }
  }

  #meta(key: string): string | undefined {
    return this.#database.get('select value from meta where key = ?', key)?.['value'] as string | undefined;
  }

  #setMeta(values: Readonly<Record<string, string>>): void {
    const sql = 'insert into meta values (?, ?) on conflict (key) do update set value = excluded.value';
    this.#database.transaction(() => {
      for (const [key, value] of Object.entries(values)) this.#database.run(sql, key, value);
    });
  }
}

const HEAD = 'select number, hash, last_position, frontier from block';

function wholeOf(row: Row | undefined): bigint {
  return BigInt((row?.['value'] as number | null | undefined) ?? 0);
}
