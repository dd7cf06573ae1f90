import type { Channel } from './episode-events.js';
import type { Priority } from './priority.js';

/** One notification on one way, until there is a receipt or it is given up. */
export interface Parcel {
  /** Idempotency key, the same at every try. */
  readonly key: string;
  readonly episode: string;
  readonly channel: Channel;
  readonly notification: number;
  readonly reason: 'raised' | 'changed' | 'escalated' | 'resolved';
  readonly step: number;
  readonly priority: Priority;
  /** When it was decided to notify; receipts are measured from here. */
  readonly decidedMs: number;
  /** When it came into being here; its age counts from this. */
  readonly createdMs: number;
  readonly attempts: number;
  /** What is delivered, as it was when it was decided: the same bytes at every try. */
  readonly body: string;
  /** Its number in the feed of server-sent events. */
  readonly feed: number;
}

/** What a way says about one try. */
export type Outcome =
  | { readonly ok: true; readonly receipt: string }
  | { readonly ok: false; readonly retry: boolean; readonly detail: string };

export interface DeliveryRules {
  readonly retryPausesMs: readonly [number, ...number[]];
  readonly ageLimitMs: number;
}

export const DELIVERY_DEFAULTS: DeliveryRules = {
  retryPausesMs: [500, 1_000, 2_000, 5_000, 10_000, 30_000],
  ageLimitMs: 900_000,
};

/** What becomes of a parcel after a try. */
export type Next =
  | { readonly kind: 'delivered'; readonly receipt: string }
  | { readonly kind: 'again'; readonly atMs: number; readonly tell: boolean; readonly detail: string }
  | { readonly kind: 'given-up'; readonly detail: string };

export function afterTry(
  { attempts, createdMs }: Pick<Parcel, 'attempts' | 'createdMs'>,
  outcome: Outcome,
  nowMs: number,
  { retryPausesMs, ageLimitMs }: DeliveryRules,
): Next {
  if (outcome.ok) return { kind: 'delivered', receipt: outcome.receipt };
  const { detail } = outcome;
  if (!outcome.retry) return { kind: 'given-up', detail };
  const pause = retryPausesMs[Math.min(attempts, retryPausesMs.length - 1)] ?? retryPausesMs[0];
  const atMs = nowMs + pause;
  if (atMs - createdMs > ageLimitMs) return { kind: 'given-up', detail: `${detail}; too old to try again` };
  // The first failure is an event; the ones after it would only repeat it.
  return { kind: 'again', atMs, tell: attempts === 0, detail };
}

/** Whether nobody needs this any more: its episode ended and it says something else. A high one is delivered all the same. */
export function isSuperseded(parcel: Pick<Parcel, 'reason' | 'priority'>, episodeIsClosed: boolean): boolean {
  return episodeIsClosed && parcel.reason !== 'resolved' && parcel.priority !== 'high';
}
