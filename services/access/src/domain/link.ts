import type { RoleWish } from './people.js';

/**
 * A one-time link by which one person enrols one authenticator. `claimed`: an authenticator was verified for it and is on its way to
 * the stream; after a kill the stream says whether it arrived.
 */
export interface Link {
  readonly id: string;
  readonly person: string;
  readonly roles: readonly RoleWish[];
  /** Person, `first-start`, or `demonstration`. */
  readonly createdBy: string;
  readonly expiresMs: number;
  readonly state: 'open' | 'claimed' | 'used' | 'void';
  readonly credentialId?: string | undefined;
}

/** Why a link may not be used. They all look alike from outside. */
export function faultOf(link: Link | undefined, nowMs: number): 'unknown' | 'used' | 'expired' | undefined {
  if (!link || link.state === 'void') return 'unknown';
  if (link.state !== 'open') return 'used';
  return nowMs >= link.expiresMs ? 'expired' : undefined;
}

/** What a claim that a kill interrupted has become: used when its authenticator stands on the stream, else open again. */
export function settled(link: Link, isEnrolled: (credentialId: string) => boolean): Link {
  if (link.state !== 'claimed') return link;
  const arrived = link.credentialId !== undefined && isEnrolled(link.credentialId);
  return arrived ? { ...link, state: 'used' } : { ...link, state: 'open', credentialId: undefined };
}
