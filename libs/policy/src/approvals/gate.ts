import type { PersonSignature } from '@bcmed/events';
import { authorise } from '../decisions/authorise.js';
import type { Action, Decision } from '../decisions/request.js';
import type { PeopleState } from '../people/state.js';
import { checkSignedText, type SignatureFault } from '../signatures/check.js';
import type { ApprovalCommand } from './decide.js';
import { signedTextOf, type ApprovalRequest, type ApprovalState } from './state.js';

/** What somebody must be allowed to do who approves it. */
export const APPROVAL_ACTION: Record<ApprovalRequest['purpose'], Action> = {
  'pump-order': 'approve-order',
  'alarm-threshold': 'approve-threshold',
  'library-release': 'release-library',
};

/** Whether a signature may become a grant, and why not. */
export type GrantCheck =
  | { readonly ok: true; readonly command: Extract<ApprovalCommand, { kind: 'grant' }> }
  | { readonly ok: false; readonly reason: 'not-requested' }
  | { readonly ok: false; readonly reason: 'signature'; readonly fault: SignatureFault | 'malformed' }
  | {
      readonly ok: false;
      readonly reason: 'permission';
      readonly decision: Extract<Decision, { outcome: 'denied' }>;
    };

/**
 * Makes the command `grant` of a signature that came from outside: it must hold over the very text that was requested, by somebody who
 * may approve it now and did not ask for it. The decider then sees to the rest (distinct, in time, once).
 */
export function checkGrant(
  state: ApprovalState,
  signature: PersonSignature,
  people: PeopleState,
  at: string,
): GrantCheck {
  if (state.phase === 'none') return { ok: false, reason: 'not-requested' };
  const { text, textHash } = state.request;
  const check = checkSignedText({ text, signatures: [signature] }, people);
  const [outcome] = check.outcomes;
  if (!outcome) return { ok: false, reason: 'signature', fault: 'malformed' };
  if (outcome.fault !== undefined) return { ok: false, reason: 'signature', fault: outcome.fault };
  const decision = mayApprove(state.request, outcome.person, people, at);
  if (decision.outcome === 'denied') return { ok: false, reason: 'permission', decision };
  return { ok: true, command: { kind: 'grant', at, textHash, person: outcome.person, signature } };
}

/**
 * People on whom an approval still stands: those whose signature holds, and for the approvers also who may approve, at this moment and
 * not when they signed. For the command `consume`, so that a revocation between the two counts.
 */
export function standingPeople(state: ApprovalState, people: PeopleState, at: string): readonly string[] {
  if (state.phase === 'none') return [];
  const { requestedBy } = state.request;
  return checkSignedText(signedTextOf(state), people).people.filter(
    (person) => person === requestedBy || mayApprove(state.request, person, people, at).outcome === 'allowed',
  );
}

function mayApprove(
  { purpose, unit, requestedBy }: ApprovalRequest,
  person: string,
  people: PeopleState,
  at: string,
): Decision {
  return authorise({ person, action: APPROVAL_ACTION[purpose], resource: { kind: 'unit', unit } }, people, {
    at,
    requestedBy,
  });
}
