import type { IncomingMessage } from 'node:http';
import { TrustBehindError, type PassPerson, type PassVerifier } from '@bcmed/site-trust';
import type { Passes } from '../adapters/passes.js';
import { NotSignedInError } from '../errors.js';

/** Who sits at the browser that asks. */
export class SignedIn {
  constructor(
    private readonly passes: Passes,
    private readonly verifier: PassVerifier,
  ) {}

  /** Throws NotSignedInError, TrustBehindError, and what reaching access throws. */
  async personOf(request: IncomingMessage): Promise<PassPerson> {
    const { cookie } = request.headers;
    if (!this.verifier.trust.isCurrent) throw new TrustBehindError();
    const pass = await this.passes.of(cookie);
    const check = this.verifier.verify(pass);
    if (check.ok) return check.person;
    this.passes.forget(cookie);
    throw new NotSignedInError();
  }
}
