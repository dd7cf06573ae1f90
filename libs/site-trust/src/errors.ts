import type { Decision, PolicyRequest } from '@bcmed/policy';
import type { PassFault } from './pass/pass-verifier.js';

/** Everything that this library itself throws. */
export abstract class TrustError extends Error {
  abstract readonly code: `BCM-TRUST-${string}`;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Nobody says who asks. */
export class PassMissingError extends TrustError {
  readonly code = 'BCM-TRUST-PASS-MISSING';

  constructor() {
    super('Say who asks: sign in at access and send its pass as "Authorization: Bearer <pass>".');
  }
}

/** A pass does not hold; the fault is a stable word. */
export class PassRefusedError extends TrustError {
  readonly code = 'BCM-TRUST-PASS-REFUSED';

  constructor(readonly fault: PassFault) {
    super(`The pass does not hold (${fault}): get a new one at access, and sign in again if it gives none.`);
  }
}

/** What the policies were asked, and their no. */
export interface Denial {
  readonly request: PolicyRequest;
  readonly decision: Extract<Decision, { readonly outcome: 'denied' }>;
}

/** The policies do not let this person do it; the message is in their words. */
export class NotPermittedError extends TrustError {
  readonly code = 'BCM-TRUST-NOT-PERMITTED';

  constructor(readonly denial: Denial) {
    super(denial.decision.words);
  }
}

/** The stream is not followed now, so a revocation might be missed: nobody is believed meanwhile. */
export class TrustBehindError extends TrustError {
  readonly code = 'BCM-TRUST-BEHIND';

  constructor() {
    super('What the site says of keys and people is not current now. Try again in a moment.');
  }
}

/** Which HTTP status each of them has: to be spread into a service's own table. */
export const TRUST_STATUS_OF_CODE = {
  'BCM-TRUST-PASS-MISSING': 401,
  'BCM-TRUST-PASS-REFUSED': 401,
  'BCM-TRUST-NOT-PERMITTED': 403,
  'BCM-TRUST-BEHIND': 503,
} as const;
