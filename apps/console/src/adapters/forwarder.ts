import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { TrustBehindError } from '@bcmed/site-trust';
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

const UNAUTHORISED = 401;
const TRIES = 3;
const PAUSE_MS = 250;

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
   * ServiceAwayError, NoAnswerError and TrustBehindError, all before anything was answered.
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
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const ask = (identity: OutgoingHttpHeaders): Promise<IncomingMessage> => {
      const headers = { ...passedOn(request), ...identity };
      return call({ service, base, method, path: below, headers, body, signal: gone.signal });
    };
    const answer = await this.#answerOf(service, below, request, ask);
    response.writeHead(
      answer.statusCode ?? 502,
      headersBack(answer.headers, service === 'access' ? ['set-cookie'] : []),
    );
    // An event stream is open long before its first event.
    response.flushHeaders();
    pipeline(answer, response, () => undefined);
  }

  /** The session goes to access, which made it; a pass goes to everybody else. A stop carries its own signature and needs neither. */
  async #answerOf(
    service: UpstreamName,
    path: string,
    request: IncomingMessage,
    ask: Ask,
  ): Promise<IncomingMessage> {
    const { method, headers } = request;
    const { cookie, origin } = headers;
    if (isStop(service, path, method)) return ask({});
    if (service !== 'access') return this.#believed(cookie, ask);
    // Whatever becomes of the session, the pass that was made of it is not good for the next request.
    if (method === 'DELETE') this.passes.forget(cookie);
    return ask({ ...(cookie !== undefined && { cookie }), ...(origin !== undefined && { origin }) });
  }

  /**
   * A service that has not read yet who somebody is, or that the last pass is of today, refuses it before it does anything: it is asked
   * again with a fresh one. That somebody is signed out is for access to say.
   */
  async #believed(cookie: string | undefined, ask: Ask): Promise<IncomingMessage> {
    for (let tries = TRIES; tries > 0; tries--) {
      const answer = await ask({ authorization: `Bearer ${await this.passes.of(cookie)}` });
      if (answer.statusCode !== UNAUTHORISED) return answer;
      answer.resume();
      this.passes.forget(cookie);
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new TrustBehindError();
  }
}

type Ask = (identity: OutgoingHttpHeaders) => Promise<IncomingMessage>;

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
