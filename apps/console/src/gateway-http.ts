import type { IncomingMessage, ServerResponse } from 'node:http';
import type { INestApplication } from '@nestjs/common';
import { Forwarder, isStop } from './adapters/forwarder.js';
import { answerProblem } from './adapters/http.js';
import { PageFiles } from './adapters/page-files.js';
import { upstreamsOf, type ConsoleConfig, type UpstreamName } from './config.js';
import { ForeignOriginError, InvalidRequestError } from './errors.js';

/** Nothing from elsewhere, nothing inline, nowhere else. */
const FOR_PAGE = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "font-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
/** What a service answers is data, also when somebody opens it as a page. */
const FOR_DATA = "default-src 'none'; frame-ancestors 'none'; sandbox";

type Handler = (request: IncomingMessage, response: ServerResponse, next: () => void) => void;

/**
 * What stands before the routes of the gateway: headers of every answer, who may change something, the services behind
 * `/api/<service>/`, and the files of the page. Demands that no body was read before.
 */
export function gatewayHttp(app: INestApplication, config: ConsoleConfig): void {
  // Nest types the platform's application as any.
  (app.getHttpAdapter().getInstance() as { disable(name: string): void }).disable('x-powered-by');
  app.use(headers(config));
  app.use(ours(config));
  app.use(services(config, app.get(Forwarder)));
  app.use(page(app.get(PageFiles)));
}

function headers({ PUBLIC_ORIGIN: origin }: ConsoleConfig): Handler {
  const isSecure = origin.startsWith('https:');
  return (request, response, next) => {
    const isData = isApi(request);
    response.setHeader('Content-Security-Policy', isData ? FOR_DATA : FOR_PAGE);
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader(
      'Permissions-Policy',
      'camera=(), microphone=(), geolocation=(), publickey-credentials-get=(self), publickey-credentials-create=(self)',
    );
    if (isData) response.setHeader('Cache-Control', 'no-store');
    if (isSecure) response.setHeader('Strict-Transport-Security', 'max-age=63072000; includeSubDomains');
    next();
  };
}

/**
 * Only a page of this origin changes something, and only with JSON, which no form can send. A stop is excepted: it proves by its own
 * signature who wants it, and must not fail for where the page was opened.
 */
function ours({ PUBLIC_ORIGIN: origin }: ConsoleConfig): Handler {
  return (request, response, next) => {
    const { method = 'GET', headers: given } = request;
    const { service, path } = serviceIn(request);
    if (method === 'GET' || method === 'HEAD' || !isApi(request) || isStop(service, path, method)) {
      next();
      return;
    }
    const hasBody = given['transfer-encoding'] !== undefined || Number(given['content-length'] ?? 0) > 0;
    if (given.origin !== origin) answerProblem(response, new ForeignOriginError(origin), request.url ?? '/');
    else if (hasBody && !/^application\/json\b/.test(given['content-type'] ?? ''))
      answerProblem(
        response,
        new InvalidRequestError('Send JSON: set content-type to application/json.'),
        request.url ?? '/',
      );
    else next();
  };
}

function services(config: ConsoleConfig, forwarder: Forwarder): Handler {
  const names = new Set(Object.keys(upstreamsOf(config)));
  return (request, response, next) => {
    const { service, path } = serviceIn(request);
    if (!names.has(service)) {
      next();
      return;
    }
    // The set has just said that it is one of the names.
    forwarder.forward(service as UpstreamName, path, request, response).catch((error: unknown) => {
      answerProblem(response, error, request.url ?? '/');
    });
  };
}

function page(files: PageFiles): Handler {
  return (request, response, next) => {
    const [pathname = '/'] = (request.url ?? '/').split('?');
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const isOurs = isApi(request) || /^\/health(?:\/|$)/.test(pathname);
    if (!isRead || isOurs || !files.serve(pathname, request, response)) next();
  };
}

const isApi = ({ url = '/' }: IncomingMessage): boolean => /^\/api(?:[/?]|$)/i.test(url);

/** The service that a request is for, and what is asked of it. */
function serviceIn({ url = '/' }: IncomingMessage): { readonly service: string; readonly path: string } {
  const found = /^\/api\/([a-z]+)(\/.*)?$/s.exec(url);
  return { service: found?.[1] ?? '', path: found?.[2] ?? '/' };
}
