import type { IncomingMessage, ServerResponse } from 'node:http';
import { problemOf } from '@bcmed/service-kit';
import { ConsoleError, InvalidRequestError, STATUS_OF_CODE, TooLargeError } from '../errors.js';

/** More than anything that people sign, and less than what would hurt. */
export const MOST_BODY_BYTES = 256 * 1_024;

/** The exact bytes of a request's body. Throws TooLargeError before more than that is held. */
export async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  if (Number(request.headers['content-length'] ?? 0) > MOST_BODY_BYTES)
    throw new TooLargeError(MOST_BODY_BYTES);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MOST_BODY_BYTES) throw new TooLargeError(MOST_BODY_BYTES);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** A body as JSON. Throws TooLargeError, InvalidRequestError. */
export async function jsonOf(request: IncomingMessage): Promise<unknown> {
  const body = await bodyOf(request);
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    throw new InvalidRequestError('Send JSON.');
  }
}

/** Answers with RFC 9457. What has begun to be answered is cut instead: half an answer must not look whole. */
export function answerProblem(response: ServerResponse, error: unknown, instance: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const more = error instanceof ConsoleError ? error.more : {};
  const problem = { ...problemOf(error, STATUS_OF_CODE), instance, ...more };
  response.writeHead(problem.status, {
    'content-type': 'application/problem+json',
    // The rest of a body that was not read is in the way of the next request.
    ...(problem.status === 413 && { connection: 'close' }),
  });
  response.end(JSON.stringify(problem));
}

/** One value of a header; undefined when there is none. */
export function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}
