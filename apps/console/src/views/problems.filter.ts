import type { IncomingMessage, ServerResponse } from 'node:http';
import { Catch, Logger, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { problemOf } from '@bcmed/service-kit';
import { answerProblem } from '../adapters/http.js';
import { STATUS_OF_CODE } from '../errors.js';

/** Errors of the gateway's own routes, answered as those of the forwarded ones are. */
@Catch()
export class GatewayProblems implements ExceptionFilter {
  readonly #log = new Logger('Http');

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { url = '/' } = http.getRequest<IncomingMessage>();
    if (problemOf(error, STATUS_OF_CODE).status === 500) this.#log.error(error);
    answerProblem(http.getResponse<ServerResponse>(), error, url);
  }
}
