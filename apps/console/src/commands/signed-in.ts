import type { IncomingMessage } from 'node:http';
import { TrustBehindError, type PassFault, type PassPerson, type PassVerifier } from '@bcmed/site-trust';
import type { Passes } from '../adapters/passes.js';
import { NotSignedInError } from '../errors.js';

/** Faults of somebody who is out for good; every other one is of a pass that is old, or ahead of what we have read. */
const OUT: ReadonlySet<PassFault> = new Set<PassFault>([
  'session-ended',
  'person-revoked',
  'authenticator-revoked',
  'demonstration',
]);
const TRIES = 3;
const PAUSE_MS = 250;

/** Who sits at the browser that asks. */
export class SignedIn {
  constructor(
    private readonly passes: Passes,
    private readonly verifier: PassVerifier,
  ) {}

  /** Throws NotSignedInError, TrustBehindError, and what reaching access throws. */
  async personOf({ headers: { cookie } }: Pick<IncomingMessage, 'headers'>): Promise<PassPerson> {
    for (let tries = TRIES; tries > 0; tries--) {
      if (!this.verifier.trust.isCurrent) break;
      const check = this.verifier.verify(await this.passes.of(cookie));
      if (check.ok) return check.person;
      this.passes.forget(cookie);
      if (OUT.has(check.fault)) throw new NotSignedInError();
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
    throw new TrustBehindError();
  }
}
