import {
  request as httpRequest,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { NoAnswerError, ServiceAwayError } from '../errors.js';

/** How long an answer is waited for; what it then streams may take as long as it likes. */
export const ANSWER_WITHIN_MS = 10_000;

export interface UpstreamCall {
  readonly service: string;
  readonly base: string;
  readonly method: string;
  /** Path and query below the base. */
  readonly path: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body?: Buffer | undefined;
  readonly signal?: AbortSignal;
  readonly withinMs?: number;
}

/**
 * Asks a service and resolves when its answer begins. Throws ServiceAwayError when nothing can have reached it, NoAnswerError when it may
 * have done what was asked. A connection of its own for each call: a request on a line that just closed could be neither of the two.
 */
export function call(upstream: UpstreamCall): Promise<IncomingMessage> {
  const { service, base, method, path, headers, body, signal, withinMs = ANSWER_WITHIN_MS } = upstream;
  const url = new URL(base);
  const make = url.protocol === 'https:' ? httpsRequest : httpRequest;
  return new Promise((resolve, reject) => {
    let isConnected = false;
    const asked: ClientRequest = make({
      hostname: url.hostname.replace(/^\[|\]$/g, ''),
      port: url.port,
      method,
      path: `${url.pathname.replace(/\/$/, '')}${path}`,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-length': body.length }) },
      agent: false,
      ...(signal && { signal }),
    });
    const fail = (cause: Error): void => {
      clearTimeout(late);
      reject(isConnected ? new NoAnswerError(service, { cause }) : new ServiceAwayError(service, { cause }));
    };
    const late = setTimeout(() => asked.destroy(new Error(`no answer within ${withinMs} ms`)), withinMs);
    asked.on('socket', (socket) => socket.once('connect', () => (isConnected = true)));
    asked.on('error', fail);
    asked.on('response', (answer) => {
      clearTimeout(late);
      resolve(answer);
    });
    asked.end(body);
  });
}

/** A whole answer as text, for the few that the gateway itself reads. */
export async function textOf(answer: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of answer as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

/** What of an answer is passed on: what it is, and nothing about the line that it came on. */
const PASSED_BACK = [
  'content-type',
  'cache-control',
  'location',
  'retry-after',
  'etag',
  'content-disposition',
];

export function headersBack(headers: IncomingHttpHeaders, more: readonly string[] = []): OutgoingHttpHeaders {
  const kept = [...PASSED_BACK, ...more].flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(kept);
}
