import { sign, type KeyObject } from 'node:crypto';
import type { KeyId, Sealer } from '@bcmed/seal';
import { z } from 'zod';

/** `typ` of the header: a pass is never taken for another kind of signed thing, nor another for a pass. */
export const PASS_TYPE = 'bcmed-pass+jwt';

/** Longest life of a pass, in seconds. It is fetched anew more often than that. */
export const PASS_LIFE_SECONDS = 60;

/** So much longer is not read. */
export const MAX_PASS_CHARACTERS = 2_048;

const token = z.string().regex(/^[a-z0-9](?:[a-z0-9-]{0,126}[a-z0-9])?$/);
const seconds = z.number().int().min(0).max(99_999_999_999);

/** What a pass says: access tells every service who is signed in at this moment. Times are seconds since 1970 (RFC 7519). */
export const passPayload = z
  .strictObject({
    iss: z.string().regex(/^access\/[a-z0-9-]{1,64}$/),
    site: token,
    sub: token.describe('Pseudonym of the person'),
    sid: z.uuid().describe('Id of the session, as in session-opened'),
    cid: z
      .string()
      .regex(/^[A-Za-z0-9_-]{1,1364}$/)
      .describe('The authenticator that opened the session'),
    iat: seconds,
    exp: seconds,
  })
  .refine(({ iat, exp }) => exp > iat && exp - iat <= PASS_LIFE_SECONDS);

export type PassPayload = z.infer<typeof passPayload>;

/**
 * A pass as compact JWS (RFC 7515, ES256). Throws ZodError for a payload that no service would believe. `sealer` and `privateKey`
 * are halves of one key, which the site must have enrolled for `iss` and the area `access`.
 */
export function signPass(
  payload: PassPayload,
  {
    sealer: { keyId },
    privateKey,
  }: { readonly sealer: Pick<Sealer, 'keyId'>; readonly privateKey: KeyObject },
): string {
  const said = `${headerOf(keyId)}.${encoded(passPayload.parse(payload))}`;
  const signature = sign('sha256', Buffer.from(said, 'latin1'), {
    key: privateKey,
    dsaEncoding: 'ieee-p1363',
  });
  return `${said}.${signature.toString('base64url')}`;
}

/** A pass taken apart; nothing of it is believed yet. */
export interface ReadPass {
  readonly keyId: KeyId;
  readonly signed: Buffer;
  readonly signature: Buffer;
  readonly payload: PassPayload;
}

/** Why a text is no pass. */
export type PassForm = 'malformed' | 'unsupported-header';

/** Takes a text apart. Exactly the header that {@link signPass} writes is accepted: no `jwk`, no `crit`, no other algorithm. */
export function readPass(text: string): ReadPass | PassForm {
  if (text.length > MAX_PASS_CHARACTERS) return 'malformed';
  const parts = /^([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]+)\.([A-Za-z0-9_-]{86})$/.exec(text);
  const [, header = '', body = '', signed = ''] = parts ?? [];
  if (!parts) return 'malformed';
  const keyId = keyIdIn(header);
  if (keyId === undefined) return 'unsupported-header';
  const signature = Buffer.from(signed, 'base64url');
  const payload = passPayload.safeParse(jsonIn(body));
  // Spare bits of the last character make other texts of the same bytes: one pass has one text.
  const isExact = [
    [body, Buffer.from(body, 'base64url')],
    [signed, signature],
  ].every(([as, bytes]) => (bytes as Buffer).toString('base64url') === as);
  if (!payload.success || !isExact) return 'malformed';
  return { keyId, signed: Buffer.from(`${header}.${body}`, 'latin1'), signature, payload: payload.data };
}

const encoded = (value: unknown): string => Buffer.from(JSON.stringify(value), 'utf8').toString('base64url');

const headerOf = (keyId: KeyId): string => encoded({ alg: 'ES256', kid: keyId, typ: PASS_TYPE });

function keyIdIn(header: string): KeyId | undefined {
  const read = jsonIn(header);
  const kid = typeof read === 'object' && read !== null && 'kid' in read ? read.kid : undefined;
  if (typeof kid !== 'string' || !/^[A-Za-z0-9_-]{43}$/.test(kid)) return undefined;
  return headerOf(kid as KeyId) === header ? (kid as KeyId) : undefined;
}

function jsonIn(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
