import type { ApprovalRefusal } from '@bcmed/policy';
import type { EmergencyRefusal } from '../domain/emergency.js';
import type { Answer, Fact } from '../domain/fact.js';
import type { PeopleRefusal } from '../domain/people.js';
import { NotFoundError, NotPossibleError } from '../errors.js';

type Refusal = PeopleRefusal | EmergencyRefusal | ApprovalRefusal;

const NOT_FOUND: ReadonlySet<Refusal> = new Set([
  'person-unknown',
  'authenticator-unknown',
  'unknown',
  'not-requested',
]);

const WORDS: Readonly<Record<Refusal, string>> = {
  'somebody-exists': 'Somebody was enrolled already: the first start is over.',
  'person-unknown': 'Nobody of this pseudonym was ever enrolled.',
  'person-revoked':
    'The person was revoked, which is for good. Somebody who comes back gets a new pseudonym.',
  'has-authenticator': 'The person has an authenticator. Revoke it before another one is enrolled.',
  'authenticator-taken': 'The authenticator or its key was enrolled before. Make a new one.',
  'authenticator-unknown': 'The person has no such authenticator.',
  'role-ends-before': 'The role would have ended already: give a later `until`.',
  'role-not-held': 'The person does not have this role there.',
  'last-administrator':
    'This is the last administrator of the site. Make somebody else one, without an end, beforehand.',
  unknown: 'There is no such emergency access, or it was reviewed.',
  'open-already': 'You have emergency access to this patient already.',
  'still-open': 'The emergency access is still open: it is reviewed when it is over.',
  closed: 'The emergency access is over.',
  'not-expired': 'Its time is not over yet.',
  'requested-before': 'The approval was requested before.',
  'not-requested': 'There is no such approval.',
  'unusable-request':
    'The request does not fit its text: the unit must be that of the order, and one to seven approvals are needed.',
  expired: 'Its time is over.',
  refused: 'Somebody has said no, and that ended it.',
  withdrawn: 'It was withdrawn.',
  consumed: 'It was consumed: what was approved is being done.',
  'another-text': 'It is of another text.',
  'own-request': 'Nobody approves or refuses what they asked for.',
  'not-own-request': 'Only the one who asked can do this.',
  'wrong-person': 'The signature is of somebody else.',
  'granted-before': 'You have approved it before.',
  'enough-approvals': 'It has as many approvals as it can hold.',
  'requester-not-standing': 'The signature of the one who asked does not hold any more.',
  'approvals-missing': 'Too few approvals hold at this moment.',
};

/** The facts of an answer; throws NotFoundError or NotPossibleError for a refusal. */
export function demandPossible(answer: Answer<Refusal>): readonly Fact[] {
  if (answer.outcome === 'decided') return answer.facts;
  const { reason } = answer;
  if (NOT_FOUND.has(reason)) throw new NotFoundError(WORDS[reason]);
  throw new NotPossibleError(`${reason}: ${WORDS[reason]}`);
}
