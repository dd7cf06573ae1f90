import { createHash, sign, type KeyObject } from 'node:crypto';
import type { PersonSignature } from '@bcmed/events';
import { keyIdOf, publicJwkOf } from '@bcmed/seal';
import { TextUnsignableError } from '../errors.js';

/** First line of what a key credential signs, so that the signature can stand for nothing else. */
export const KEY_SIGNATURE_DOMAIN = 'bcmed-order-v1';

/** SHA-256 of the text in UTF-8, base64url: the challenge of a passkey, and the name of the text in an approval. */
export function textHashOf(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('base64url');
}

/** What a key credential signs. */
export function keySignatureInput(text: string): Buffer {
  return Buffer.from(`${KEY_SIGNATURE_DOMAIN}\n${text}`, 'utf8');
}

/**
 * Signs a text as a key credential, for automation: `{ person, ...signTextWithKey(key, text) }` is a signature of that person.
 * Demands a P-256 key (else TypeError); throws {@link TextUnsignableError} for a text with half a surrogate pair.
 */
export function signTextWithKey(
  privateKey: KeyObject,
  text: string,
): Omit<Extract<PersonSignature, { kind: 'key' }>, 'person'> {
  if (!text.isWellFormed())
    throw new TextUnsignableError('The text holds half a surrogate pair, which UTF-8 cannot express.');
  const credentialId = keyIdOf(publicJwkOf(privateKey));
  const signature = sign('sha256', keySignatureInput(text), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return { kind: 'key', credentialId, signature: signature.toString('base64url') };
}
