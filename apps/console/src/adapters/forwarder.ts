import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import type { UpstreamName } from '../config.js';
import { NotFoundError, ServiceAwayError } from '../errors.js';
import { bodyOf } from './http.js';
import type { Passes } from './passes.js';
import { call, headersBack } from './upstream.js';

/** What of a request is passed on. The rest is between browser and gateway. */
const PASSED_ON = [
  'accept',
  'accept-language',
  'content-type',
  'last-event-id',
  'if-none-match',
  'traceparent',
];

/** Not for browsers: documents for programmers, and what only a program of this machine may ask. */
const NOT_PASSED = /^\/(?:docs|openapi\.json|demonstration)(?:$|[/?.-])/;

/** Passes requests of the page on to the services, and their answers back as they come. */
export class Forwarder {
  constructor(
    private readonly upstreams: Readonly<Record<UpstreamName, string | undefined>>,
    private readonly passes: Passes,
  ) {}

  /**
   * `path` is what stands behind the service's name, with the query. Throws NotFoundError, NotSignedInError, TooLargeError,
   * ServiceAwayError, NoAnswerError, all before anything was answered.
   */
  async forward(
    service: UpstreamName,
    path: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const below = checkedPath(path);
    const base = this.upstreams[service];
    if (base === undefined) throw new ServiceAwayError(service);
    const { method = 'GET' } = request;
    const body = method === 'GET' || method === 'HEAD' ? undefined : await bodyOf(request);
    const headers = { ...passedOn(request), ...(await this.#identity(service, below, request)) };
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const answer = await call({ service, base, method, path: below, headers, body, signal: gone.signal });
    const status = answer.statusCode ?? 502;
    if (status === 401 || method === 'DELETE') this.passes.forget(request.headers.cookie);
    response.writeHead(status, headersBack(answer.headers, service === 'access' ? ['set-cookie'] : []));
    // An event stream is open long before its first event.
    response.flushHeaders();
    pipeline(answer, response, () => undefined);
  }

  /** The session goes to access, which made it; a pass goes to everybody else. A stop carries its own signature and needs neither. */
  async #identity(
    service: UpstreamName,
    path: string,
    request: IncomingMessage,
  ): Promise<OutgoingHttpHeaders> {
    const { cookie, origin } = request.headers;
    if (service === 'access')
      return { ...(cookie !== undefined && { cookie }), ...(origin !== undefined && { origin }) };
    if (isStop(service, path, request.method)) return {};
    return { authorization: `Bearer ${await this.passes.of(cookie)}` };
  }
}

/** Whether this orders a stop, which needs no session and is never kept waiting for one. */
export function isStop(service: string, path: string, method: string | undefined): boolean {
  return service === 'dosing' && method === 'POST' && /^\/stops\/?(?:$|\?)/.test(path);
}

/** One path has one meaning: nothing that a service could read otherwise than it was judged here. */
function checkedPath(path: string): string {
  const [plain = ''] = path.split('?');
  const judged = decoded(plain)?.toLowerCase();
  const isOdd = judged === undefined || /\/\/|\\|\/\.{1,2}(?:\/|$)|[\u0000-\u001f]/.test(judged);
  if (isOdd || NOT_PASSED.test(judged)) throw new NotFoundError('There is no such route.');
  return path.startsWith('/') ? path : `/${path}`;
}

function decoded(path: string): string | undefined {
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
}

function passedOn(request: IncomingMessage): OutgoingHttpHeaders {
  const kept = PASSED_ON.flatMap((name) => {
    const value = request.headers[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return Object.fromEntries(kept);
}
