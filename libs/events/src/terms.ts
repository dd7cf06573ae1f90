import { z } from 'zod';

/** A word in a subject: what NATS and a file name both accept, without capitals. */
export const TOKEN = /^[a-z0-9](?:[a-z0-9-]{0,126}[a-z0-9])?$/;

export const token = z
  .string()
  .regex(TOKEN, 'must be 1 to 128 characters of a-z, 0-9 and -, not beginning or ending with -');

/** RFC 3339 in UTC with milliseconds, the one form of time on the stream. */
export const instant = z.iso
  .datetime({
    precision: 3,
    error: 'must be RFC 3339 in UTC with milliseconds, like 2026-11-20T12:00:00.000Z',
  })
  .describe('RFC 3339, UTC, milliseconds');

/** A whole number as text, since JSON numbers end at 2^53. */
export const decimal = z.string().regex(/^(0|[1-9][0-9]{0,18})$/, 'must be a whole number in decimal digits');

/** A quantity as text: exactly what was written, without a binary fraction in between. */
export const decimalText = z.string().regex(/^\d{1,9}(?:\.\d{1,12})?$/, 'must be a plain decimal number');

/** SHA-256 in base64url: Merkle leaves and nodes. */
export const sha256 = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes in base64url');

/** 32 bytes as the EVM writes them: roots, block hashes, transaction hashes. */
export const bytes32 = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/, 'must be 0x and 64 lower-case hexadecimal digits');

export const address = z.string().regex(/^0x[0-9a-fA-F]{40}$/, 'must be an EVM address');

export const publicJwk = z
  .object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: sha256, y: sha256 })
  .describe('Public half of a P-256 key (RFC 7517)');

export const rateMlPerHour = z.number().min(0).max(2_000).describe('Set rate, ml/h');
export const volumeMl = z.number().min(0).max(100_000).describe('Volume, ml');
export const pressureMmHg = z.number().min(-500).max(5_000).describe('Pressure in the line, mmHg');

/** Who moved the pump, as far as the wire lets us know. */
export const changedBy = z
  .enum(['front-panel', 'command'])
  .describe(
    '`command` when this adapter wrote the frame that explains the change, otherwise the front panel',
  );

/** A person appears only as a pseudonym; who that is stands nowhere on the stream. */
export const person = token.describe('Pseudonym of a person');
export const patient = token.describe("Pseudonym of a patient's stay; random, and new at each stay");
export const unit = token.describe('Care unit, for example icu-1; `all` stands for every unit of the site');

/** What a person may be on a unit. */
export const role = z
  .enum(['nurse', 'physician', 'pharmacist', 'engineer', 'auditor', 'administrator'])
  .describe('Role on a unit; what it permits stands in the policy');

const base64url = (low: number, high: number) =>
  z
    .string()
    .min(low)
    .max(high)
    .regex(/^[A-Za-z0-9_-]+$/, 'must be base64url without padding');

export const credentialId = base64url(16, 512).describe(
  'Name of an authenticator: the WebAuthn credential id, or the RFC 7638 thumbprint of a key',
);

/**
 * One person's signature over the SHA-256 of an exact text. A passkey makes a WebAuthn assertion whose challenge is that
 * hash; a key credential, for automation, signs the text itself.
 */
export const personSignature = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('passkey'),
    person,
    credentialId,
    authenticatorData: base64url(49, 2_048).describe('As the authenticator gave it'),
    clientDataJson: base64url(1, 4_096).describe('As the browser gave it'),
    signature: base64url(8, 512).describe('ECDSA with SHA-256, in DER, as WebAuthn has it'),
  }),
  z.object({
    kind: z.literal('key'),
    person,
    credentialId,
    signature: base64url(86, 86).describe('ES256 over the domain word, a line feed and the text; r and s'),
  }),
]);

/** A text that people signed. The text is the order: whoever acts on it reads the text and nothing beside it. */
export const signedText = z
  .object({
    text: z.string().min(2).max(8_192).describe('The exact text, JSON, never written anew'),
    signatures: z.array(personSignature).min(1).max(8).describe('Of different people'),
  })
  .describe('An exact text and the signatures of people over it');

export type PersonSignature = z.infer<typeof personSignature>;
export type SignedText = z.infer<typeof signedText>;
export type Role = z.infer<typeof role>;
