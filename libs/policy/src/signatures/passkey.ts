import { createHash, verify, type KeyObject } from 'node:crypto';
import type { Authenticator } from '../people/state.js';
import type { PersonSignature } from '@bcmed/events';

export type PasskeySignature = Extract<PersonSignature, { kind: 'passkey' }>;

/** What can be wrong with an assertion, in the order in which it is looked at. */
export type AssertionFault =
  | 'malformed'
  | 'wrong-type'
  | 'wrong-challenge'
  | 'wrong-origin'
  | 'cross-origin'
  | 'wrong-relying-party'
  | 'user-not-present'
  | 'user-not-verified'
  | 'bad-signature';

const RP_ID_HASH_BYTES = 32;
const SHORTEST_AUTHENTICATOR_DATA = 37;
const USER_PRESENT = 0x01;
const USER_VERIFIED = 0x04;

const sha256 = (bytes: Uint8Array | string): Buffer => createHash('sha256').update(bytes).digest();

/** Bytes of base64url that has exactly one spelling; undefined for any other. */
export function strictBase64Url(text: string): Buffer | undefined {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : undefined;
}

/**
 * Checks a WebAuthn assertion over a text (WebAuthn Level 3 section 7.2, steps 10 to 24, with the text's SHA-256 as challenge and
 * user verification required). Undefined when it holds. Never throws.
 *
 * Not looked at: the signature counter, which synchronised passkeys leave at 0. A text is used once because of the nonce in it.
 */
export function assertionFault(
  signature: PasskeySignature,
  challenge: string,
  { relyingParty, origins }: Authenticator,
  key: KeyObject,
): AssertionFault | undefined {
  const authenticatorData = strictBase64Url(signature.authenticatorData);
  const clientDataBytes = strictBase64Url(signature.clientDataJson);
  const der = strictBase64Url(signature.signature);
  if (!authenticatorData || !clientDataBytes || !der) return 'malformed';
  const clientData = readClientData(clientDataBytes);
  const flags = authenticatorData[RP_ID_HASH_BYTES];
  if (!clientData || flags === undefined || authenticatorData.length < SHORTEST_AUTHENTICATOR_DATA)
    return 'malformed';
  if (clientData.type !== 'webauthn.get') return 'wrong-type';
  if (clientData.challenge !== challenge) return 'wrong-challenge';
  if (typeof clientData.origin !== 'string' || !origins?.includes(clientData.origin)) return 'wrong-origin';
  // Older browsers leave it out, and mean false.
  if (clientData.crossOrigin !== undefined && clientData.crossOrigin !== false) return 'cross-origin';
  const rpIdHash = authenticatorData.subarray(0, RP_ID_HASH_BYTES);
  if (relyingParty === undefined || !rpIdHash.equals(sha256(relyingParty))) return 'wrong-relying-party';
  if ((flags & USER_PRESENT) === 0) return 'user-not-present';
  if ((flags & USER_VERIFIED) === 0) return 'user-not-verified';
  const signed = Buffer.concat([authenticatorData, sha256(clientDataBytes)]);
  return holds(signed, key, der) ? undefined : 'bad-signature';
}

function holds(signed: Buffer, key: KeyObject, der: Buffer): boolean {
  try {
    return verify('sha256', signed, { key, dsaEncoding: 'der' }, der);
  } catch {
    return false;
  }
}

interface ClientData {
  readonly type?: unknown;
  readonly challenge?: unknown;
  readonly origin?: unknown;
  readonly crossOrigin?: unknown;
}

function readClientData(bytes: Buffer): ClientData | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
