import {
  Catch,
  Logger,
  StandardSchemaValidationPipe,
  type ArgumentsHost,
  type ExceptionFilter,
} from '@nestjs/common';
import { InvalidRequestError } from './errors.js';
import { fieldErrors, problemOf, type StatusOfCode } from './problem.js';

interface ProblemResponse {
  status(code: number): ProblemResponse;
  type(contentType: string): ProblemResponse;
  send(body: string): unknown;
}

/**
 * Answers every failed HTTP request with `application/problem+json` (RFC 9457), and logs those that are our fault.
 * Failures of message handlers pass through: their transport decides.
 */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  readonly #logger = new Logger('Http');

  constructor(private readonly statusOf: StatusOfCode = {}) {}

  catch(error: unknown, host: ArgumentsHost): void {
    if (host.getType() !== 'http') throw error;
    const http = host.switchToHttp();
    const { url } = http.getRequest<{ url: string }>();
    const problem = { ...problemOf(error, this.statusOf), instance: url };
    if (problem.status >= 500) this.#logger.error(error);
    http
      .getResponse<ProblemResponse>()
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  }
}

/** Checks `@Query({ schema })`, `@Body({ schema })` and the like, and turns what is wrong into one InvalidRequestError. */
export function requestValidation(): StandardSchemaValidationPipe {
  return new StandardSchemaValidationPipe({
    exceptionFactory: (issues) => new InvalidRequestError(fieldErrors(issues)),
  });
}
