import type { JudgedPosition, Difference, ObservedPositions } from '@bcmed/verification';
import { eventRow, type EventRow } from '../domain/event-row.js';
import type { Event } from '../generated/prisma/client.js';
import type { Database } from './database.js';

/** Columns that say the same whoever judged; why something was refused in words is not among them. */
const COLUMNS = [
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

/** Compares the table `event` with the stream, position by position, while a verification goes by. */
export class ViewCheck {
  #last = 0n;

  private constructor(
    private readonly database: Database,
    /** Positions beyond are not in the view yet, which is no difference. */
    private readonly reached: bigint,
  ) {}

  static begin(database: Database, reached: bigint): ViewCheck {
    return new ViewCheck(database, reached);
  }

  async positions({ positions }: ObservedPositions): Promise<Difference[]> {
    const expected = positions.filter(({ position }) => position <= this.reached);
    const [first, last] = [expected.at(0), expected.at(-1)];
    this.#last = positions.at(-1)?.position ?? this.#last;
    if (!first || !last) return [];
    const rows = await this.database.client.event.findMany({
      where: { position: { gte: first.position, lte: last.position } },
    });
    const byPosition = new Map(rows.map((row) => [row.position, row]));
    return expected.flatMap((judged) => differenceOf(judged, byPosition.get(judged.position)));
  }

  /** Rows behind the end of the stream: a stream that was cut, or a row that somebody made up. */
  async conclude(): Promise<Difference[]> {
    if (this.#last === 0n) return [];
    const where = { position: { gt: this.#last, lte: this.reached } };
    const surplus = await this.database.client.event.findFirst({ where, orderBy: { position: 'asc' } });
    if (!surplus) return [];
    const detail = `the view holds a row, but the stream ends at position ${this.#last.toString()}`;
    return [{ where: 'view', kind: 'row-surplus', position: surplus.position, detail }];
  }
}

function differenceOf(judged: JudgedPosition, row: Event | undefined): Difference[] {
  const { position, event, signedLeaf } = judged;
  const read = event ? { type: event.type, eventId: event.id } : {};
  const about = { where: 'view', position, ...read } as const;
  if (!row) return [{ ...about, kind: 'row-missing', detail: 'the view holds no row for this position' }];
  // Where the stream itself differs, the view may still hold what was anchored.
  if (signedLeaf)
    return Buffer.compare(row.leafHash, signedLeaf) === 0
      ? []
      : [
          {
            ...about,
            kind: 'row-differs',
            detail: 'neither the stream nor the view holds what was anchored',
          },
        ];
  const expected = eventRow(judged);
  const wrong = COLUMNS.filter((column) => !same(expected[column], row[column]));
  if (wrong.length === 0) return [];
  return [
    {
      ...about,
      kind: 'row-differs',
      detail: `${wrong.map((column) => describe(column, expected[column], row[column])).join('; ')}. The stream is intact: rebuild the view`,
    },
  ];
}

function same(expected: unknown, found: unknown): boolean {
  if (expected instanceof Uint8Array && found instanceof Uint8Array)
    return Buffer.compare(expected, found) === 0;
  return (found instanceof Date ? found.toISOString() : found) === expected;
}

function describe(column: string, expected: unknown, found: unknown): string {
  if (expected instanceof Uint8Array && found instanceof Uint8Array) {
    const at = expected.findIndex((byte, index) => byte !== found[index]);
    return `${column} differs at byte ${at < 0 ? expected.length : at}`;
  }
  const text = (value: unknown): string => {
    const shown = value instanceof Date ? value.toISOString() : String(value);
    return shown.length > 60 ? `${shown.slice(0, 60)}…` : shown;
  };
  return `${column} is ${text(found)}, the stream says ${text(expected)}`;
}
