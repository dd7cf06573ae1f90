import { z } from 'zod';
import { deniedDecision } from '../decision-terms.js';
import { defineEvent } from '../define.js';

/** What access says of its own decisions as `bcmed.access.decision-denied`: the same word, said by the service that decided. */
export const DosingDecisionDenied = defineEvent('dosing', 'decision-denied', {
  entity: 'pseudonym of the person',
  sentence:
    'Somebody who signed, or signed in, asked for what they may not do with a dose; each one is told.',
  data: z.object({
    ...deniedDecision,
    order: z.uuid().optional().describe('Id of the order that it was about'),
  }),
  example: {
    entity: 'person-7f3a',
    data: {
      action: 'approve-order',
      resourceKind: 'pump',
      resource: '8002-51740',
      unit: 'icu-2',
      reason: 'forbidden',
      policies: ['nobody-approves-their-own'],
      policyVersion: '1',
      words: 'Nobody approves or reviews what they themselves asked for.',
      order: '01994f7e-7c00-7000-8000-0000000000b1',
    },
  },
});
