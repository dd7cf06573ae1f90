import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { StoreUnreadableError, StoreUnwritableError } from './errors.js';

/** One row as it is read. Whole numbers come as `number`, so keep those that may exceed 2^53 as text. */
export type Row = Readonly<Record<string, null | number | bigint | string | Uint8Array>>;

/** The tables of a store. A store that is newer, or too old for every step below, is refused. */
export interface Schema {
  readonly version: number;
  /** `create table` statements; run once, in one transaction. */
  readonly tables: string;
  /** By the version that a step starts from: the statements that lead to the next one. */
  readonly upgrades?: Readonly<Record<number, string>>;
}

/** How long a process that is just ending may still hold the file. */
const LOCK_WAIT_MS = 2_000;

/**
 * One SQLite file in which a service keeps what it may not forget.
 *
 * Promises: what {@link transaction} did is on disk when it returns (WAL with `synchronous = FULL`), or has left no trace and
 * StoreUnwritableError is thrown; every further call tries again, so a store recovers by itself once there is room. One process
 * at a time has the file: a second one would sign, or send, what the first does not know of.
 */
export class SafetyDatabase {
  readonly #database: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();
  #failure: string | undefined;

  /** Opens the file, made on the first call. Throws StoreUnreadableError. */
  constructor(path: string, schema: Schema) {
    try {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      this.#database = new DatabaseSync(path, { timeout: LOCK_WAIT_MS });
      this.#database.exec(
        'pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = full;',
      );
      this.#makeTables(schema);
    } catch (cause) {
      throw new StoreUnreadableError(`The safety store ${path} cannot be opened: ${reasonOf(cause)}`, {
        cause,
      });
    }
  }

  /** Why the last transaction failed; undefined when it did not. */
  get failure(): string | undefined {
    return this.#failure;
  }

  /** All of it or nothing. Reads that a decision depends on belong inside. */
  transaction<Result>(work: () => Result): Result {
    try {
      this.#database.exec('begin immediate');
      const result = work();
      this.#database.exec('commit');
      this.#failure = undefined;
      return result;
    } catch (cause) {
      if (this.#database.isOpen && this.#database.isTransaction) this.#database.exec('rollback');
      if (!isDatabaseError(cause)) throw cause;
      this.#failure = reasonOf(cause);
      throw new StoreUnwritableError(`The safety store took nothing: ${this.#failure}`, { cause });
    }
  }

  run(sql: string, ...values: SQLInputValue[]): void {
    this.#prepared(sql).run(...values);
  }

  get(sql: string, ...values: SQLInputValue[]): Row | undefined {
    return this.#prepared(sql).get(...values);
  }

  all(sql: string, ...values: SQLInputValue[]): Row[] {
    return this.#prepared(sql).all(...values);
  }

  /** For tests of a full disk: SQLite then refuses to grow, with the very error of a full disk. */
  limitPages(pages: number): void {
    this.#database.exec(`pragma max_page_count = ${pages}`);
  }

  get isOpen(): boolean {
    return this.#database.isOpen;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }

  #makeTables({ version, tables, upgrades = {} }: Schema): void {
    const found = Number(this.#database.prepare('pragma user_version').get()?.['user_version']);
    if (found === version) return;
    const steps = found === 0 ? [tables] : stepsBetween(found, version, upgrades);
    if (!steps) throw new RangeError(`it has version ${found}, this program knows ${version}`);
    this.#database.exec(`begin immediate; ${steps.join(' ')} pragma user_version = ${version}; commit;`);
  }

  #prepared(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (!statement) this.#statements.set(sql, (statement = this.#database.prepare(sql)));
    return statement;
  }
}

/** The statements of every step, or undefined when one is missing. */
function stepsBetween(
  from: number,
  to: number,
  upgrades: Readonly<Record<number, string>>,
): string[] | undefined {
  const steps: string[] = [];
  for (let version = from; version < to; version++) {
    const step = upgrades[version];
    if (step === undefined) return undefined;
    steps.push(step);
  }
  return from < to ? steps : undefined;
}

function isDatabaseError(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR';
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
