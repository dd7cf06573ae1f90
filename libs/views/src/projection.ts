import { CatchUpError } from './errors.js';

/** The part of a Prisma transaction (or client) that this library uses; any generated client fits. */
export interface RawSql {
  $queryRawUnsafe<Rows = unknown>(sql: string, ...values: unknown[]): PromiseLike<Rows>;
  $executeRawUnsafe(sql: string, ...values: unknown[]): PromiseLike<number>;
}

/** A generated Prisma client as far as interactive transactions go. */
export interface Transactor<Tx extends RawSql> extends RawSql {
  $transaction<Result>(
    work: (tx: Tx) => Promise<Result>,
    options?: { readonly maxWait?: number; readonly timeout?: number },
  ): Promise<Result>;
}

/** One read model that follows one stream. */
export interface Projection<Item, Tx extends RawSql> {
  /** Names its position in the table `projection`; a new name begins anew. */
  readonly name: string;
  /** Writes the rows of these items. Called with consecutive positions, once for each unless the transaction fails. */
  apply(tx: Tx, items: readonly Item[]): Promise<void>;
  /** Removes every row that `apply` ever wrote, for {@link rebuild}. */
  clear(tx: Tx): Promise<void>;
}

/** Consecutive positions of a stream: `items[0]` stands at `first`. */
export interface Batch<Item> {
  readonly first: bigint;
  readonly items: readonly Item[];
}

/** What became of a batch. */
export type Projected =
  /** Rows and position are committed; `written` items of the batch were new. */
  | { readonly kind: 'applied'; readonly position: bigint; readonly written: number }
  /** Everything in it had been applied before: a redelivery. */
  | { readonly kind: 'skipped'; readonly position: bigint }
  /** It begins too late: nothing was written, apply what stands after `position` first. */
  | { readonly kind: 'behind'; readonly position: bigint };

export interface ProjectionSettings {
  /** How long the transaction may take before the database gives it up. */
  readonly timeoutMs?: number;
  /** How long to wait for a connection of the pool. */
  readonly maxWaitMs?: number;
}

export const PROJECTION_DEFAULTS = { timeoutMs: 30_000, maxWaitMs: 5_000 } as const;

/**
 * The table that every database of views has; part of the service's first migration.
 *
 * `position` is the last position of the stream whose rows are committed.
 */
export const PROJECTION_TABLE_SQL = `CREATE TABLE "projection" (
    "name" TEXT NOT NULL,
    "position" BIGINT NOT NULL,
    CONSTRAINT "projection_pkey" PRIMARY KEY ("name")
);`;

/**
 * Applies a batch so that every item counts exactly once, however often and by however many processes it is delivered: the
 * rows and the stream's position are committed in one transaction, which holds the position's row from its begin to its end.
 *
 * The outcome is the caller's to act on. When it throws, nothing is known: the commit may have happened and its answer been
 * lost. Deliver the batch again; the position tells.
 */
export function applyBatch<Item, Tx extends RawSql>(
  client: Transactor<Tx>,
  projection: Projection<Item, Tx>,
  { first, items }: Batch<Item>,
  settings: ProjectionSettings = {},
): Promise<Projected> {
  const { timeoutMs, maxWaitMs } = { ...PROJECTION_DEFAULTS, ...settings };
  const last = first + BigInt(items.length) - 1n;
  const work = async (tx: Tx): Promise<Projected> => {
    const position = await lockPosition(tx, projection.name);
    if (last <= position) return { kind: 'skipped', position };
    if (first > position + 1n) return { kind: 'behind', position };
    const fresh = items.slice(Number(position + 1n - first));
    await projection.apply(tx, fresh);
    await setPosition(tx, projection.name, last);
    return { kind: 'applied', position: last, written: fresh.length };
  };
  return client.$transaction(work, { timeout: timeoutMs, maxWait: maxWaitMs });
}

/** Where the missing part of a stream comes from. */
export interface CatchUpSource<Item> {
  /** Every position of the range in order, holes as items of their own. */
  readRange(from: bigint, to: bigint): AsyncIterable<Item>;
  /** How many items go into one transaction. */
  readonly batchSize?: number;
}

export const CATCH_UP_BATCH = 500;

