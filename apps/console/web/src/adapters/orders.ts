import { textFault, type OrderWish } from '../domain/order-wish.ts';
import { ask, post, Problem } from './api.ts';
import { challengeOf, signChallenge, type Assertion } from './passkey.ts';

/** What dosing says of an order that was placed. */
export interface OrderAnswer {
  readonly infusionId: string;
  readonly orderId: string;
  readonly state: 'waiting' | 'authorised' | 'withdrawn';
  readonly commandId?: string;
  readonly needs?: { readonly signatures: number; readonly overrides: readonly string[] };
}

export interface PlacedOrder extends OrderAnswer {
  readonly text: string;
  readonly expiresAt: string;
  readonly assertion: Assertion;
}

interface TextToSign {
  readonly text: string;
  readonly challenge: string;
  readonly expiresAt: string;
  readonly relyingParty: string;
  readonly credentialIds: readonly string[];
}

/**
 * Has the text made, compares it with the wish, lets the person sign it, and places it. Throws Problem (of access or dosing) or
 * PasskeyError; nothing is sent before the passkey signed.
 */
export async function placeOrder(
  wish: OrderWish,
  site: string,
  person: string,
  goodForSeconds: number,
): Promise<PlacedOrder> {
  const made = await post<TextToSign>('/api/access/orders/texts', { ...wish, goodForSeconds });
  const fault = textFault(made.text, wish, site);
  if (fault !== undefined) throw new Problem(422, 'BCM-CONSOLE-TEXT-DIFFERS', 'Nothing was signed', fault);
  const challenge = await challengeOf(made.text);
  const assertion = await signChallenge(challenge, made.relyingParty, made.credentialIds);
  const order = { text: made.text, signatures: [{ ...assertion, person }] };
  const answer = await post<OrderAnswer>('/api/dosing/orders', { order });
  return { ...answer, text: made.text, expiresAt: made.expiresAt, assertion };
}

/** Asks others to sign the same text. */
export async function askForApproval(placed: PlacedOrder, unit: string): Promise<string> {
  const { text, assertion, expiresAt, needs } = placed;
  const approvalsNeeded = Math.max(1, needs?.signatures ?? 1);
  const wish = { text, signature: assertion, purpose: 'pump-order', unit, approvalsNeeded, expiresAt };
  return (await post<{ id: string }>('/api/access/approvals', wish)).id;
}

/** What would become of an order, without anything being said or done. */
export const checkOrder = (wish: OrderWish, signal: AbortSignal): Promise<unknown> =>
  ask('POST', '/api/dosing/orders/check', { wish }, signal);
