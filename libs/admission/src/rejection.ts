import type { LeafException } from '@bcmed/events';
import { RULE_SET } from './types.js';

/**
 * The bytes of a rejection leaf: a JSON object with its members in this order, so that everybody makes the same bytes.
 * A sealed entry begins with the header of a JWS (`eyJ…`), a rejection with `{`: no leaf can be read as the other kind.
 */
export function rejectionLeaf(exception: LeafException): Uint8Array {
  const { position, reason, of, entryHash } = exception;
  return Buffer.from(
    JSON.stringify({ bcmed: 'rejection', ruleSet: RULE_SET, position, reason, of, entryHash }),
    'utf8',
  );
}
