import { z } from 'zod';
import { defineEvent } from '../define.js';
import { unit } from '../terms.js';

const action = z
  .string()
  .regex(/^[a-z][a-z-]{0,63}$/, 'must be an action')
  .describe('What was asked for, as the policy names it');

/** What access says of its own decisions as `bcmed.access.decision-denied`: the same word, said by the service that decided. */
export const DosingDecisionDenied = defineEvent('dosing', 'decision-denied', {
  entity: 'pseudonym of the person',
  sentence:
    'Somebody who signed, or signed in, asked for what they may not do with a dose; each one is told.',
  data: z.object({
    action,
    resourceKind: z.enum(['pump', 'patient', 'unit', 'library']).describe('What it was asked of'),
    resource: z.string().min(1).max(128).describe('Serial, unit or library'),
    unit,
    reason: z
      .enum(['forbidden', 'not-permitted', 'malformed-request', 'policy-failure'])
      .describe(
        'forbidden: a policy says no; not-permitted: none says yes; the others: it could not be decided',
      ),
    policies: z.array(z.string().min(1).max(64)).max(16).describe('Policies that decided; empty without one'),
    policyVersion: z.string().min(1).max(64).describe('Version of the policies that decided'),
    words: z.string().min(1).max(512).describe('What the person was told'),
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
