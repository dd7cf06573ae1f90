import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
} from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { KeyFileError } from './errors.js';

/** Public half of a P-256 key as RFC 7517 writes it; only these members, so that two equal keys are equal text. */
export interface PublicJwk {
  readonly kty: 'EC';
  readonly crv: 'P-256';
  readonly x: string;
  readonly y: string;
}

/** Name of a key: the RFC 7638 thumbprint (SHA-256, base64url) of its public half, so a name cannot lie. */
export type KeyId = string & { readonly __brand: 'KeyId' };

/** Thumbprint of a public key: members in lexicographic order, no white space (RFC 7638 section 3). */
export function keyIdOf(jwk: PublicJwk): KeyId {
  const canonical = `{"crv":"${jwk.crv}","kty":"${jwk.kty}","x":"${jwk.x}","y":"${jwk.y}"}`;
  return createHash('sha256').update(canonical).digest('base64url') as KeyId;
}

/** The thumbprint as a subject token: the same 32 bytes in hexadecimal, since a token has no capitals. */
export function keyToken(keyId: KeyId): string {
  return Buffer.from(keyId, 'base64url').toString('hex');
}

/** Whether a text has the form of a {@link KeyId}; for configuration and command lines. */
export function isKeyId(text: string): text is KeyId {
  return /^[A-Za-z0-9_-]{43}$/.test(text);
}

/** Public half of a key object. Demands a P-256 key; anything else is a programming error and throws. */
export function publicJwkOf(key: KeyObject): PublicJwk {
  const publicKey = key.type === 'private' ? createPublicKey(key) : key;
  const { kty, crv, x, y } = publicKey.export({ format: 'jwk' });
  if (kty !== 'EC' || crv !== 'P-256' || x === undefined || y === undefined) {
    throw new TypeError(`A seal needs a P-256 key, this one is ${String(kty)} ${String(crv)}.`);
  }
  return { kty, crv, x, y };
}

/** Importing a key costs 22 µs: do it once for each credential and keep the object. Returns undefined for a point off the curve. */
export function importPublicKey(jwk: PublicJwk): KeyObject | undefined {
  try {
    return createPublicKey({ key: { ...jwk }, format: 'jwk' });
  } catch {
    return undefined;
  }
}

/** A fresh P-256 key pair from the operating system's randomness. */
export function generatePrivateKey(): KeyObject {
  return generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
}

/**
 * The key that this file holds; made on the first call.
 *
 * The file is PKCS #8 PEM with mode 0600 and is on disk (fsync of file and folder) before the key is used for the first time:
 * a key that signed something is never lost to a power cut. Refuses a file that others may read, because a key that
 * was open to others proves nothing. Throws {@link KeyFileError}.
 */
export function loadOrCreatePrivateKey(path: string): KeyObject {
  const existing = readKeyFile(path);
  if (existing) return existing;
  const key = generatePrivateKey();
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, 'wx', 0o600);
  try {
    writeSync(file, key.export({ type: 'pkcs8', format: 'pem' }).toString());
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  const folder = openSync(dirname(path), 'r');
  fsyncSync(folder);
  closeSync(folder);
  return key;
}

function readKeyFile(path: string): KeyObject | undefined {
  try {
    const mode = statSync(path).mode & 0o077;
    if (mode !== 0) {
      throw new KeyFileError(
        `${path} may be read by others (mode ${mode.toString(8)}). Run: chmod 600 ${path}`,
      );
    }
    return createPrivateKey(readFileSync(path));
  } catch (cause) {
    if (cause instanceof KeyFileError) throw cause;
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new KeyFileError(`${path} is not a readable PEM private key: ${String(cause)}`, { cause });
  }
}