/**
 * Applies a batch, and before it whatever the projection has not seen yet, read from the stream. Resolves with the position
 * after it. For a consumer that begins in the middle, that another process had overtaken, or whose view was rebuilt.
 *
 * Throws CatchUpError when the source yields less than the range that it was asked for.
 */
export async function projectBatch<Item, Tx extends RawSql>(
  client: Transactor<Tx>,
  projection: Projection<Item, Tx>,
  batch: Batch<Item>,
  source: CatchUpSource<Item> & ProjectionSettings,
): Promise<bigint> {
  const outcome = await applyBatch(client, projection, batch, source);
  if (outcome.kind !== 'behind') return outcome.position;
  const reached = await catchUp(client, projection, { ...source, to: batch.first - 1n });
  if (reached < batch.first - 1n) {
    throw new CatchUpError(
      `${projection.name}: the stream yields nothing after ${reached}, although position ${batch.first} was delivered.`,
    );
  }
  return (await applyBatch(client, projection, batch, source)).position;
}

/** Brings a projection to position `to`, from wherever it is. Resolves with the position that it reached. */
export async function catchUp<Item, Tx extends RawSql>(
  client: Transactor<Tx>,
  projection: Projection<Item, Tx>,
  source: CatchUpSource<Item> & ProjectionSettings & { readonly to: bigint },
): Promise<bigint> {
  const { to, batchSize = CATCH_UP_BATCH } = source;
  let position = await readPosition(client, projection.name);
  if (position >= to) return position;
  let first = position + 1n;
  let items: Item[] = [];
  const flush = async (): Promise<void> => {
    if (items.length === 0) return;
    position = (await applyBatch(client, projection, { first, items }, source)).position;
    first += BigInt(items.length);
    items = [];
  };
  for await (const item of source.readRange(first, to)) {
    items.push(item);
    if (items.length >= batchSize) await flush();
  }
  await flush();
  return position;
}

/**
 * Empties a view and sets its position back, in one transaction; the next delivered batch then catches up from position 1.
 * Safe while others project: they wait for the lock and find themselves behind.
 */
export function rebuild<Item, Tx extends RawSql>(
  client: Transactor<Tx>,
  projection: Projection<Item, Tx>,
  settings: ProjectionSettings = {},
): Promise<void> {
  const { timeoutMs, maxWaitMs } = { ...PROJECTION_DEFAULTS, ...settings };
  const work = async (tx: Tx): Promise<void> => {
    await lockPosition(tx, projection.name);
    await projection.clear(tx);
    await setPosition(tx, projection.name, 0n);
  };
  return client.$transaction(work, { timeout: timeoutMs, maxWait: maxWaitMs });
}

/** The last position whose rows are committed; 0n for a projection that never ran. */
export async function readPosition(sql: RawSql, name: string): Promise<bigint> {
  const rows = await sql.$queryRawUnsafe('SELECT "position" FROM "projection" WHERE "name" = $1', name);
  return positionIn(rows) ?? 0n;
}

async function lockPosition(tx: RawSql, name: string): Promise<bigint> {
  const lock = 'SELECT "position" FROM "projection" WHERE "name" = $1 FOR UPDATE';
  const found = positionIn(await tx.$queryRawUnsafe(lock, name));
  if (found !== undefined) return found;
  await tx.$executeRawUnsafe(
    'INSERT INTO "projection" ("name", "position") VALUES ($1, 0) ON CONFLICT DO NOTHING',
    name,
  );
  return positionIn(await tx.$queryRawUnsafe(lock, name)) ?? 0n;
}

async function setPosition(tx: RawSql, name: string, position: bigint): Promise<void> {
  const sql = 'UPDATE "projection" SET "position" = $2 WHERE "name" = $1';
  const updated = await tx.$executeRawUnsafe(sql, name, position);
  if (updated !== 1) throw new Error(`the position of ${name} vanished within its own transaction`);
}

function positionIn(rows: unknown): bigint | undefined {
  const row: unknown = Array.isArray(rows) ? rows[0] : undefined;
  if (typeof row !== 'object' || row === null || !('position' in row)) return undefined;
  const { position } = row;
  if (typeof position === 'bigint') return position;
  if (typeof position === 'number' || typeof position === 'string') return BigInt(position);
  throw new TypeError('the table projection holds a position that is no number');
}
