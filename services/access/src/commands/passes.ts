import { PASS_LIFE_SECONDS, signPass } from '@bcmed/site-trust';
import type { AccessIdentity } from '../adapters/identity.js';
import type { Clock } from '../adapters/clock.js';
import type { Session } from '../domain/session.js';

/** A pass and until when it is good. */
export interface IssuedPass {
  readonly pass: string;
  readonly expiresAt: string;
}

/**
 * Passes: what somebody who is signed in shows to the other services, which verify it without asking us. It is good for a minute, never
 * longer than the session, and for nothing once the end of the session or a revocation stands on the stream.
 */
export class Passes {
  constructor(
    private readonly site: string,
    private readonly identity: Pick<AccessIdentity, 'source' | 'sealer' | 'privateKey'>,
    private readonly clock: Clock,
  ) {}

  /** Demands a session that holds at this moment. */
  issue({ id: sid, person: sub, credentialId: cid, untilMs }: Session): IssuedPass {
    const iat = Math.floor(this.clock.nowMs() / 1_000);
    // In the last second of a session it is good for that second, as a pass that begins and ends at once is none.
    const exp = Math.max(iat + 1, Math.min(iat + PASS_LIFE_SECONDS, Math.floor(untilMs / 1_000)));
    const pass = signPass(
      { iss: this.identity.source, site: this.site, sub, sid, cid, iat, exp },
      this.identity,
    );
    return { pass, expiresAt: new Date(exp * 1_000).toISOString() };
  }
}
