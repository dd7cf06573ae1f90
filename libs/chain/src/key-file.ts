import { createPrivateKey, generateKeyPairSync, randomUUID } from 'node:crypto';
import {
  closeSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs';
import { dirname } from 'node:path';
import { Wallet } from 'ethers';
import { KeyUnusableError } from './errors.js';

/**
 * The secp256k1 key of a validator (or of a sender) from its PEM file; on the first start the file does not exist and a new
 * key is made. PKCS#8, so that `openssl pkey -in … -text` reads it.
 *
 * The new file is durable (fsync of file and folder) before this returns, has mode 0600 and never replaces another: of two
 * that start at once both get the same key. An existing file is never changed. Throws `KeyUnusableError` for a file that
 * others may read, that is damaged, or that holds a key of another curve: a validator must not quietly become another one.
 */
export function loadOrCreateKey(path: string): Wallet {
  const found = load(path);
  if (found !== undefined) return found;
  create(path);
  const made = load(path);
  if (made === undefined) throw new KeyUnusableError(`${path}: it vanished while it was being made`);
  return made;
}

function load(path: string): Wallet | undefined {
  let pem: string;
  try {
    pem = readFileSync(path, 'utf8');
  } catch (cause) {
    if (isCode(cause, 'ENOENT')) return undefined;
    throw new KeyUnusableError(`${path}: it cannot be read`, { cause });
  }
  const mode = statSync(path).mode & 0o777;
  if ((mode & 0o077) !== 0) {
    throw new KeyUnusableError(
      `${path}: others may read it (mode ${mode.toString(8)}); chmod 600 it, and ask who did`,
    );
  }
  return parse(path, pem);
}

function parse(path: string, pem: string): Wallet {
  try {
    const key = createPrivateKey(pem).export({ format: 'jwk' });
    if (key.crv !== 'secp256k1' || key.d === undefined)
      throw new TypeError(`a key of ${key.crv ?? key.kty ?? 'nothing'}`);
    return new Wallet(`0x${Buffer.from(key.d, 'base64url').toString('hex').padStart(64, '0')}`);
  } catch (cause) {
    throw new KeyUnusableError(`${path}: not a secp256k1 private key`, { cause });
  }
}

function create(path: string): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'secp256k1' });
  const folder = dirname(path);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const draft = `${path}.${randomUUID()}`;
  writeDurably(draft, privateKey.export({ format: 'pem', type: 'pkcs8' }).toString());
  try {
    linkSync(draft, path);
  } catch (cause) {
    if (!isCode(cause, 'EEXIST')) throw cause;
  } finally {
    unlinkSync(draft);
  }
  const handle = openSync(folder, 'r');
  fsyncSync(handle);
  closeSync(handle);
}

function writeDurably(path: string, content: string): void {
  const handle = openSync(path, 'wx', 0o600);
  try {
    writeSync(handle, content);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}

function isCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
