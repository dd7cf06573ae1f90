import { sign, verify, type KeyObject } from 'node:crypto';
import { EntryTooLargeError } from './errors.js';
import { keyIdOf, publicJwkOf, type KeyId, type PublicJwk } from './keys.js';

/** `typ` of the protected header: what kind of thing was signed, so that a signature cannot be reused for another. */
export const SEAL_TYPE = 'bcmed-event+json';

/** An entry is kept in C2SP tlog-tiles, whose length prefix has 16 bits. */
export const MAX_ENTRY_BYTES = 65_535;

const LINE_FEED = 0x0a;

/** Signs bodies with one private key. Stateless and safe to share. */
export interface Sealer {
  readonly keyId: KeyId;
  readonly publicJwk: PublicJwk;
  /**
   * The compact detached JWS over exactly these bytes (RFC 7515 appendix F with RFC 7797 `b64:false`).
   * Throws EntryTooLargeError when seal, line feed and body exceed the sealer's limit; nothing is signed then.
   */
  seal(body: Uint8Array): string;
}

/** Why a seal was not believed. The words are part of rejection records: they never change their meaning. */
export type SealFault = 'malformed-seal' | 'unsupported-header' | 'unknown-key' | 'bad-signature';

/** Outcome of a check. `keyId` is present as soon as the header could be read, for the report. */
export type SealCheck =
  | { readonly ok: true; readonly keyId: KeyId }
  | { readonly ok: false; readonly fault: SealFault; readonly keyId?: KeyId };

/**
 * Makes a {@link Sealer}. The protected header is fixed for a key, so it is encoded once. The limit is that of a ledger
 * entry; only what never becomes one (the confirmation of a block) may be given a larger limit.
 */
export function createSealer(privateKey: KeyObject, limitBytes = MAX_ENTRY_BYTES): Sealer {
  const publicJwk = publicJwkOf(privateKey);
  const keyId = keyIdOf(publicJwk);
  const header = Buffer.from(
    JSON.stringify({ alg: 'ES256', kid: keyId, typ: SEAL_TYPE, b64: false, crit: ['b64'] }),
  ).toString('base64url');
  return {
    keyId,
    publicJwk,
    seal(body) {
      const size = header.length + 2 + 86 + 1 + body.length;
      if (size > limitBytes) {
        throw new EntryTooLargeError(
          `The event has ${size} bytes with its seal; at most ${limitBytes} are allowed.`,
        );
      }
      const signature = sign('sha256', signingInput(header, body), {
        key: privateKey,
        dsaEncoding: 'ieee-p1363',
      });
      return `${header}..${signature.toString('base64url')}`;
    },
  };
}

/** Which key a name stands for at the position in question; undefined when it is not known there. */
export type KeyLookup = (keyId: KeyId) => KeyObject | undefined;

/**
 * Checks a seal against the bytes that arrived. Never throws, whatever the bytes are; the bytes are never re-serialised.
 * `ahead` may know the outcome of the signature already, from the same bytes under the same key; everything else is judged here.
 */
export function checkSeal(
  seal: string,
  body: Uint8Array,
  keyOf: KeyLookup,
  ahead?: SignaturesAhead,
): SealCheck {
  const read = readSeal(seal, keyOf);
  if ('fault' in read) return { ok: false, ...read };
  const { keyId, key, header, signature } = read;
  const good =
    ahead?.outcome(seal, body, key) ??
    verify('sha256', signingInput(header, body), { key, dsaEncoding: 'ieee-p1363' }, signature);
  return good ? { ok: true, keyId } : { ok: false, fault: 'bad-signature', keyId };
}

/**
 * Signatures that were checked before anybody asked, on the other processors of the machine: a signature costs more than all
 * other rules together. Holds outcomes only for as long as the body's bytes are referenced; changes nothing about what is believed.
 */
export class SignaturesAhead {
  readonly #outcomes = new WeakMap<
    Uint8Array,
    { readonly seal: string; readonly key: KeyObject; readonly good: boolean }
  >();

