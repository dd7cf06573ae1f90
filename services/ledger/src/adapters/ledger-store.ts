import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { AdmissionRecord, PriorEvents } from '@bcmed/admission';
import { fromWireHeader, toWireHeader, type BlockHeader, type HeaderSignature, type Hex } from '@bcmed/chain';
import type { LeafException, WireBlockHeader } from '@bcmed/events';
import { CompactRange, hashFromBase64Url, hashFromBytes, hashToBase64Url } from '@bcmed/merkle';
import {
  NO_BLOCK,
  type AnchorPlace,
  type BlockHead,
  type CutBlock,
  type PendingLeaf,
} from '../domain/block.js';
import { StoreForeignError } from '../errors.js';
import { SCHEMA } from './schema.js';

/** A decided position on its way to disk. */
export interface StoredLeaf extends PendingLeaf {
  readonly bytes: Uint8Array;
  /** Present when the event was admitted: its id counts from now on. */
  readonly eventId?: string;
}

/** An event of the ledger's own that waits to be appended to the stream. Not sealed yet: the seal is made when it is sent. */
export interface Announcement {
  readonly id: string;
  readonly subject: string;
  readonly body: Uint8Array;
}

/** A block that this validator signed. */
export interface SignedBlock {
  readonly header: BlockHeader;
  readonly blockHash: Hex;
  readonly signatures: readonly HeaderSignature[];
  /** Where it was anchored; absent until the chain confirmed it. */
  readonly place?: AnchorPlace;
  readonly published: boolean;
}

/**
 * The ledger's durable memory: leaves, rules' state, blocks, announcements, in one SQLite file (WAL, synchronous FULL).
 * Each method that writes is one transaction and is on disk when it returns; what throws has changed nothing.
 *
 * One process owns the file: a second one is kept out by SQLite's exclusive lock.
 */
