import type { IncomingMessage, ServerResponse } from 'node:http';
import { Controller, Post, Req, Res, UseFilters } from '@nestjs/common';
import { bodyOf } from '../adapters/http.js';
import { call, headersBack } from '../adapters/upstream.js';
import { NotFoundError } from '../errors.js';
import { SiteFacts } from '../views/site-facts.js';
import { GatewayProblems } from '../views/problems.filter.js';

const THIS_MACHINE = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);
/** A proxy on this machine speaks for whoever it serves. */
const FOR_SOMEBODY_ELSE = ['forwarded', 'x-forwarded-for'];

/**
 * `POST /api/demonstration/enrol`: a link by which a browser of this machine becomes a new person of a demonstration. Where none is
 * allowed, or from another machine, there is no such route.
 */
@UseFilters(GatewayProblems)
@Controller('api/demonstration')
export class DemonstrationController {
  constructor(private readonly facts: SiteFacts) {}

  @Post('enrol')
  async enrol(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    const { demonstration, services } = this.facts.settings;
    const isNear =
      THIS_MACHINE.has(request.socket.remoteAddress ?? '') &&
      FOR_SOMEBODY_ELSE.every((name) => request.headers[name] === undefined);
    if (!demonstration || !isNear || services.access === undefined)
      throw new NotFoundError('There is no demonstration here for who asks from another machine.');
    const answer = await call({
      service: 'access',
      base: services.access,
      method: 'POST',
      path: '/demonstration/enrolments',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: await bodyOf(request),
    });
    response.writeHead(answer.statusCode ?? 502, headersBack(answer.headers));
    answer.pipe(response);
  }
}
