import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Get, Req, Res, UseFilters } from '@nestjs/common';
import { headerOf } from '../adapters/http.js';
import { SignedIn } from '../commands/signed-in.js';
import { LiveLines } from './live-lines.js';
import { GatewayProblems } from './problems.filter.js';

/** `GET /api/live`: the ward, as it changes. */
@UseFilters(GatewayProblems)
@Controller('api/live')
export class LiveController {
  constructor(
    private readonly signedIn: SignedIn,
    private readonly lines: LiveLines,
  ) {}

  @Get()
  async follow(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const person = await this.signedIn.personOf(request);
    const { searchParams } = new URL(request.url ?? '/', 'http://gateway');
    response.writeHead(200, { 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' });
    const after = headerOf(request, 'last-event-id') ?? searchParams.get('after') ?? undefined;
    const leave = this.lines.add(person, response, after);
    response.once('close', leave);
  }
}