export class LedgerStore implements PriorEvents {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(path: string, owner: { readonly site: string; readonly rootKeyId: string }) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(path);
    this.#database.exec(
      'pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;',
    );
    this.#database.exec(SCHEMA);
    this.#claim(JSON.stringify([owner.site, owner.rootKeyId]));
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  /** Position of the last leaf; 0 for an empty log. */
  get lastPosition(): bigint {
    return BigInt(this.#one('select coalesce(max(position), 0) as value from leaf')['value'] as number);
  }

  positionOf(eventId: string): bigint | undefined {
    const row = this.#statement('select position from leaf where event_id = ?').get(eventId);
    return row === undefined ? undefined : BigInt(row['position'] as number);
  }

  admissionRecords(): AdmissionRecord[] {
    return this.#statement('select key, json from admission').all() as unknown as AdmissionRecord[];
  }

  /** Leaves, rules' state and announcements of one batch: all of it or nothing. */
  appendLeaves(
    leaves: readonly StoredLeaf[],
    records: readonly AdmissionRecord[],
    announcements: readonly Announcement[],
  ): void {
    this.#transaction(() => {
      const leaf = this.#statement(
        'insert into leaf (position, hash, bytes, event_id, exception) values (?, ?, ?, ?, ?)',
      );
      for (const { position, hash, bytes, eventId, exception } of leaves) {
        leaf.run(
          position,
          hash,
          bytes,
          eventId ?? null,
          exception === undefined ? null : JSON.stringify(exception),
        );
      }
      const admission = this.#statement(
        'insert into admission values (?, ?) on conflict (key) do update set json = excluded.json',
      );
      for (const { key, json } of records) admission.run(key, json);
      const announcement = this.#statement(
        'insert or ignore into announcement (id, subject, body) values (?, ?, ?)',
      );
      for (const { id, subject, body } of announcements) announcement.run(id, subject, body);
    });
  }

  addAnnouncement({ id, subject, body }: Announcement): void {
    this.#statement('insert or ignore into announcement (id, subject, body) values (?, ?, ?)').run(
      id,
      subject,
      body,
    );
  }

  announcements(limit: number): Announcement[] {
    return this.#statement('select id, subject, body from announcement order by number limit ?').all(
      limit,
    ) as unknown as Announcement[];
  }

  /** The stream has it: the broker acknowledged it under its id. */
  removeAnnouncement(id: string): void {
    this.#statement('delete from announcement where id = ?').run(id);
  }

  /** Leaves from this position on, in order. */
  leavesFrom(position: bigint, limit = -1): PendingLeaf[] {
    const rows = this.#statement(
      'select position, hash, exception from leaf where position >= ? order by position limit ?',
    ).all(position, limit);
    return rows.map((row) => ({
      position: BigInt(row['position'] as number),
      hash: hashFromBytes(row['hash'] as Uint8Array),
      ...(typeof row['exception'] === 'string'
        ? { exception: JSON.parse(row['exception']) as LeafException }
        : {}),
    }));
  }

  /** Must be called before the signature is used: a validator that forgets what it signed may contradict itself. */
  saveSigned(block: CutBlock, signatures: readonly HeaderSignature[]): void {
    const frontier = JSON.stringify(block.after.frontier.hashes.map(hashToBase64Url));
    this.#statement(
      'insert into block (number, hash, header, signatures, last_position, frontier) values (?, ?, ?, ?, ?, ?)',
    ).run(
      block.header.number,
      block.after.blockHash,
      JSON.stringify(toWireHeader(block.header)),
      JSON.stringify(signatures),
      block.header.lastSequence,
      frontier,
    );
  }

  confirm(number: bigint, place: AnchorPlace): void {
    this.#statement('update block set place = ? where number = ?').run(
      JSON.stringify({
        ...place,
        chainId: place.chainId.toString(),
        chainBlockNumber: place.chainBlockNumber?.toString(),
      }),
      number,
    );
  }

  markPublished(number: bigint): void {
    this.#statement('update block set published = 1 where number = ?').run(number);
  }

  blockAt(number: bigint): SignedBlock | undefined {
    const row = this.#statement('select * from block where number = ?').get(number);
    return row === undefined ? undefined : toBlock(row as unknown as BlockRow);
  }

  blockHashAt(number: bigint): Hex | undefined {
    return this.#statement('select hash from block where number = ?').get(number)?.['hash'] as
      Hex | undefined;
  }

  /** The oldest block that the chain confirmed and the stream BLOCKS does not carry yet. */
  firstUnpublished(): SignedBlock | undefined {
    const row = this.#statement(
      'select * from block where published = 0 and place is not null order by number limit 1',
    ).get();
    return row === undefined ? undefined : toBlock(row as unknown as BlockRow);
  }

  /** Number of the newest block that the chain confirmed. */
  get lastConfirmed(): bigint {
    return BigInt(
      this.#one('select coalesce(max(number), 0) as value from block where place is not null')[
        'value'
      ] as number,
    );
  }

  /** End of the log as of the newest signed block. */
  get head(): BlockHead {
    const row = this.#statement(
      'select number, hash, last_position, frontier from block order by number desc limit 1',
    ).get();
    return row === undefined ? NO_BLOCK : toHead(row as unknown as HeadRow);
  }

  /** End of the log before this block. */
  headBefore(number: bigint): BlockHead {
    const row = this.#statement(
      'select number, hash, last_position, frontier from block where number = ?',
    ).get(number - 1n);
    return row === undefined ? NO_BLOCK : toHead(row as unknown as HeadRow);
  }

  get contract(): Hex | undefined {
    return this.#statement("select value from meta where key = 'contract'").get()?.['value'] as
      Hex | undefined;
  }

  setContract(contract: Hex): void {
    this.#setMeta('contract', contract);
  }

  #claim(owner: string): void {
    const found = this.#statement("select value from meta where key = 'owner'").get()?.['value'];
    if (found === undefined) this.#setMeta('owner', owner);
    else if (found !== owner) {
      throw new StoreForeignError(
        `the store was made for ${String(found)}, the configuration says ${owner}: give the ledger another BCMED_STATE_DIR`,
      );
    }
  }

  #setMeta(key: string, value: string): void {
    this.#statement(
      'insert into meta values (?, ?) on conflict (key) do update set value = excluded.value',
    ).run(key, value);
  }

  #one(sql: string): Record<string, unknown> {
    return this.#statement(sql).get() as Record<string, unknown>;
  }

  #statement(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }

  #transaction(work: () => void): void {
    this.#database.exec('begin immediate');
    try {
      work();
      this.#database.exec('commit');
    } catch (error) {
      if (this.#database.isTransaction) this.#database.exec('rollback');
      throw error;
    }
  }
}

/** Whether SQLite could not do its work (disk full, I/O error): nothing was written. */
export function isStoreError(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

interface HeadRow {
  readonly number: number;
  readonly hash: Hex;
  readonly last_position: number;
  readonly frontier: string;
}

interface BlockRow extends HeadRow {
  readonly header: string;
  readonly signatures: string;
  readonly place: string | null;
  readonly published: number;
}

function toHead(row: HeadRow): BlockHead {
  const hashes = (JSON.parse(row.frontier) as string[]).map(hashFromBase64Url);
  const size = BigInt(row.last_position);
  return {
    number: BigInt(row.number),
    blockHash: row.hash,
    lastSequence: size,
    frontier: CompactRange.fromParts(size, hashes),
  };
}

function toBlock(row: BlockRow): SignedBlock {
  const place = row.place === null ? undefined : toPlace(row.place);
  return {
    header: fromWireHeader(JSON.parse(row.header) as WireBlockHeader),
    blockHash: row.hash,
    signatures: JSON.parse(row.signatures) as HeaderSignature[],
    ...(place ? { place } : {}),
    published: row.published === 1,
  };
}

function toPlace(json: string): AnchorPlace {
  const place = JSON.parse(json) as {
    chainId: string;
    contract: Hex;
    transactionHash?: Hex;
    chainBlockNumber?: string;
  };
  const { chainId, chainBlockNumber, ...rest } = place;
  return {
    ...rest,
    chainId: BigInt(chainId),
    ...(chainBlockNumber === undefined ? {} : { chainBlockNumber: BigInt(chainBlockNumber) }),
  };
}
