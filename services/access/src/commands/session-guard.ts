import { Injectable, createParamDecorator, type CanActivate, type ExecutionContext } from '@nestjs/common';
import type { Session } from '../domain/session.js';
import { ForeignOriginError, NotSignedInError } from '../errors.js';
import { Sessions } from './sessions.js';
import { Web } from './web.js';

/** The members of a request that are looked at, and what the guard leaves on it. */
export interface SignedInRequest {
  readonly method: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  session?: Session;
}

const SAFE = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Lets nobody pass who is not signed in. A token comes as bearer, from programs, or in the cookie, from pages: then a request that
 * changes something must say that it comes from a page of ours.
 */
@Injectable()
export class SessionGuard implements CanActivate {
  constructor(
    private readonly sessions: Sessions,
    private readonly web: Web,
  ) {}

  canActivate(context: ExecutionContext): true {
    const request = context.switchToHttp().getRequest<SignedInRequest>();
    const { authorization, cookie, origin } = request.headers;
    const bearer = /^Bearer ([A-Za-z0-9_-]{43})$/.exec(String(authorization))?.[1];
    const token = bearer ?? this.web.tokenIn(String(cookie ?? ''));
    if (bearer === undefined && token !== undefined && !SAFE.has(request.method) && !this.web.isOurs(origin))
      throw new ForeignOriginError(
        'A request with the cookie of a session must come from a page of this site.',
      );
    request.session = this.sessions.require(token);
    return true;
  }
}

/** Who is signed in. Demands {@link SessionGuard} on the route. */
export const SignedIn = createParamDecorator((_: unknown, context: ExecutionContext): Session => {
  const { session } = context.switchToHttp().getRequest<SignedInRequest>();
  if (!session) throw new NotSignedInError('Sign in first.');
  return session;
});
