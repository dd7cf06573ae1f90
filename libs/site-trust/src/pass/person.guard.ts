import { authorise, type Action, type Resource } from '@bcmed/policy';
import {
  Inject,
  Injectable,
  Optional,
  createParamDecorator,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { NotPermittedError, PassMissingError, PassRefusedError, TrustBehindError } from '../errors.js';
import { PassVerifier, type PassPerson } from './pass-verifier.js';

interface PassRequest {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  passPerson?: PassPerson;
}

interface PassResponse {
  setHeader(name: string, value: string): unknown;
}

/** Token of whoever counts the requests that the guard refuses; nobody has to be there. */
export const REFUSED_PASSES = Symbol('who counts passes that do not hold');

export interface RefusedPasses {
  /** Why, as a stable word; `missing` when there was no pass. */
  passRefused(fault: string): void;
}

/**
 * Lets nobody pass who shows no pass of access that holds (401, RFC 6750), and nobody at all while the stream is not followed (503).
 * Demands a provider of {@link PassVerifier}. Behind it a handler gets the person with {@link ByPerson}.
 */
@Injectable()
export class PersonGuard implements CanActivate {
  constructor(
    private readonly verifier: PassVerifier,
    @Optional() @Inject(REFUSED_PASSES) private readonly refused?: RefusedPasses,
  ) {}

  canActivate(context: ExecutionContext): true {
    const http = context.switchToHttp();
    const request = http.getRequest<PassRequest>();
    try {
      request.passPerson = personOf(this.verifier, request.headers['authorization']);
    } catch (error) {
      if (error instanceof PassMissingError) this.refused?.passRefused('missing');
      if (error instanceof PassRefusedError) this.refused?.passRefused(error.fault);
      if (!(error instanceof TrustBehindError))
        http.getResponse<PassResponse>().setHeader('WWW-Authenticate', 'Bearer realm="bcmed"');
      throw error;
    }
    return true;
  }
}

/** Who asks. Demands {@link PersonGuard} on the route. */
export const ByPerson = createParamDecorator((_: unknown, context: ExecutionContext): PassPerson => {
  const { passPerson } = context.switchToHttp().getRequest<PassRequest>();
  if (!passPerson) throw new PassMissingError();
  return passPerson;
});

/** The person behind an `Authorization` header. Throws PassMissingError, PassRefusedError, TrustBehindError. */
export function personOf(verifier: PassVerifier, authorization: string | string[] | undefined): PassPerson {
  const pass = /^Bearer ([A-Za-z0-9_.-]+)$/i.exec(
    typeof authorization === 'string' ? authorization : '',
  )?.[1];
  if (pass === undefined) throw new PassMissingError();
  if (!verifier.trust.isCurrent) throw new TrustBehindError();
  const check = verifier.verify(pass);
  if (!check.ok) throw new PassRefusedError(check.fault);
  return check.person;
}

/** Throws NotPermittedError, in the policies' words, unless the policies let this person do it now. */
export function demandPermission(
  { trust }: Pick<PassVerifier, 'trust'>,
  { person }: Pick<PassPerson, 'person'>,
  action: Action,
  resource: Resource,
): void {
  const request = { person, action, resource };
  const decision = authorise(request, trust.people, { at: new Date().toISOString() });
  if (decision.outcome === 'denied') throw new NotPermittedError({ request, decision });
}
