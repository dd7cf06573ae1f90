import { pumpOrderText, type PumpOrder } from '@bcmed/events';

/** What makes a text unlike every other, and says how long it is good. Comes in with the command. */
export interface Freshness {
  readonly nonce: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/** What is wished of a pump; the rest of the order is the server's. */
export type OrderWish = Omit<PumpOrder, 'kind' | 'site' | 'nonce' | 'issuedAt' | 'expiresAt'>;

/** The exact text that a person signs for a pump. Throws what the schema of orders says (a ZodError). */
export function orderText(site: string, wish: OrderWish, freshness: Freshness): string {
  return JSON.stringify(pumpOrderText.parse({ kind: 'pump-order', site, ...wish, ...freshness }));
}

/** The exact text that a person signs to sign in. Its kind is no order's, so it can stand for none, and no order for it. */
export function signInText(site: string, audience: string, freshness: Freshness): string {
  return JSON.stringify({ kind: 'sign-in', site, audience, ...freshness });
}
