import { authenticatorFault, type PeopleState } from '@bcmed/policy';

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
  // The very authenticator that opened it must still hold, not merely another one of the person.
  if (authenticatorFault(people, session)) return 'revoked';
  return nowMs >= session.untilMs || nowMs - session.seenMs >= idleMs ? 'expired' : undefined;
}

/** Whether the use of a session is worth writing down. */
export function isWorthNoting(session: Session, nowMs: number, { idleMs }: SessionRules): boolean {
  return nowMs - session.seenMs >= idleMs / 10;
}
