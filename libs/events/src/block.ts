import { z } from 'zod';
import { bytes32, decimal, sha256 } from './terms.js';

/** Why a position holds a rejection leaf. Part of the rule set: a word never changes its meaning. */
export const REJECTION_REASONS = [
  'malformed-seal',
  'unsupported-header',
  'unknown-key',
  'bad-signature',
  'revoked-key',
  'not-permitted',
  'wrong-schema',
  'wrong-site',
  'wrong-subject',
  'sender-fork',
  'duplicate-event',
  'position-empty',
] as const;

export const rejectionReason = z
  .enum(REJECTION_REASONS)
  .describe('Why, as a stable word; see the guide for subscribers');
export type RejectionReason = z.infer<typeof rejectionReason>;

export const blockHeader = z
  .object({
    site: z.string().describe('Site whose log this is'),
    number: decimal.describe('Number of the block, from 1'),
    firstSequence: decimal.describe('First position of the stream in this block'),
    lastSequence: decimal.describe('Last position of the stream in this block'),
    treeSize: decimal.describe('Leaves of the tree after this block'),
    rootHash: bytes32.describe('RFC 6962 root of that tree'),
    previousHash: bytes32.describe('Hash of the header before; zero for block 1'),
    timeMs: decimal.describe('When the block was cut, milliseconds since 1970'),
  })
  .describe('What validators sign (EIP-712)');

/** A position whose leaf is not the event that stands there. */
export const leafException = z.object({
  position: decimal.describe('Position in the stream EVENTS'),
  reason: rejectionReason,
  of: decimal.optional().describe('For a duplicate: position of the first copy'),
  entryHash: sha256
    .optional()
    .describe('Leaf hash that the refused entry would have had; absent for an empty position'),
});

export type WireBlockHeader = z.infer<typeof blockHeader>;
export type LeafException = z.infer<typeof leafException>;
