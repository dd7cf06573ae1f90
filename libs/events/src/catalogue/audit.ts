import { z } from 'zod';
import { defineEvent } from '../define.js';
import { decimal } from '../terms.js';

const range = {
  firstPosition: decimal.describe('First position that was checked'),
  lastPosition: decimal.describe('Last position that was checked'),
};

export const VerificationCompleted = defineEvent('audit', 'verification-completed', {
  entity: 'id of the verification run',
  sentence: 'Every seal, leaf, root and link of a range was recomputed and compared with the chain.',
  data: z.object({
    ...range,
    blocks: z.number().int().min(0).describe('Blocks that were checked'),
    rejected: z.number().int().min(0).describe('Positions that hold a rejection record'),
    differences: z.number().int().min(0).describe('Differences that were found'),
    verified: z.boolean().describe('Whether nothing differed'),
  }),
  example: {
    entity: '01994f7e-7c00-7000-8000-000000000001',
    data: {
      firstPosition: '1',
      lastPosition: '1201',
      blocks: 340,
      rejected: 0,
      differences: 0,
      verified: true,
    },
  },
});

export const DifferenceFound = defineEvent('audit', 'difference-found', {
  entity: 'id of the verification run',
  sentence: 'Two records that must agree do not.',
  data: z.object({
    where: z
      .enum(['stream', 'blocks', 'chain', 'view'])
      .describe('Which record differs from what was recomputed'),
    kind: z.string().max(64).describe('What differs, as a stable word'),
    position: decimal.optional().describe('First position concerned'),
    block: decimal.optional().describe('First block concerned'),
    detail: z.string().max(1_024).describe('What was expected and what was found'),
  }),
  example: {
    entity: '01994f7e-7c00-7000-8000-000000000001',
    data: {
      where: 'stream',
      kind: 'leaf-differs',
      position: '42',
      detail: 'the leaf recomputed from the stream is not the one in block 17',
    },
  },
});
