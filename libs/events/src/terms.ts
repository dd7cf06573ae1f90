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
