import { pumpOrderText } from '@bcmed/events';
import { isBefore } from '../people/queries.js';
import { textHashOf } from '../signatures/text.js';
import {
  evolveApproval,
  initialApproval,
  type ApprovalEvent,
  type ApprovalRequest,
  type ApprovalState,
  type Grant,
} from './state.js';

/** What can be wanted of an approval. `at` is RFC 3339, from the clock of whoever decides. */
export type ApprovalCommand =
  /** Demands that the requester's signature over the text was checked. */
  | ({ readonly kind: 'request'; readonly at: string } & Omit<ApprovalRequest, 'textHash'>)
  /** Made by `checkGrant`, which checks signature and permission. */
  | ({ readonly kind: 'grant'; readonly at: string; readonly textHash: string } & Grant)
  /** Demands that the person may approve. */
  | { readonly kind: 'refuse'; readonly at: string; readonly person: string; readonly reason: string }
  | { readonly kind: 'withdraw'; readonly at: string; readonly person: string; readonly reason: string }
  | { readonly kind: 'expire'; readonly at: string }
  | {
      readonly kind: 'consume';
      readonly at: string;
      readonly textHash: string;
      /** Id of the event that does what was approved; the same one may ask again. */
      readonly consumedBy: string;
      /** Whose signature and right still hold at this moment, from `standingPeople`. */
      readonly standing: readonly string[];
    };

/** Why not. A closed set. */
export type ApprovalRefusal =
  | 'requested-before'
  | 'not-requested'
  | 'unusable-request'
  | 'expired'
  | 'not-expired'
  | 'refused'
  | 'withdrawn'
  | 'consumed'
  | 'another-text'
  | 'own-request'
  | 'not-own-request'
  | 'wrong-person'
  | 'granted-before'
  | 'enough-approvals'
  | 'requester-not-standing'
  | 'approvals-missing';

export type ApprovalAnswer =
  | { readonly outcome: 'decided'; readonly events: readonly ApprovalEvent[] }
  | { readonly outcome: 'refused'; readonly reason: ApprovalRefusal };

/** With the requester's own, as many signatures as a signed text holds. */
const MOST_APPROVALS = 7;

/**
 * What an approval answers to a command. Pure. An approval is of one exact text, by different people none of whom asked for it,
 * until it expires, and is consumed once: the first `consumedBy` has it, and asking again with the same one says nothing new.
 */
export function answerApproval(command: ApprovalCommand, state: ApprovalState): ApprovalAnswer {
  if (command.kind === 'request')
    return state.phase === 'none' ? request(command) : refuse('requested-before');
  if (state.phase === 'none') return refuse('not-requested');
  if (command.kind === 'consume' && state.phase === 'consumed' && state.consumedBy === command.consumedBy)
    return state.request.textHash === command.textHash ? decide() : refuse('another-text');
  if (state.phase !== 'open') return refuse(state.phase);
  const { textHash, expiresAt, requestedBy } = state.request;
  const expired = !isBefore(command.at, expiresAt);
  if (command.kind === 'expire') {
    if (!expired) return refuse('not-expired');
    return decide({ name: 'approval-expired', data: { textHash, granted: state.grants.length } });
  }
  if (expired) return refuse('expired');
  switch (command.kind) {
    case 'grant':
      return grant(command, state);
    case 'refuse': {
      const { person: refusedBy, reason } = command;
      if (refusedBy === requestedBy) return refuse('own-request');
      return decide({ name: 'approval-refused', data: { textHash, refusedBy, reason } });
    }
    case 'withdraw': {
      const { person: withdrawnBy, reason } = command;
      if (withdrawnBy !== requestedBy) return refuse('not-own-request');
      return decide({ name: 'approval-withdrawn', data: { textHash, withdrawnBy, reason } });
    }
    case 'consume':
      return consume(command, state);
    default:
      return command satisfies never;
  }
}

const decide = (...events: readonly ApprovalEvent[]): ApprovalAnswer => ({ outcome: 'decided', events });
const refuse = (reason: ApprovalRefusal): ApprovalAnswer => ({ outcome: 'refused', reason });

type Open = Extract<ApprovalState, { phase: 'open' }>;

function request(command: Extract<ApprovalCommand, { kind: 'request' }>): ApprovalAnswer {
  const { kind: _kind, at, ...data } = command;
  const { text, signature, requestedBy, approvalsNeeded, expiresAt } = data;
  const countable = Number.isInteger(approvalsNeeded) && approvalsNeeded >= 1;
  if (!countable || approvalsNeeded > MOST_APPROVALS) return refuse('unusable-request');
  if (!text.isWellFormed() || signature.person !== requestedBy) return refuse('unusable-request');
  if (data.purpose === 'pump-order' && unitOfOrder(text) !== data.unit) return refuse('unusable-request');
  if (!isBefore(at, expiresAt)) return refuse('expired');
  return decide({ name: 'approval-requested', data: { ...data, textHash: textHashOf(text) } });
}

/** The unit that people sign is the one whose roles count. */
function unitOfOrder(text: string): string | undefined {
  try {
    return pumpOrderText.safeParse(JSON.parse(text)).data?.unit;
  } catch {
    return undefined;
  }
}

function grant(
  { person, signature, textHash }: Extract<ApprovalCommand, { kind: 'grant' }>,
  { request: { textHash: wanted, requestedBy, approvalsNeeded }, grants }: Open,
): ApprovalAnswer {
  if (textHash !== wanted) return refuse('another-text');
  if (signature.person !== person) return refuse('wrong-person');
  if (person === requestedBy) return refuse('own-request');
  if (grants.some((earlier) => earlier.person === person)) return refuse('granted-before');
  if (grants.length >= MOST_APPROVALS) return refuse('enough-approvals');
  const stillNeeded = Math.max(0, approvalsNeeded - grants.length - 1);
  return decide({ name: 'approval-granted', data: { textHash, grantedBy: person, signature, stillNeeded } });
}

function consume(
  { textHash, consumedBy, standing }: Extract<ApprovalCommand, { kind: 'consume' }>,
  { request: { textHash: wanted, requestedBy, approvalsNeeded }, grants }: Open,
): ApprovalAnswer {
  if (textHash !== wanted) return refuse('another-text');
  if (!standing.includes(requestedBy)) return refuse('requester-not-standing');
  const approvedBy = grants.map(({ person }) => person).filter((person) => standing.includes(person));
  if (approvedBy.length < approvalsNeeded) return refuse('approvals-missing');
  return decide({ name: 'approval-consumed', data: { textHash, consumedBy, approvedBy } });
}

/**
 * The decider for `runDecision` of `@bcmed/event-log`. No event means that nothing is to be said: ask {@link answerApproval} with the
 * state that the run returned whether it was a refusal, and which.
 */
export const approvalDecider = {
  initialState: initialApproval,
  evolve: evolveApproval,
  decide(command: ApprovalCommand, state: ApprovalState): readonly ApprovalEvent[] {
    const answer = answerApproval(command, state);
    return answer.outcome === 'decided' ? answer.events : [];
  },
};
