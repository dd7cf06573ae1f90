import { pumpOrderText, toToken, type PumpOrder } from '@bcmed/events';
import type { DataOf } from './events.js';

/** Why a command is not carried out, and the words for people. */
export interface Refusal {
  readonly reason: DataOf<'command-failed'>['reason'];
  readonly detail: string;
}

/** An order lives no longer than this, whatever it says: its nonce must be remembered for as long. */
export const LONGEST_LIFE_MS = 10 * 60_000;
/** What the clocks of the one who signs and of the adapter may differ. */
const CLOCKS_DIFFER_MS = 5_000;

export type ReadOrder =
  | { readonly order: PumpOrder; readonly refusal?: never }
  | { readonly order?: never; readonly refusal: Refusal };

/** Reads the text that people signed. Nothing beside the text says what to do. */
export function readOrder(text: string): ReadOrder {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { refusal: { reason: 'text-unreadable', detail: 'the text is not JSON' } };
  }
  const parsed = pumpOrderText.safeParse(value);
  if (parsed.success) return { order: parsed.data };
  const detail = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return { refusal: { reason: 'text-unreadable', detail: detail.slice(0, 256) } };
}

/** Whether the order is for this pump, at this site. */
export function misdirected(
  order: PumpOrder,
  here: { readonly site: string; readonly entity: string },
): Refusal | undefined {
  const wrong = (detail: string): Refusal => ({ reason: 'wrong-pump', detail });
  if (toToken(order.pump) !== here.entity) return wrong(`the text is for pump ${order.pump}`);
  if (order.site !== here.site) return wrong(`the text is for site ${order.site}, this is ${here.site}`);
  return undefined;
}

/** From when to when an order says that it may be carried out, milliseconds since 1970. */
export interface Life {
  readonly issuedMs: number;
  readonly expiresMs: number;
}

/** Whether the order is fresh at this time, by the adapter's clock. A clock that is ahead keeps nobody from a stop. */
export function notFresh({ issuedMs, expiresMs }: Life, nowMs: number, isStop: boolean): Refusal | undefined {
  if (!isStop && issuedMs > nowMs + CLOCKS_DIFFER_MS)
    return { reason: 'issued-in-future', detail: `issued ${inSeconds(issuedMs - nowMs)} from now` };
  if (expiresMs - issuedMs > LONGEST_LIFE_MS)
    return { reason: 'expired', detail: 'it would live for more than 10 minutes' };
  if (expiresMs <= nowMs) return { reason: 'expired', detail: `expired ${inSeconds(nowMs - expiresMs)} ago` };
  return undefined;
}

function inSeconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
