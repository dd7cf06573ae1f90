import type { INestApplication } from '@nestjs/common';
import { relyingPartyOf } from './access-parts.js';
import type { AccessConfig } from './config.js';

/** The members of request and answer that are needed here. */
interface Incoming {
  readonly url: string;
}
interface Outgoing {
  setHeader(name: string, value: string): unknown;
}

/** Nothing from elsewhere, nothing inline, nowhere else. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** The page of the OpenAPI document brings a script and a style of its own inline. */
const FOR_DOCS = CONTENT_SECURITY_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
  .replace("script-src 'self'", "script-src 'self' 'unsafe-inline'")
  .concat("; img-src 'self' data:");

/** Headers of every answer, and which other origins may ask: those from which people sign. */
export function secureHttp(app: INestApplication, config: AccessConfig): void {
  const { origin, origins } = relyingPartyOf(config);
  // Nest types the platform's application as any.
  (app.getHttpAdapter().getInstance() as { disable(name: string): void }).disable('x-powered-by');
  app.use((request: Incoming, response: Outgoing, next: () => void) => {
    const isDocs = /^\/docs(?:[/?#]|$)/.test(request.url);
    response.setHeader('Content-Security-Policy', isDocs ? FOR_DOCS : CONTENT_SECURITY_POLICY);
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cache-Control', 'no-store');
    if (origin.startsWith('https:'))
      response.setHeader('Strict-Transport-Security', 'max-age=63072000; includeSubDomains');
    next();
  });
  app.enableCors({ origin: [...origins], credentials: true });
}
