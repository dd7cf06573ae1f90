/** What names a stop: which pump, of which unit, and what makes the text unlike every other. */
export interface StopParts {
  readonly site: string;
  readonly pump: string;
  readonly unit: string;
  /** At least 16 random bytes, base64url. */
  readonly nonce: string;
  readonly issuedAt: string;
  readonly expiresAt: string;
}

/**
 * The exact text of a stop. It is made in the browser, since a stop waits for no service but the one that carries it: a pump, no
 * dose, no library, no permission.
 */
export const stopText = ({ site, pump, unit, nonce, issuedAt, expiresAt }: StopParts): string =>
  JSON.stringify({ kind: 'pump-order', site, pump, unit, action: 'stop', nonce, issuedAt, expiresAt });
