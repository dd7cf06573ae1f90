import { REJECTION_REASONS } from '@bcmed/events';
import { z } from 'zod';

/** A position or number from outside: decimal digits, since JSON numbers end at 2^53. */
const whole = (what: string) =>
  z
    .string(`must be ${what} in decimal digits`)
    .regex(/^(0|[1-9][0-9]{0,17})$/, `must be ${what} in decimal digits`)
    .transform((digits) => BigInt(digits));

const instant = z.iso
  .datetime({ offset: true, error: 'must be RFC 3339, like 2026-11-20T12:00:00.000Z' })
  .transform((text) => new Date(text));

export const MAX_PAGE = 1_000;

/** `GET /events`: what to look for. Unknown parameters are refused, so that a misspelt filter does not look like no filter. */
export const eventsQuery = z.strictObject({
  pump: z
    .string()
    .regex(/^[a-z0-9-]{1,128}$/, 'must be the serial of a pump as in its subject, like 8002-51740')
    .optional()
    .describe('Serial of a pump, as in its subject'),
  type: z
    .string()
    .regex(/^bcmed\.[a-z-]+\.[a-z-]+$/, 'must be bcmed.<area>.<event>, like bcmed.pump.rate-changed')
    .optional()
    .describe('Type of the event'),
  actor: z
    .string()
    .min(1, 'must not be empty')
    .max(128, 'has at most 128 characters')
    .optional()
    .describe('Who caused it'),
  from: instant.optional().describe('Happened at this time or later (RFC 3339)'),
  to: instant.optional().describe('Happened before this time (RFC 3339)'),
  outcome: z
    .enum(['admitted', 'rejected', 'missing', 'any'], 'must be admitted, rejected, missing or any')
    .default('admitted')
    .describe('What the rules said about the position'),
  after: whole('a position')
    .optional()
    .describe('Only what stands after this position: the last one of the page before'),
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(MAX_PAGE, `must be ${MAX_PAGE} or less`)
    .default(100)
    .describe('How many at most'),
});
export type EventsQuery = z.infer<typeof eventsQuery>;

export const blocksQuery = z.strictObject({
  after: whole('a block number').optional().describe('Only blocks after this one'),
  limit: eventsQuery.shape.limit,
});
export type BlocksQuery = z.infer<typeof blocksQuery>;

export const positionParam = z.object({ position: whole('a position') });
export const numberParam = z.object({ number: whole('a block number') });
export const idParam = z.object({ id: z.uuid('must be the id of a verification') });

/** `POST /verifications`: which blocks; nothing means everything, with every seal. */
export const verificationRequest = z.strictObject({
  fromBlock: whole('a block number')
    .optional()
    .describe('First block; events are then judged by their proofs'),
  toBlock: whole('a block number').optional().describe('Last block; the chain is then not looked at'),
});
export type VerificationRequest = z.infer<typeof verificationRequest>;

const decimal = z.string().describe('Whole number in decimal digits');
const base64url = z.string().describe('32 bytes in base64url');

export const eventSummary = z.object({
  position: decimal,
  outcome: z.enum(['admitted', 'rejected', 'missing']),
  id: z.string().nullable(),
  type: z.string().nullable(),
  entity: z.string().nullable(),
  source: z.string().nullable(),
  actor: z.string().nullable(),
  time: z.string().nullable(),
  reason: z.enum(REJECTION_REASONS).nullable().describe('Why it was refused'),
  detail: z.string().nullable(),
  keyId: z.string().nullable().describe('Key that the seal names'),
  leafHash: base64url,
  block: decimal.nullable().describe('Number of its block; null until a block is confirmed'),
  event: z.unknown().describe('The event itself, as JSON; null when it was refused'),
});

export const eventDetail = eventSummary.extend({
  subject: z.string(),
  seal: z.string().describe('Compact detached JWS over the body'),
  body: z.string().describe('The exact bytes that were sealed, in base64'),
  confirmation: z
    .string()
    .nullable()
    .describe('Where the confirmation of its block is, with which its place can be proven'),
});

export const eventsPage = z.object({
  events: z.array(eventSummary),
  next: z.string().nullable().describe('Address of the next page; null when this one was not full'),
  position: decimal.describe('Position that the view has reached'),
});

export const block = z.object({
  number: decimal,
  firstPosition: decimal,
  lastPosition: decimal,
  treeSize: decimal,
  rootHash: z.string(),
  previousHash: z.string(),
  blockHash: z.string(),
  time: z.string(),
  signers: z.array(z.string()),
  rejected: z.number().int().describe('Positions of it that hold a rejection record'),
  anchor: z.object({
    chainId: decimal,
    contract: z.string(),
    transactionHash: z.string().nullable(),
    chainBlockNumber: decimal.nullable(),
  }),
});

export const blockDetail = block.extend({
  seal: z.string().describe("The ledger's seal on the confirmation"),
  confirmation: z
    .unknown()
    .describe('The confirmation as it stands on BLOCKS: frontier, leaf hashes, signatures'),
  body: z.string().describe('The same, the exact bytes, in base64'),
});

export const blocksPage = z.object({ blocks: z.array(block), next: z.string().nullable() });

export const verification = z.object({
  id: z.string(),
  status: z.enum(['queued', 'running', 'completed', 'failed']),
  requestedAt: z.string(),
  finishedAt: z.string().nullable(),
  fromBlock: decimal.nullable(),
  toBlock: decimal.nullable(),
  progress: z
    .object({ position: decimal, lastPosition: decimal, block: decimal, differences: z.number().int() })
    .nullable(),
  report: z.unknown().describe('What was found; `verified` tells whether everything agrees'),
  failure: z.string().nullable().describe('Why it could not be carried out'),
  recorded: z.boolean().describe('Whether the result stands on the stream, sealed by the audit'),
});

export const problem = z.object({
  type: z.string(),
  title: z.string(),
  status: z.number().int(),
  detail: z.string().optional(),
  instance: z.string().optional(),
  errors: z.array(z.object({ field: z.string(), fix: z.string() })).optional(),
});
