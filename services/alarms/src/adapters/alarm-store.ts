import { randomBytes } from 'node:crypto';
import type { AdmissionRecord, PriorEvents } from '@bcmed/admission';
import type { SealedEvent } from '@bcmed/event-log';
import { SafetyDatabase, type Row } from '@bcmed/safety-store';
import type { Parcel } from '../domain/delivery.js';
import type { Episode } from '../domain/episode.js';
import type { PumpWatch } from '../domain/pump-watch.js';
import type { PatientWatch } from '../domain/vitals-watch.js';
import { StoreForeignError } from '../errors.js';
import { ParcelTable, type Again, type Done } from './parcel-table.js';
import { PeopleTable, type PeopleChanges } from './people-table.js';
import { SCHEMA } from './schema.js';

/** An event of ours on its way to the stream. Events of one decision are appended together or not at all. */
export interface OutboxEvent extends SealedEvent {
  readonly entity: string;
  readonly decision: string;
}

/** One line of the feed of server-sent events. */
export interface FeedItem {
  readonly number: number;
  readonly event: string;
  readonly json: string;
  /** Whom alone it is for. */
  readonly person?: string | undefined;
}

/** Everything that one step changes; written in one transaction. */
export interface Changes extends PeopleChanges {
  readonly position?: bigint;
  readonly records?: readonly AdmissionRecord[];
  readonly admitted?: ReadonlyMap<string, bigint>;
  readonly pumps?: Iterable<PumpWatch>;
  readonly patients?: Iterable<PatientWatch>;
  readonly episodes?: Iterable<Episode>;
  readonly outbox?: readonly OutboxEvent[];
  /** Ids of own events that were found on the stream. */
  readonly recalled?: readonly { readonly id: string; readonly entity: string; readonly position: bigint }[];
  readonly feed?: readonly Omit<FeedItem, 'number'>[];
  /** A parcel on the way `stream` carries the index of its line in `feed`. */
  readonly parcels?: readonly (Omit<Parcel, 'feed'> & { readonly feedIndex?: number })[];
  /** Parcels that have their receipt or are given up. */
  readonly done?: readonly Done[];
  readonly again?: readonly Again[];
}

/** A listener that was away for longer begins with a snapshot. */
const FEED_KEPT = 10_000;

/** What the alarm service may not forget. Each writing method is one transaction, on disk when it returns. */
export class AlarmStore implements PriorEvents {
  readonly #database: SafetyDatabase;
  readonly parcels: ParcelTable;
  readonly people: PeopleTable;

  constructor(path: string, owner: { readonly site: string; readonly rootKeyId: string }) {
    this.#database = new SafetyDatabase(path, SCHEMA);
    this.parcels = new ParcelTable(this.#database);
    this.people = new PeopleTable(this.#database);
    const claim = JSON.stringify([owner.site, owner.rootKeyId]);
    const found = this.#meta('owner');
    if (found === undefined)
      this.#database.transaction(() => {
        this.#setMeta('owner', claim);
        this.#setMeta('generation', randomBytes(4).toString('hex'));
      });
    else if (found !== claim)
      throw new StoreForeignError(`The store was made for ${found}, the configuration says ${claim}.`);
  }

  close(): void {
    if (this.#database.isOpen) this.#database.close();
  }

  /** For tests of a full disk. */
  limitPages(pages: number): void {
    this.#database.limitPages(pages);
  }

  get failure(): string | undefined {
    return this.#database.failure;
  }

  /** Tells the numbers of this store's feed from those of one that was lost. */
  get generation(): string {
    return this.#meta('generation') ?? '';
  }

  /** Whether the stream was ever caught up with; until then what it tells is the past. */
  get isNew(): boolean {
    return this.#meta('live') === undefined;
  }

  /** Last position of the stream that was handled. */
  get position(): bigint {
    return BigInt(this.#meta('position') ?? '0');
  }

  positionOf(eventId: string): bigint | undefined {
    const row = this.#database.get('select position from admitted where id = ?', eventId);
    return row && BigInt(row['position'] as number);
  }

  hasSaid(id: string): boolean {
    return this.#database.get('select 1 from said where id = ?', id) !== undefined;
  }

  admissionRecords(): AdmissionRecord[] {
    // The schema makes both columns text and only this class writes them; so it is with every JSON below.
    return this.#database.all('select key, json from admission') as unknown as AdmissionRecord[];
  }

  pumps(): PumpWatch[] {
    return this.#database.all('select json from pump').map(jsonOf) as PumpWatch[];
  }

  patients(): PatientWatch[] {
    return this.#database.all('select json from patient').map(jsonOf) as PatientWatch[];
  }

  openEpisodes(): Episode[] {
    const sql = 'select json from episode where open = 1 order by raised_ms';
    return this.#database.all(sql).map(jsonOf) as Episode[];
  }

  episode(id: string): Episode | undefined {
    const row = this.#database.get('select json from episode where id = ?', id);
    return row && (jsonOf(row) as Episode);
  }

  /** Episodes raised in a time, newest first; open and closed ones. */
  episodes(fromMs: number, toMs: number, limit = -1): Episode[] {
    const sql =
      'select json from episode where raised_ms >= ? and raised_ms < ? order by raised_ms desc limit ?';
    return this.#database.all(sql, Math.floor(fromMs), Math.ceil(toMs), limit).map(jsonOf) as Episode[];
  }

  /** Writes everything or nothing. Returns the lines of the feed with their numbers. */
  save(changes: Changes): readonly FeedItem[] {
    return this.#database.transaction(() => {
      const feed = (changes.feed ?? []).map((item) => this.#insertFeed(item));
      this.#saveStream(changes);
      this.people.save(changes);
      this.#saveOwn(changes);
      for (const { feedIndex, ...parcel } of changes.parcels ?? [])
        this.parcels.insert({
          ...parcel,
          feed: feedIndex === undefined ? 0 : (feed[feedIndex]?.number ?? 0),
        });
      this.parcels.settle(changes.done ?? [], changes.again ?? []);
      return feed;
    });
  }

  /** The oldest decision that is not on the stream: all its events. */
  nextDecision(): OutboxEvent[] {
    const sql = `select id, entity, decision, subject, body, seal from outbox
      where decision = (select decision from outbox order by number limit 1) order by number`;
    // Text and bytes by the schema, and only this class writes them.
    return this.#database.all(sql) as unknown as OutboxEvent[];
  }

  get outboxDepth(): number {
    return Number(this.#database.get('select count(*) as value from outbox')?.['value'] ?? 0);
  }

  entityPosition(entity: string): bigint {
    const row = this.#database.get('select position from entity where entity = ?', entity);
    return BigInt((row?.['position'] as number | undefined) ?? 0);
  }

  /** These events are on the stream, the entity's last one at this position. */
  published(ids: readonly string[], entity: string, position: bigint): void {
    this.#database.transaction(() => this.#onStream(ids, entity, position));
  }

  /** The stream was caught up with. A new store forgets closed episodes of which the stream knows nothing. */
  goLive(): void {
    if (!this.isNew) return;
    this.#database.transaction(() => {
      this.#setMeta('live', '1');
      this.#database.run('delete from delivery where episode in (select id from episode where open = 0)');
      this.#database.run('delete from episode where open = 0 and id not in (select entity from entity)');
      this.#database.run('delete from outbox where entity not in (select id from episode)');
    });
  }

