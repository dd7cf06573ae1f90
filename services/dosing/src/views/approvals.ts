import {
  ApprovalConsumed,
  ApprovalExpired,
  ApprovalGranted,
  ApprovalRefused,
  ApprovalRequested,
  ApprovalWithdrawn,
  isEvent,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import { evolveApproval, initialApproval, type ApprovalEvent, type ApprovalState } from '@bcmed/policy';

const DEFINITIONS: readonly EventDefinition[] = [
  ApprovalRequested,
  ApprovalGranted,
  ApprovalRefused,
  ApprovalWithdrawn,
  ApprovalExpired,
  ApprovalConsumed,
];

/** Approvals that may still be used, as the access service tells. */
export class Approvals {
  readonly #open = new Map<string, ApprovalState>();

  take(event: StreamEvent): void {
    const definition = DEFINITIONS.find((one) => isEvent(event, one));
    if (definition === undefined) return;
    // The definition of this name has parsed the data.
    const happened = { name: definition.name, data: event.data } as ApprovalEvent;
    const state = evolveApproval(this.#open.get(event.subject) ?? initialApproval, happened);
    if (state.phase === 'open') this.#open.set(event.subject, state);
    else this.#open.delete(event.subject);
    if (isEvent(event, ApprovalRequested)) this.#forget(event.time);
  }

  get open(): Iterable<readonly [id: string, state: ApprovalState]> {
    return [...this.#open];
  }

  with(id: string): ApprovalState {
    return this.#open.get(id) ?? initialApproval;
  }

  /** What has expired before anybody asked anew can never be used again. */
  #forget(time: string): void {
    for (const [id, state] of this.#open)
      if (state.phase === 'open' && state.request.expiresAt < time) this.#open.delete(id);
  }
}
