import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { problemOf } from '@bcmed/service-kit';
import { OrderRefusedError, STATUS_OF_CODE } from '../errors.js';

interface ProblemResponse {
  status(code: number): ProblemResponse;
  type(contentType: string): ProblemResponse;
  send(body: string): unknown;
}

/** Answers what the decider refused: a problem (RFC 9457) with reason, words, limit and value as members of their own. */
@Catch(OrderRefusedError)
export class RefusalFilter implements ExceptionFilter<OrderRefusedError> {
  catch(error: OrderRefusedError, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const { url } = http.getRequest<{ url: string }>();
    const { orderId, reason, words, limit, value } = error.refusal;
    const problem = {
      ...problemOf(error, STATUS_OF_CODE),
      instance: url,
      orderId,
      reason,
      words,
      limit,
      value,
    };
    http
      .getResponse<ProblemResponse>()
      .status(problem.status)
      .type('application/problem+json')
      .send(JSON.stringify(problem));
  }
}
