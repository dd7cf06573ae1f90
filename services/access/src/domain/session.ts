import { identityOf, type PeopleState } from '@bcmed/policy';
import { entryOf } from '@bcmed/policy';

/** Somebody who signed in, as it is kept. */
export interface Session {
  readonly id: string;
  readonly person: string;
  readonly credentialId: string;
  readonly openedMs: number;
  /** When it was last used, to within a tenth of the idle time. */
  readonly seenMs: number;
  readonly untilMs: number;
}

export interface SessionRules {
  readonly idleMs: number;
  readonly longestMs: number;
}

export type SessionEnd = 'expired' | 'revoked';

/** Why a session is over; undefined while it lasts. Asked at every request and at every change of people. */
export function endOf(
  session: Session,
  people: PeopleState,
  nowMs: number,
  { idleMs }: SessionRules,
): SessionEnd | undefined {
  if (!mayStay(session, people)) return 'revoked';
  return nowMs >= session.untilMs || nowMs - session.seenMs >= idleMs ? 'expired' : undefined;
}

/** The very authenticator that opened it must still hold, not merely another one of the person. */
function mayStay({ person, credentialId }: Session, people: PeopleState): boolean {
  const authenticator = entryOf(people.authenticators, credentialId);
  if (authenticator?.person !== person || entryOf(people.revokedAuthenticators, credentialId)) return false;
  if (authenticator.demonstration && !people.settings.allowDemonstration) return false;
  return !identityOf(people, person).revoked;
}

/** Whether the use of a session is worth writing down. */
export function isWorthNoting(session: Session, nowMs: number, { idleMs }: SessionRules): boolean {
  return nowMs - session.seenMs >= idleMs / 10;
}