  feedAfter(number: number, limit: number): FeedItem[] {
    const sql = 'select number, event, json, person from feed where number > ? order by number limit ?';
    return this.#database.all(sql, number, limit) as unknown as FeedItem[];
  }

  /** First and last number of the feed; 0 and 0 when it is empty. */
  feedRange(): { readonly first: number; readonly last: number } {
    const row = this.#database.get('select min(number) as first, max(number) as last from feed');
    return { first: Number(row?.['first'] ?? 0), last: Number(row?.['last'] ?? 0) };
  }

  #saveStream({ position, records = [], admitted = new Map(), recalled = [] }: Changes): void {
    for (const { key, json } of records)
      this.#database.run(
        'insert into admission values (?, ?) on conflict (key) do update set json = excluded.json',
        key,
        json,
      );
    for (const [id, at] of admitted)
      this.#database.run('insert or ignore into admitted values (?, ?)', id, at);
    for (const own of recalled) this.#onStream([own.id], own.entity, own.position);
    if (position !== undefined) this.#setMeta('position', position.toString());
  }

  #saveOwn({ pumps = [], patients = [], episodes = [], outbox = [] }: Changes): void {
    for (const pump of pumps)
      this.#database.run(
        'insert into pump values (?, ?) on conflict (pump) do update set json = excluded.json',
        pump.pump,
        JSON.stringify(pump),
      );
    for (const watch of patients)
      this.#database.run(
        'insert into patient values (?, ?) on conflict (patient) do update set json = excluded.json',
        watch.patient,
        JSON.stringify(watch),
      );
    for (const episode of episodes)
      this.#database.run(
        `insert into episode values (?, ?, ?, ?)
         on conflict (id) do update set open = excluded.open, json = excluded.json`,
        episode.id,
        episode.status === 'closed' ? 0 : 1,
        Math.floor(episode.raisedMs),
        JSON.stringify(episode),
      );
    for (const { id, entity, decision, subject, body, seal } of outbox) {
      if (this.hasSaid(id)) continue;
      this.#database.run('insert into said values (?)', id);
      this.#database.run(
        'insert into outbox (id, entity, decision, subject, body, seal) values (?, ?, ?, ?, ?, ?)',
        id,
        entity,
        decision,
        subject,
        body,
        seal,
      );
    }
  }

  #onStream(ids: readonly string[], entity: string, position: bigint): void {
    for (const id of ids) {
      this.#database.run('insert or ignore into said values (?)', id);
      this.#database.run('delete from outbox where id = ?', id);
    }
    this.#database.run(
      `insert into entity values (?, ?)
       on conflict (entity) do update set position = max(position, excluded.position)`,
      entity,
      position,
    );
  }

  #insertFeed({ event, json, person }: Omit<FeedItem, 'number'>): FeedItem {
    const sql = 'insert into feed (event, json, person) values (?, ?, ?)';
    this.#database.run(sql, event, json, person ?? null);
    const number = Number(this.#database.get('select last_insert_rowid() as value')?.['value']);
    this.#database.run('delete from feed where number <= ?', number - FEED_KEPT);
    return { number, event, json, person };
  }

  #meta(key: string): string | undefined {
    return this.#database.get('select value from meta where key = ?', key)?.['value'] as string | undefined;
  }

  #setMeta(key: string, value: string): void {
    this.#database.run(
      'insert into meta values (?, ?) on conflict (key) do update set value = excluded.value',
      key,
      value,
    );
  }
}

/** Only this class writes these columns, so what comes back is what went in. */
const jsonOf = (row: Row): unknown => JSON.parse(row['json'] as string);
