import { REPAIRABLE_REFUSALS } from '@bcmed/events';
import type { Authorisation, Delivery, DosingEvent, PlacedOrder, SoftLimit } from './events.js';

/** An order that waits for its authorisation. */
export interface PendingOrder extends PlacedOrder {
  readonly overridden: readonly SoftLimit[];
}

/** What one infusion is for; its first order says so, and no later one may differ. */
export interface EpisodeSubject {
  readonly pump: string;
  readonly patient: string | undefined;
  readonly drug: string;
}

/** One infusion: ordered → authorised → running ⇄ held → closed. */
export interface Infusion {
  readonly subject: EpisodeSubject | undefined;
  readonly pending: PendingOrder | undefined;
  /** What the pump may do now. A later authorisation replaces it; a stop ends it. */
  readonly authorised: (Authorisation & { readonly placed: PlacedOrder }) | undefined;
  /** The last bolus; it comes beside what is authorised and leaves it as it is. */
  readonly bolus: (Authorisation & { readonly placed: PlacedOrder }) | undefined;
  readonly delivery: Delivery;
  readonly everDelivered: boolean;
  readonly closed: boolean;
  /** Every nonce that an order of this infusion had. */
  readonly nonces: readonly string[];
}

export const initialState: Infusion = {
  subject: undefined,
  pending: undefined,
  authorised: undefined,
  bolus: undefined,
  delivery: 'unknown',
  everDelivered: false,
  closed: false,
  nonces: [],
};

export type Phase = 'none' | 'ordered' | 'authorised' | 'running' | 'held' | 'closed';

/** Where an infusion stands. What the pump does outweighs what it may do: a pump that runs without authorisation runs. */
export function phaseOf(state: Infusion): Phase {
  if (state.closed) return 'closed';
  if (state.delivery === 'running') return 'running';
  if (state.delivery === 'held' && (state.everDelivered || state.authorised !== undefined)) return 'held';
  if (state.authorised !== undefined) return 'authorised';
  return state.pending === undefined ? 'none' : 'ordered';
}

/** The authorisation of this order, be it of a rate or of a bolus, while it stands. */
export function authorisationFor(state: Infusion, orderId: string): Infusion['authorised'] {
  return [state.authorised, state.bolus].find((each) => each?.orderId === orderId);
}

/** The infusion after one more event. Total: any event is applied to any state, and none throws. */
export function evolve(state: Infusion, event: DosingEvent): Infusion {
  switch (event.name) {
    case 'order-placed': {
      const { pump, patient, drug, nonce } = event.data;
      const pending = { ...event.data, overridden: [] };
      const subject = state.subject ?? { pump, patient, drug };
      return { ...state, subject, pending, nonces: [...state.nonces, nonce] };
    }
    case 'order-refused': {
      const ends =
        !REPAIRABLE_REFUSALS.has(event.data.reason) && state.pending?.orderId === event.data.orderId;
      return ends ? { ...state, pending: undefined } : state;
    }
    case 'limit-overridden':
      if (state.pending?.orderId !== event.data.orderId) return state;
      return { ...state, pending: { ...state.pending, overridden: event.data.limits } };
    case 'infusion-authorised': {
      if (state.pending?.orderId !== event.data.orderId) return state;
      const { overridden: _, ...placed } = state.pending;
      const given = { ...event.data, placed };
      if (event.data.action === 'bolus') return { ...state, pending: undefined, bolus: given };
      return { ...state, pending: undefined, authorised: given };
    }
    case 'authorisation-withdrawn': {
      const { orderId } = event.data;
      const pending = state.pending?.orderId === orderId ? undefined : state.pending;
      const authorised = state.authorised?.orderId === orderId ? undefined : state.authorised;
      const bolus = state.bolus?.orderId === orderId ? undefined : state.bolus;
      return { ...state, pending, authorised, bolus };
    }
    case 'response-assessed': {
      const { delivery } = event.data;
      return { ...state, delivery, everDelivered: state.everDelivered || delivery === 'running' };
    }
    case 'infusion-closed':
      return { ...state, pending: undefined, authorised: undefined, closed: true };
    case 'command-authorised':
    case 'stop-ordered':
      // They belong to the pump; what they mean for the infusion stands in the event beside them.
      return state;
    default:
      return event satisfies never;
  }
}
