import type { IncomingMessage } from 'node:http';
import { Controller, HttpCode, Post, Req, UseFilters } from '@nestjs/common';
import { ChainProxy } from '../adapters/chain-proxy.js';
import { jsonOf } from '../adapters/http.js';
import { GatewayProblems } from '../views/problems.filter.js';
import { SignedIn } from './signed-in.js';

/** `POST /api/chain`: JSON-RPC, reading only. */
@UseFilters(GatewayProblems)
@Controller('api/chain')
export class ChainController {
  constructor(
    private readonly signedIn: SignedIn,
    private readonly chain: ChainProxy,
  ) {}

  @Post()
  @HttpCode(200)
  async ask(@Req() request: IncomingMessage): Promise<unknown> {
    await this.signedIn.personOf(request);
    return this.chain.answer(await jsonOf(request));
  }
}
