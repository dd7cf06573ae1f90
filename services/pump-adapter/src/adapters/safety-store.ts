import { SafetyDatabase } from '@bcmed/safety-store';
import {
  idOf,
  toEntry,
  toPump,
  type Beside,
  type ConfirmedLeaves,
  type NewEntry,
  type OutboxEntry,
  type OutboxFigures,
  type SentNote,
  type Settled,
  type StoredCommand,
  type StoredPump,
  type StoredSteering,
} from './safety-store-rows.js';
import { CommandTable } from './command-table.js';
import { SCHEMA } from './safety-store-schema.js';

/**
 * The one durable memory of the adapter: pump states, chain heads and the outbox, in one SQLite database.
 *
 * Promises: a transaction is on disk when its method returns, or has left no trace and throws StoreUnwritableError.
 * After a failure every further call tries again, so the store recovers by itself once there is room. One process at
 * a time may have it open.
 */
export class SafetyStore {
  /** What is known of commands; written by {@link record} and {@link saveCommand} only. */
  readonly commands: CommandTable;
  readonly #database: SafetyDatabase;
  #depth: number;
  #notes: SentNote[] = [];
  #passed: bigint | undefined;

  constructor(path: string) {
    this.#database = new SafetyDatabase(path, SCHEMA);
    this.commands = new CommandTable(this.#database);
    this.#depth = Number(this.#database.get('SELECT count(*) AS n FROM outbox')?.['n']);
  }

  /** Why the last transaction failed; undefined when it did not. */
  get failure(): string | undefined {
    return this.#database.failure;
  }

  get depth(): number {
    return this.#depth;
  }

  /** For tests of a full disk: SQLite then refuses to grow, with the error of a full disk. */
  limitPages(pages: number): void {
    this.#database.limitPages(pages);
  }

  pumps(): StoredPump[] {
    return this.#database.all('SELECT * FROM pump ORDER BY entity').map(toPump);
  }

  /** Writes pumps, their new entries and what these answer, in one transaction. */
  record(pumps: readonly StoredPump[], entries: readonly NewEntry[], beside: Beside = {}): void {
    this.#transaction(() => {
      for (const pump of pumps) this.#writePump(pump);
      for (const entry of entries) this.#insert(entry);
      this.#writeBeside(beside);
      return { value: undefined, grew: entries.length };
    });
  }

  /** Pumps that are steered. */
  steerings(): StoredSteering[] {
    return this.#database
      .all('SELECT json FROM steering ORDER BY entity')
      .map(({ json }) => JSON.parse(json as string) as StoredSteering); // written by saveSteering and record only
  }

  /** Writes how a pump is steered, before anything is done about it. */
  saveSteering(steering: StoredSteering): void {
    this.#transaction(() => {
      this.#writeBeside({ steering });
      return { value: undefined, grew: 0 };
    });
  }

  #writeBeside({ command, steering, steeringOver }: Beside): void {
    if (command) this.commands.write(command);
    if (steering)
      this.#database.run(
        'INSERT INTO steering VALUES (?,?) ON CONFLICT (entity) DO UPDATE SET json = excluded.json',
        steering.entity,
        JSON.stringify(steering),
      );
    if (steeringOver !== undefined) this.#database.run('DELETE FROM steering WHERE entity = ?', steeringOver);
  }

  #writePump({ entity, serial, line, keyId, chain, sequence, head, state }: StoredPump): void {
    this.#database.run(
      `INSERT INTO pump (entity, serial, line, keyId, chain, sequence, head, state) VALUES (?,?,?,?,?,?,?,?)
       ON CONFLICT (entity) DO UPDATE SET serial = excluded.serial, line = excluded.line, keyId = excluded.keyId,
         chain = excluded.chain, sequence = excluded.sequence, head = excluded.head, state = excluded.state`,
      entity,
      serial,
      line,
      keyId,
      chain,
      sequence,
      head ?? null,
      JSON.stringify(state),
    );
  }

  /** Forgets answered commands of which no copy can be fresh any more. */
  forgetCommands(expiredBeforeMs: number): void {
    this.#transaction(() => {
      this.commands.forget(expiredBeforeMs);
      return { value: undefined, grew: 0 };
    });
  }

  /** Writes how far a command has come, before anything is done about it. */
  saveCommand(command: StoredCommand): void {
    this.#transaction(() => {
      this.commands.write(command);
      return { value: undefined, grew: 0 };
    });
  }

  #insert({ entity, eventId, subject, leafHash, seal, body, traceparent, handedMs }: NewEntry): void {
    this.#database.run(
      'INSERT INTO outbox (entity, eventId, subject, leafHash, seal, body, traceparent, handedMs) VALUES (?,?,?,?,?,?,?,?)',
      entity,
      eventId,
      subject,
      leafHash,
      seal,
      body,
      traceparent ?? null,
      handedMs,
    );
  }

  /** Entries behind `afterId` of which no position is known, in order of birth. */
  unsent(afterId: number, limit: number): OutboxEntry[] {
    return this.#database
      .all('SELECT * FROM outbox WHERE id > ? AND position IS NULL ORDER BY id LIMIT ?', afterId, limit)
      .map(toEntry);
  }

  /**
   * Remembers what the broker acknowledged. Only a hint, so it costs no transaction of its own: it is written with the
   * next one, and forgotten if the process dies before, whereupon the entry is sent again.
   */
  noteSent(notes: readonly SentNote[]): void {
    this.#notes.push(...notes);
  }

  /** Writes the notes now. Demanded before {@link unsent} is asked about entries that were sent already. */
  writeNotes(): void {
    if (this.#notes.length > 0) this.#transaction(() => ({ value: undefined, grew: 0 }));
  }

  /** Takes back what the broker said about these entries: they are unsent again. */
  forgetPositions(ids: readonly number[]): void {
    if (ids.length === 0) return;
    this.#transaction(() => {
      for (const id of ids)
        this.#database.run('UPDATE outbox SET position = NULL, sentMs = NULL WHERE id = ?', id);
      return { value: undefined, grew: 0 };
    });
  }

  /** Entries that were acknowledged before `sentBeforeMs` and that no block has confirmed, oldest first. */
  overdue(sentBeforeMs: number, limit: number): (OutboxEntry & { readonly position: number })[] {
    this.writeNotes();
    return this.#database
      .all(
        'SELECT * FROM outbox WHERE position IS NOT NULL AND sentMs < ? ORDER BY id LIMIT ?',
        sentBeforeMs,
        limit,
      )
      .map((row) => ({ ...toEntry(row), position: Number(row['position']) }));
  }

  /** Entries that the broker put behind this position, as it said before `sentBeforeMs`. */
  beyond(position: number, sentBeforeMs: number): number[] {
    this.writeNotes();
    return this.#database
      .all('SELECT id FROM outbox WHERE position > ? AND sentMs < ? ORDER BY id', position, sentBeforeMs)
      .map(idOf);
  }

  /**
   * Settles by one confirmed block: entries whose leaf it holds are deleted, entries whose position holds their
   * rejection move to the table of refused ones, and entries whose position holds anything else become unsent.
   * A rejection counts only at the position where the broker put our own copy: anybody can have a copy of ours refused elsewhere.
   */
  settle(leaves: ConfirmedLeaves): Settled {
    return this.#transaction(() => {
      const settled = this.#deleteConfirmed(leaves.leafHashes);
      const refused = leaves.rejections.flatMap((rejection) => this.#refuse(rejection));
      const displaced = this.#database
        .all(
          'UPDATE outbox SET position = NULL, sentMs = NULL WHERE position BETWEEN ? AND ? RETURNING id',
          leaves.firstPosition,
          leaves.lastPosition,
        )
        .map(idOf);
      this.#setProgress('blocks', leaves.blockPosition);
      return { value: { settled, refused, displaced }, grew: -settled.length - refused.length };
    });
  }

  /** Position of the last message of the stream of blocks that was dealt with; undefined before the first. */
  blockProgress(): bigint | undefined {
    return this.#passed ?? this.#progress('blocks');
  }

  /** Position up to which the site's keys, roles and commands were dealt with; undefined before the first. */
  siteProgress(): bigint | undefined {
    return this.#progress('site');
  }

  /** Says that everything on the stream of events up to here was dealt with. */
  passSite(position: bigint): void {
    this.#transaction(() => {
      this.#setProgress('site', position);
      return { value: undefined, grew: 0 };
    });
  }

  #progress(name: 'blocks' | 'site'): bigint | undefined {
    const row = this.#database.get('SELECT position FROM progress WHERE name = ?', name);
    return row === undefined ? undefined : BigInt(Number(row['position']));
  }

  /** Says where in the stream of blocks this store begins. Durable, because what is sent from now on may be in the next one. */
  beginBlocksAt(position: bigint): void {
    this.#transaction(() => {
      this.#setProgress('blocks', position);
      return { value: undefined, grew: 0 };
    });
  }

  /** Passes over blocks that cannot concern us; written with the next transaction, since passing them again costs little. */
  passBlocks(position: bigint): void {
    this.#passed = position;
  }

  figures(): OutboxFigures {
    const oldest = this.#database.get('SELECT handedMs FROM outbox ORDER BY id LIMIT 1')?.['handedMs'];
    return {
      depth: this.#depth,
      ...(oldest !== undefined && { oldestHandedMs: Number(oldest) }),
      refused: Number(this.#database.get('SELECT count(*) AS n FROM refused')?.['n']),
    };
  }

  /** Writes what is only in memory and closes. Safe to call twice. */
  close(): void {
    if (!this.#database.isOpen) return;
    try {
      this.writeNotes();
    } finally {
      this.#database.close();
    }
  }

  #deleteConfirmed(leafHashes: readonly string[]): { id: number; handedMs: number }[] {
    return leafHashes.flatMap((leafHash) => {
      const row = this.#database.get(
        'DELETE FROM outbox WHERE leafHash = ? RETURNING id, handedMs',
        leafHash,
      );
      return row === undefined ? [] : [{ id: idOf(row), handedMs: Number(row['handedMs']) }];
    });
  }

  #refuse(rejection: ConfirmedLeaves['rejections'][number]): Settled['refused'] {
    const { position, reason, entryHash } = rejection;
    const row = this.#database.get('SELECT * FROM outbox WHERE leafHash = ?', entryHash);
    if (row?.['position'] !== position) return [];
    const { id, eventId, subject, entity, seal, body } = toEntry(row);
    this.#database.run(
      'INSERT OR REPLACE INTO refused VALUES (?,?,?,?,?,?,?,?)',
      entryHash,
      entity,
      eventId,
      subject,
      seal,
      body,
      position,
      reason,
    );
    this.#database.run('DELETE FROM outbox WHERE id = ?', id);
    return [{ entity, eventId, subject, body, position, reason }];
  }

  #setProgress(name: 'blocks' | 'site', position: bigint): void {
    this.#database.run(
      'INSERT INTO progress VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET position = excluded.position',
      name,
      position,
    );
  }

  #writeWhatWaits(): void {
    if (this.#passed !== undefined) this.#setProgress('blocks', this.#passed);
    for (const { id, position, sentMs } of this.#notes)
      this.#database.run('UPDATE outbox SET position = ?, sentMs = ? WHERE id = ?', position, sentMs, id);
  }

  #transaction<Value>(work: () => { readonly value: Value; readonly grew: number }): Value {
    const { value, grew } = this.#database.transaction(() => {
      this.#writeWhatWaits();
      return work();
    });
    this.#notes = [];
    this.#passed = undefined;
    this.#depth += grew;
    return value;
  }
}
