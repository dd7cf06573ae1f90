import { ByPerson, PersonGuard, type PassPerson } from '@bcmed/site-trust';
import { Controller, Get, Param, Query, Req, UseGuards } from '@nestjs/common';
import {
  ApiBadRequestResponse,
  ApiBearerAuth,
  ApiNotFoundResponse,
  ApiOkResponse,
  ApiOperation,
  ApiTags,
} from '@nestjs/swagger';
import type { z } from 'zod';
import { Database } from '../adapters/database.js';
import { Door } from '../commands/door.js';
import { NotFoundError } from '../errors.js';
import type { Event, Prisma } from '../generated/prisma/client.js';
import { readPosition } from '@bcmed/views';
import {
  eventDetail,
  eventSummary,
  eventsPage,
  eventsQuery,
  positionParam,
  problem,
  type EventsQuery,
} from './api-schemas.js';
import { EVENTS_PROJECTION } from './events-view.js';
import { nextPage, type RequestLine } from './paging.js';

type Summary = z.infer<typeof eventSummary>;

/** Events as the rules admitted them, in the order of the stream; a page ends where the next one begins, also while events come in. */
@ApiTags('events')
@ApiBearerAuth()
@UseGuards(PersonGuard)
@Controller('events')
export class EventsController {
  constructor(
    private readonly database: Database,
    private readonly door: Door,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Events by pump, type, actor and time, paged by their position in the stream' })
  @ApiOkResponse({ standardSchema: eventsPage })
  @ApiBadRequestResponse({ standardSchema: problem })
  async list(
    @ByPerson() by: PassPerson,
    @Query({ schema: eventsQuery }) query: EventsQuery,
    @Req() request: RequestLine,
  ): Promise<z.infer<typeof eventsPage>> {
    await this.door.demand(by, 'read-events');
    const { client } = this.database;
    const position = await readPosition(client, EVENTS_PROJECTION);
    const rows = await client.event.findMany({
      where: whereOf(query),
      orderBy: { position: 'asc' },
      take: query.limit,
    });
    const blocks = await this.#blocksOf(rows);
    const events = rows.map((row) => summaryOf(row, blocks));
    const last = rows.length === query.limit ? rows.at(-1)?.position : undefined;
    return { events, next: nextPage(request, last), position: position.toString() };
  }

  @Get(':position')
  @ApiOperation({ summary: 'One event: exact bytes, seal, leaf hash, and the block that proves it' })
  @ApiOkResponse({ standardSchema: eventDetail })
  @ApiNotFoundResponse({ standardSchema: problem })
  async one(
    @ByPerson() by: PassPerson,
    @Param({ schema: positionParam }) { position }: z.infer<typeof positionParam>,
  ): Promise<z.infer<typeof eventDetail>> {
    await this.door.demand(by, 'read-event');
    const row = await this.database.client.event.findUnique({ where: { position } });
    if (!row) throw new NotFoundError(`The view holds no position ${position.toString()}.`);
    const summary = summaryOf(row, await this.#blocksOf([row]));
    return {
      ...summary,
      subject: row.subject,
      seal: row.seal,
      body: Buffer.from(row.body).toString('base64'),
      confirmation: summary.block === null ? null : `/blocks/${summary.block}`,
    };
  }

  /** Blocks that cover any of these rows, ascending. */
  async #blocksOf(rows: readonly Event[]): Promise<readonly BlockRange[]> {
    const [first, last] = [rows.at(0), rows.at(-1)];
    if (!first || !last) return [];
    return this.database.client.block.findMany({
      where: { lastPosition: { gte: first.position }, firstPosition: { lte: last.position } },
      select: { number: true, firstPosition: true, lastPosition: true },
      orderBy: { number: 'asc' },
    });
  }
}

interface BlockRange {
  readonly number: bigint;
  readonly firstPosition: bigint;
  readonly lastPosition: bigint;
}

function whereOf({ pump, type, actor, from, to, outcome, after }: EventsQuery): Prisma.EventWhereInput {
  return {
    ...(outcome === 'any' ? {} : { outcome }),
    ...(pump === undefined ? {} : { area: 'pump', entity: pump }),
    ...(type === undefined ? {} : { type }),
    ...(actor === undefined ? {} : { actor }),
    ...((from ?? to) ? { time: { ...(from ? { gte: from } : {}), ...(to ? { lt: to } : {}) } } : {}),
    ...(after === undefined ? {} : { position: { gt: after } }),
  };
}

function summaryOf(row: Event, blocks: readonly BlockRange[]): Summary {
  const { position, id, type, entity, source, actor, detail, keyId } = row;
  return {
    position: position.toString(),
    outcome: row.outcome as Summary['outcome'], // written by eventRow only
    id,
    type,
    entity,
    source,
    actor,
    time: row.time?.toISOString() ?? null,
    reason: row.reason as Summary['reason'], // likewise
    detail,
    keyId,
    leafHash: Buffer.from(row.leafHash).toString('base64url'),
    block: blockAt(blocks, position)?.number.toString() ?? null,
    event: row.outcome === 'admitted' ? JSON.parse(Buffer.from(row.body).toString('utf8')) : null,
  };
}

/** The block that covers a position, by bisection. */
function blockAt(blocks: readonly BlockRange[], position: bigint): BlockRange | undefined {
  let [low, high] = [0, blocks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((blocks[middle]?.lastPosition ?? 0n) < position) low = middle + 1;
    else high = middle;
  }
  const found = blocks[low];
  return found && found.firstPosition <= position ? found : undefined;
}
