import type { StreamEntry } from '@bcmed/admission';
import { hashesEqual, leafHash } from '@bcmed/merkle';
import { entryBytes } from '@bcmed/seal';
import {
  readConfirmation,
  type Difference,
  type JudgedPosition,
  type ObservedPositions,
} from '@bcmed/verification';
import { readPosition } from '@bcmed/views';
import { eventRow, type EventRow } from '../domain/event-row.js';
import type { Event } from '../generated/prisma/client.js';
import { blockRow, type BlockRow } from '../views/block-row.js';
import { BLOCKS_PROJECTION } from '../views/blocks-view.js';
import { EVENTS_PROJECTION } from '../views/events-view.js';
import type { Database, Tx } from './database.js';
import { wrongColumns } from './row-compare.js';

/** Columns that say the same whoever judged; why something was refused in words is not among them. */
const EVENT_COLUMNS = [
  'outcome',
  'id',
  'type',
  'area',
  'name',
  'entity',
  'source',
  'actor',
  'time',
  'correlationId',
  'causationId',
  'chain',
  'sequence',
  'reason',
  'keyId',
  'subject',
  'seal',
  'body',
  'leafHash',
] as const satisfies readonly (keyof EventRow)[];

const BLOCK_COLUMNS = [
  'firstPosition',
  'lastPosition',
  'treeSize',
  'rootHash',
  'previousHash',
  'blockHash',
  'time',
  'signers',
  'rejected',
  'chainId',
  'contract',
  'transactionHash',
  'chainBlockNumber',
  'seal',
  'body',
] as const satisfies readonly (keyof BlockRow)[];

/** How many rows that nobody sent are named. */
const SURPLUS_NAMED = 20;

/** Where the view stood when the verification began: what came after is no difference. */
interface Reached {
  /** Last position of EVENTS whose row must be there. */
  readonly events: bigint;
  /** Last position of BLOCKS whose row must be there. */
  readonly blocks: bigint;
  readonly lastBlock: bigint;
}

/**
 * Compares the tables `event` and `block` with the streams, row by row, while a verification goes by: rows that are missing, rows that
 * say something else, and rows for which the streams hold nothing.
 */
export class ViewCheck {
  #lastPosition = 0n;
  #lastBlock = 0n;

  private constructor(
    private readonly database: Database,
    private readonly reached: Reached,
    private readonly surplus: readonly Difference[],
  ) {}

  /** Looks at the view as it stands at one moment, so that rows that are projected meanwhile are no surplus. */
  static async begin(database: Database): Promise<ViewCheck> {
    return database.client.$transaction(
      async (tx) => {
        const reached = {
          events: await readPosition(tx, EVENTS_PROJECTION),
          blocks: await readPosition(tx, BLOCKS_PROJECTION),
          lastBlock: (await tx.block.aggregate({ _max: { number: true } }))._max.number ?? 0n,
        };
        return new ViewCheck(database, reached, await outOfRange(tx, reached));
      },
      { isolationLevel: 'RepeatableRead' },
    );
  }

  async positions({ positions, confirmation }: ObservedPositions): Promise<Difference[]> {
    const expected = positions.filter(({ position }) => position <= this.reached.events);
    const [first, last] = [expected.at(0), expected.at(-1)];
    this.#lastPosition = positions.at(-1)?.position ?? this.#lastPosition;
    const ofBlock = confirmation ? await this.#block(confirmation) : [];
    if (!first || !last) return ofBlock;
    const rows = await this.database.client.event.findMany({
      where: { position: { gte: first.position, lte: last.position } },
    });
    const byPosition = new Map(rows.map((row) => [row.position, row]));
    return [
      ...expected.flatMap((judged) => differenceOf(judged, byPosition.get(judged.position))),
      ...ofBlock,
    ];
  }

