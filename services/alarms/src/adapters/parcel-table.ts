import type { Row, SafetyDatabase } from '@bcmed/safety-store';
import type { Parcel } from '../domain/delivery.js';
import type { Channel } from '../domain/episode-events.js';

/** A parcel that has its receipt or is given up. */
export interface Done {
  readonly key: string;
  readonly state: 'delivered' | 'given-up';
}

/** A parcel that is tried again. */
export interface Again {
  readonly key: string;
  readonly attempts: number;
  readonly nextMs: number;
}

const RANK = { high: 0, medium: 1, low: 2 } as const;

/** Notifications on their ways. Writes nothing by itself: {@link insert} and {@link settle} belong in a transaction. */
export class ParcelTable {
  readonly #database: SafetyDatabase;

  constructor(database: SafetyDatabase) {
    this.#database = database;
  }

  /** A key that is there already stays as it is. */
  insert(parcel: Parcel): void {
    this.#database.run(
      'insert or ignore into delivery values (?, ?, ?, ?, ?, ?, ?)',
      parcel.key,
      parcel.episode,
      parcel.channel,
      'waiting',
      RANK[parcel.priority],
      Math.floor(parcel.createdMs),
      JSON.stringify(parcel),
    );
  }

  settle(done: readonly Done[], again: readonly Again[]): void {
    for (const { key, state } of done)
      this.#database.run("update delivery set state = ? where key = ? and state = 'waiting'", state, key);
    for (const { key, attempts, nextMs } of again)
      this.#database.run(
        "update delivery set next_ms = ?, json = json_set(json, '$.attempts', ?) where key = ?",
        Math.ceil(nextMs),
        attempts,
        key,
      );
  }

  /** Parcels of one way that are due, the most urgent first. */
  due(channel: Channel, nowMs: number, limit: number): Parcel[] {
    const sql = `select json from delivery where state = 'waiting' and channel = ? and next_ms <= ?
      order by rank, next_ms limit ?`;
    return this.#database.all(sql, channel, Math.floor(nowMs), limit).map(jsonOf) as Parcel[];
  }

  /** When the next parcel falls due that is not due yet; those that are, are under way. */
  nextMs(nowMs: number): number {
    const sql = "select min(next_ms) as value from delivery where state = 'waiting' and next_ms > ?";
    const row = this.#database.get(sql, Math.floor(nowMs));
    return (row?.['value'] as number | null | undefined) ?? Number.POSITIVE_INFINITY;
  }

  /** Waiting parcels, and when the oldest high one of them was decided. */
  waiting(): { readonly count: number; readonly oldestHighMs: number | undefined } {
    const row = this.#database.get(
      `select count(*) as count, min(case when rank = 0 then json_extract(json, '$.decidedMs') end) as oldest
       from delivery where state = 'waiting'`,
    );
    return {
      count: Number(row?.['count'] ?? 0),
      oldestHighMs: (row?.['oldest'] as number | null | undefined) ?? undefined,
    };
  }

  /** Makes the parcels of one way due now: somebody listens. */
  hasten(channel: Channel, nowMs: number): void {
    const sql = "update delivery set next_ms = ? where state = 'waiting' and channel = ?";
    this.#database.transaction(() => this.#database.run(sql, Math.floor(nowMs), channel));
  }

  /** Highest notifications of a time that never had a receipt. */
  undelivered(fromMs: number, toMs: number): number {
    const sql = `select count(*) as value from (
      select episode, json_extract(json, '$.notification') as number from delivery
      where rank = 0 and json_extract(json, '$.decidedMs') between ? and ?
      group by 1, 2 having sum(state = 'delivered') = 0 and sum(state = 'waiting') = 0)`;
    return Number(this.#database.get(sql, fromMs, toMs)?.['value'] ?? 0);
  }
}

const jsonOf = (row: Row): unknown => JSON.parse(row['json'] as string);
