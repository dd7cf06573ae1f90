import type { IncomingMessage } from 'node:http';
import { sealOf } from '@bcmed/event-log';
import { Controller, Get, Param, Query, Req, UseFilters } from '@nestjs/common';
import { z } from 'zod';
import { SignedIn } from '../commands/signed-in.js';
import { NotFoundError } from '../errors.js';
import { LogReader, type ShownBlock } from './log-reader.js';
import { GatewayProblems } from './problems.filter.js';

const position = z
  .string()
  .regex(/^[1-9][0-9]{0,15}$/, 'must be a position, from 1')
  .transform(BigInt);
const positionParam = z.object({ position });
const numberParam = z.object({ number: position });
const page = z.object({
  after: z
    .string()
    .regex(/^(?:0|[1-9][0-9]{0,15})$/, 'must be the number of a block, or 0')
    .default('0')
    .transform(BigInt),
  limit: z.coerce.number().int().min(1, 'below 1').max(200, 'above 200').default(100),
});

/** `/api/log`: the exact bytes of what is logged, for whoever verifies it for themselves. */
@UseFilters(GatewayProblems)
@Controller('api/log')
export class LogController {
  constructor(
    private readonly signedIn: SignedIn,
    private readonly reader: LogReader,
  ) {}

  @Get('entries/:position')
  async entry(
    @Param({ schema: positionParam }) { position: at }: z.output<typeof positionParam>,
    @Req() request: IncomingMessage,
  ): Promise<Record<string, unknown>> {
    this.reader.demandAudit(await this.signedIn.personOf(request));
    const found = await this.reader.entry(at);
    if (found === undefined) throw new NotFoundError(`Nothing is stored at position ${at}.`);
    const { subject, body, timestampMs } = found;
    return {
      position: at.toString(),
      subject,
      seal: sealOf(found),
      body: Buffer.from(body).toString('base64'),
      at: new Date(timestampMs).toISOString(),
    };
  }

  @Get('blocks')
  async blocks(
    @Query({ schema: page }) { after, limit }: z.output<typeof page>,
    @Req() request: IncomingMessage,
  ): Promise<Record<string, unknown>> {
    await this.signedIn.personOf(request);
    return {
      blocks: await this.reader.blocksAfter(after, limit),
      last: (await this.reader.lastNumber()).toString(),
    };
  }

  @Get('blocks/of/:position')
  async blockOf(
    @Param({ schema: positionParam }) { position: at }: z.output<typeof positionParam>,
    @Req() request: IncomingMessage,
  ): Promise<ShownBlock> {
    await this.signedIn.personOf(request);
    const block = await this.reader.blockOf(at);
    if (block === undefined) throw new NotFoundError(`Position ${at} is in no confirmed block yet.`);
    return block;
  }

  @Get('blocks/:number')
  async block(
    @Param({ schema: numberParam }) { number }: z.output<typeof numberParam>,
    @Req() request: IncomingMessage,
  ): Promise<ShownBlock> {
    await this.signedIn.personOf(request);
    const block = await this.reader.block(number);
    if (block === undefined) throw new NotFoundError(`There is no block ${number}.`);
    return block;
  }
}
