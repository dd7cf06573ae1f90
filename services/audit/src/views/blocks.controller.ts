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
import type { Block } from '../generated/prisma/client.js';
import {
  block,
  blockDetail,
  blocksPage,
  blocksQuery,
  numberParam,
  problem,
  type BlocksQuery,
} from './api-schemas.js';
import { nextPage, type RequestLine } from './paging.js';

/** Confirmed blocks, each checked before it came into the view. */
@ApiTags('blocks')
@ApiBearerAuth()
@UseGuards(PersonGuard)
@Controller('blocks')
export class BlocksController {
  constructor(
    private readonly database: Database,
    private readonly door: Door,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Blocks in order' })
  @ApiOkResponse({ standardSchema: blocksPage })
  @ApiBadRequestResponse({ standardSchema: problem })
  async list(
    @ByPerson() by: PassPerson,
    @Query({ schema: blocksQuery }) { after, limit }: BlocksQuery,
    @Req() request: RequestLine,
  ): Promise<z.infer<typeof blocksPage>> {
    await this.door.demand(by, 'read-blocks');
    const rows = await this.database.client.block.findMany({
      ...(after === undefined ? {} : { where: { number: { gt: after } } }),
      orderBy: { number: 'asc' },
      take: limit,
    });
    const last = rows.length === limit ? rows.at(-1)?.number : undefined;
    return { blocks: rows.map(blockOf), next: nextPage(request, last) };
  }

  @Get(':number')
  @ApiOperation({ summary: 'One block with its confirmation, by which any reader can prove what is in it' })
  @ApiOkResponse({ standardSchema: blockDetail })
  @ApiNotFoundResponse({ standardSchema: problem })
  async one(
    @ByPerson() by: PassPerson,
    @Param({ schema: numberParam }) { number }: z.infer<typeof numberParam>,
  ): Promise<z.infer<typeof blockDetail>> {
    await this.door.demand(by, 'read-block');
    const row = await this.database.client.block.findUnique({ where: { number } });
    if (!row) throw new NotFoundError(`The view holds no block ${number.toString()}.`);
    const body = Buffer.from(row.body);
    return {
      ...blockOf(row),
      seal: row.seal,
      confirmation: JSON.parse(body.toString('utf8')),
      body: body.toString('base64'),
    };
  }
}

function blockOf(row: Block): z.infer<typeof block> {
  const { rootHash, previousHash, blockHash, signers, rejected } = row;
  const { chainId, contract, transactionHash, chainBlockNumber } = row;
  return {
    number: row.number.toString(),
    firstPosition: row.firstPosition.toString(),
    lastPosition: row.lastPosition.toString(),
    treeSize: row.treeSize.toString(),
    rootHash,
    previousHash,
    blockHash,
    time: row.time.toISOString(),
    signers,
    rejected,
    anchor: { chainId, contract, transactionHash, chainBlockNumber },
  };
}