  /** Resolves when every signature whose key is known was checked. The bodies must not change afterwards. Never rejects. */
  async check(
    entries: readonly { readonly seal: string; readonly body: Uint8Array }[],
    keyOf: KeyLookup,
  ): Promise<void> {
    await Promise.all(entries.map((entry) => this.#checkOne(entry, keyOf)));
  }

  /** What was found for these very bytes under this very key; undefined when nothing was. */
  outcome(seal: string, body: Uint8Array, key: KeyObject): boolean | undefined {
    const found = this.#outcomes.get(body);
    return found?.seal === seal && found.key === key ? found.good : undefined;
  }

  #checkOne(
    { seal, body }: { readonly seal: string; readonly body: Uint8Array },
    keyOf: KeyLookup,
  ): Promise<void> {
    const read = readSeal(seal, keyOf);
    if ('fault' in read) return Promise.resolve();
    const { key, header, signature } = read;
    return new Promise((resolve) => {
      verify(
        'sha256',
        signingInput(header, body),
        { key, dsaEncoding: 'ieee-p1363' },
        signature,
        (error, good) => {
          if (!error) this.#outcomes.set(body, { seal, key, good });
          resolve();
        },
      );
    });
  }
}

interface ReadSeal {
  readonly keyId: KeyId;
  readonly key: KeyObject;
  /** The protected header as it was sent, encoded. */
  readonly header: string;
  readonly signature: Buffer;
}

function readSeal(
  seal: string,
  keyOf: KeyLookup,
): ReadSeal | { readonly fault: SealFault; readonly keyId?: KeyId } {
  const parts = /^([A-Za-z0-9_-]{1,1024})\.\.([A-Za-z0-9_-]{86})$/.exec(seal);
  if (!parts?.[1] || !parts[2]) return { fault: 'malformed-seal' };
  const keyId = readHeader(parts[1]);
  if (keyId === undefined) return { fault: 'unsupported-header' };
  const key = keyOf(keyId);
  if (!key) return { fault: 'unknown-key', keyId };
  const signature = Buffer.from(parts[2], 'base64url');
  // 86 characters carry 4 bits more than 64 bytes have: a seal whose spare bits are set is another text for the same signature.
  if (signature.toString('base64url') !== parts[2]) return { fault: 'malformed-seal', keyId };
  return { keyId, key, header: parts[1], signature };
}

/** The bytes of a ledger entry: the seal, one line feed, the body. These are what the Merkle leaf hashes. */
export function entryBytes(seal: string, body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${seal}\n`, 'latin1'), body]);
}

/** Takes an entry apart again; undefined when there is no line feed. */
export function splitEntry(
  entry: Uint8Array,
): { readonly seal: string; readonly body: Uint8Array } | undefined {
  const cut = entry.indexOf(LINE_FEED);
  if (cut < 0) return undefined;
  return { seal: Buffer.from(entry.subarray(0, cut)).toString('latin1'), body: entry.subarray(cut + 1) };
}

function signingInput(header: string, body: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from(`${header}.`, 'latin1'), body]);
}

/** Headers repeat for every event of a key: remember the verdict. Bounded, since a header comes from outside. */
const knownHeaders = new Map<string, KeyId | undefined>();
const MAX_KNOWN_HEADERS = 4_096;

function readHeader(encoded: string): KeyId | undefined {
  if (knownHeaders.has(encoded)) return knownHeaders.get(encoded);
  if (knownHeaders.size >= MAX_KNOWN_HEADERS) knownHeaders.clear();
  const keyId = parseHeader(encoded);
  knownHeaders.set(encoded, keyId);
  return keyId;
}

/** Exactly the header that we write is accepted: no `jwk`, no `x5u`, no other algorithm, no further critical member. */
function parseHeader(encoded: string): KeyId | undefined {
  let header: unknown;
  try {
    header = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof header !== 'object' || header === null) return undefined;
  const { kid } = header as { kid?: unknown };
  if (typeof kid !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(kid)) return undefined;
  const expected = JSON.stringify({ alg: 'ES256', kid, typ: SEAL_TYPE, b64: false, crit: ['b64'] });
  return Buffer.from(expected).toString('base64url') === encoded ? (kid as KeyId) : undefined;
}
