import type { StreamEvent } from '@bcmed/events';
import type { ApprovalState, PeopleState } from '@bcmed/policy';
import type { Row, SafetyDatabase } from '@bcmed/safety-store';
import type { Threshold } from '../domain/thresholds.js';

/** The end of a session, as far as it has to be remembered. */
export type SessionEnd = Pick<StreamEvent, 'type' | 'subject' | 'time'>;

/** An approval of a threshold, as access tells of it. */
export interface ThresholdApproval {
  readonly state: ApprovalState;
  readonly refusedBy?: string | undefined;
}

/** What one step changes about people, and what they decided about thresholds. */
export interface PeopleChanges {
  readonly people?: PeopleState;
  readonly ends?: readonly SessionEnd[];
  /** Without one: it is over. */
  readonly approvals?: readonly (readonly [id: string, approval: ThresholdApproval | undefined])[];
  readonly thresholds?: Iterable<Threshold>;
}

/** People, their approvals, and thresholds. Writes nothing by itself: {@link save} belongs in a transaction. */
export class PeopleTable {
  readonly #database: SafetyDatabase;

  constructor(database: SafetyDatabase) {
    this.#database = database;
  }

  people(): PeopleState | undefined {
    return this.#one('people') as PeopleState | undefined;
  }

  /** Sessions that ended, newest last. */
  ends(): SessionEnd[] {
    return (this.#one('ends') ?? []) as SessionEnd[];
  }

  approvals(): (readonly [id: string, approval: ThresholdApproval])[] {
    const rows = this.#database.all('select id, json from approval');
    return rows.map((row) => [row['id'] as string, jsonOf(row) as ThresholdApproval] as const);
  }

  thresholds(): Threshold[] {
    return this.#database.all('select json from threshold').map(jsonOf) as Threshold[];
  }

  save({ people, ends, approvals = [], thresholds = [] }: PeopleChanges): void {
    if (people) this.#put('people', people);
    if (ends) this.#put('ends', ends);
    for (const [id, approval] of approvals) {
      this.#database.run('delete from approval where id = ?', id);
      if (approval) this.#database.run('insert into approval values (?, ?)', id, JSON.stringify(approval));
    }
    for (const threshold of thresholds)
      this.#database.run(
        'insert into threshold values (?, ?) on conflict (id) do update set json = excluded.json',
        threshold.id,
        JSON.stringify(threshold),
      );
  }

  #one(key: string): unknown {
    const row = this.#database.get('select json from people where key = ?', key);
    return row && jsonOf(row);
  }

  #put(key: string, value: unknown): void {
    this.#database.run(
      'insert into people values (?, ?) on conflict (key) do update set json = excluded.json',
      key,
      JSON.stringify(value),
    );
  }
}

const jsonOf = (row: Row): unknown => JSON.parse(row['json'] as string);
