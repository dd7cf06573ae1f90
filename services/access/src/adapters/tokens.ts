import { createHash, randomBytes } from 'node:crypto';

/** 256 random bits, as links, sessions and nonces need them. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

/** All that is kept of a token. A plain hash: what is hashed has 256 random bits, nobody guesses it. */
export function hashOfToken(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/** A new pseudonym: says nothing of who it is. */
export function newPseudonym(prefix = 'person-'): string {
  return `${prefix}${randomBytes(8).toString('hex')}`;
}
