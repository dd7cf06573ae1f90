import type {
  ApprovalConsumed,
  ApprovalExpired,
  ApprovalGranted,
  ApprovalRefused,
  ApprovalRequested,
  ApprovalWithdrawn,
  PersonSignature,
  SignedText,
} from '@bcmed/events';
import type { z } from 'zod';

type Happened<Name extends string, Definition extends { readonly data: z.ZodObject }> = {
  readonly name: Name;
  readonly data: Readonly<z.infer<Definition['data']>>;
};

/** What happens to an approval, before it has an envelope and a seal; the names are those of the catalogue. */
export type ApprovalEvent =
  | Happened<'approval-requested', typeof ApprovalRequested>
  | Happened<'approval-granted', typeof ApprovalGranted>
  | Happened<'approval-refused', typeof ApprovalRefused>
  | Happened<'approval-withdrawn', typeof ApprovalWithdrawn>
  | Happened<'approval-expired', typeof ApprovalExpired>
  | Happened<'approval-consumed', typeof ApprovalConsumed>;

export type ApprovalRequest = Extract<ApprovalEvent, { name: 'approval-requested' }>['data'];

export interface Grant {
  readonly person: string;
  readonly signature: PersonSignature;
}

/** An approval from its request to its end. `open` says nothing of how many have granted. */
export type ApprovalState =
  | { readonly phase: 'none' }
  | { readonly phase: 'open'; readonly request: ApprovalRequest; readonly grants: readonly Grant[] }
  | {
      readonly phase: 'consumed';
      readonly request: ApprovalRequest;
      readonly grants: readonly Grant[];
      readonly consumedBy: string;
    }
  | {
      readonly phase: 'refused' | 'withdrawn' | 'expired';
      readonly request: ApprovalRequest;
      readonly grants: readonly Grant[];
    };

export const initialApproval: ApprovalState = { phase: 'none' };

/** What an event makes of an approval. What does not fit the state changes nothing, and an end is an end. */
export function evolveApproval(state: ApprovalState, event: ApprovalEvent): ApprovalState {
  if (event.name === 'approval-requested') {
    return state.phase === 'none' ? { phase: 'open', request: event.data, grants: [] } : state;
  }
  if (state.phase !== 'open') return state;
  const { request, grants } = state;
  switch (event.name) {
    case 'approval-granted': {
      const { grantedBy: person, signature, textHash } = event.data;
      const counted = person === request.requestedBy || grants.some((earlier) => earlier.person === person);
      if (counted || textHash !== request.textHash) return state;
      return { ...state, grants: [...grants, { person, signature }] };
    }
    case 'approval-refused':
      return { phase: 'refused', request, grants };
    case 'approval-withdrawn':
      return { phase: 'withdrawn', request, grants };
    case 'approval-expired':
      return { phase: 'expired', request, grants };
    case 'approval-consumed':
      return { phase: 'consumed', request, grants, consumedBy: event.data.consumedBy };
    default:
      return event satisfies never;
  }
}

/** The text with every signature that was given, the requester's first: what a command carries. */
export function signedTextOf(state: Exclude<ApprovalState, { phase: 'none' }>): SignedText {
  const { text, signature } = state.request;
  return { text, signatures: [signature, ...state.grants.map((grant) => grant.signature)] };
}