  /**
   * Rows for which the streams hold nothing. `whole` when the verification went to their ends: then also rows behind the ends, which
   * a stream that was cut leaves, or somebody who made rows up and moved the view's position along.
   */
  async conclude(whole: boolean): Promise<Difference[]> {
    if (!whole || this.#lastPosition === 0n) return [...this.surplus];
    const where = { position: { gt: this.#lastPosition, lte: this.reached.events } };
    const behind = await this.database.client.event.findFirst({ where, orderBy: { position: 'asc' } });
    return [
      ...this.surplus,
      ...(behind
        ? [surplusEvent(behind, `the stream ends at position ${this.#lastPosition.toString()}`)]
        : []),
      ...(this.reached.lastBlock > this.#lastBlock
        ? [surplusBlock(this.reached.lastBlock, `the last confirmed block is ${this.#lastBlock.toString()}`)]
        : []),
    ];
  }

  async #block(confirmation: StreamEntry): Promise<Difference[]> {
    const read = readConfirmation(confirmation);
    if (!read.ok) return [];
    const expected = blockRow(confirmation, read.data);
    const { number } = expected;
    this.#lastBlock = number;
    if (confirmation.position > this.reached.blocks) return [];
    const about = { where: 'view', block: number } as const;
    const row = await this.database.client.block.findUnique({ where: { number } });
    if (!row) return [{ ...about, kind: 'row-missing', detail: 'the view holds no row for this block' }];
    const wrong = wrongColumns(BLOCK_COLUMNS, expected, row);
    if (wrong.length === 0) return [];
    return [{ ...about, kind: 'row-differs', detail: `${wrong.join('; ')}: rebuild the view` }];
  }
}

/** Rows where no position and no block can be, and rows that the view itself has not reached. */
async function outOfRange(tx: Tx, reached: Reached): Promise<Difference[]> {
  const events = await tx.event.findMany({
    where: { OR: [{ position: { lt: 1n } }, { position: { gt: reached.events } }] },
    orderBy: { position: 'asc' },
    take: SURPLUS_NAMED,
  });
  const blocks = await tx.block.findMany({
    where: { number: { lt: 1n } },
    orderBy: { number: 'asc' },
    take: SURPLUS_NAMED,
  });
  const reachedText = `the view has only come to position ${reached.events.toString()}`;
  return [
    ...events.map((row) => surplusEvent(row, row.position < 1n ? 'positions begin with 1' : reachedText)),
    ...blocks.map(({ number }) => surplusBlock(number, 'blocks begin with 1')),
  ];
}

function surplusEvent({ position, id, type }: Event, why: string): Difference {
  return {
    where: 'view',
    kind: 'row-surplus',
    ...(position < 1n ? {} : { position }),
    ...(type === null ? {} : { type }),
    ...(id === null ? {} : { eventId: id }),
    detail: `the view holds a row for position ${position.toString()}, but ${why}`,
  };
}

function surplusBlock(number: bigint, why: string): Difference {
  return {
    where: 'view',
    kind: 'row-surplus',
    ...(number < 1n ? {} : { block: number }),
    detail: `the view holds a row for block ${number.toString()}, but ${why}`,
  };
}

function differenceOf(judged: JudgedPosition, row: Event | undefined): Difference[] {
  const { position, event, signedLeaf } = judged;
  const read = event ? { type: event.type, eventId: event.id } : {};
  const about = { where: 'view', position, ...read } as const;
  if (!row) return [{ ...about, kind: 'row-missing', detail: 'the view holds no row for this position' }];
  // Where the stream itself differs, the view may still hold what was anchored.
  if (signedLeaf) {
    if (holds(row, signedLeaf)) return [];
    const detail = 'neither the stream nor the view holds what was anchored';
    return [{ ...about, kind: 'row-differs', detail }];
  }
  const wrong = wrongColumns(EVENT_COLUMNS, eventRow(judged), row);
  if (wrong.length === 0) return [];
  const detail = `${wrong.join('; ')}. The stream is intact: rebuild the view`;
  return [{ ...about, kind: 'row-differs', detail }];
}

/** Whether a row is of that leaf, and where it says that the event was admitted, whether its very bytes are. */
function holds({ outcome, seal, body, leafHash: recorded }: Event, leaf: Uint8Array): boolean {
  if (Buffer.compare(recorded, leaf) !== 0) return false;
  return outcome !== 'admitted' || hashesEqual(leafHash(entryBytes(seal, body)), leaf);
}
