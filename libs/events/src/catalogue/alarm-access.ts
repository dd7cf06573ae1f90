import { z } from 'zod';
import { defineEvent } from '../define.js';
import { instant, unit } from '../terms.js';

const person = 'pseudonym of the person';
const action = z
  .string()
  .regex(/^[a-z][a-z-]{0,63}$/, 'must be an action')
  .describe('What was asked for, as the policy names it');
const policyVersion = z.string().min(1).max(64).describe('Version of the policies that decided');

/** What access says of its own decisions as `bcmed.access.decision-denied`: the same word, said by the service that decided. */
export const AlarmDecisionDenied = defineEvent('alarm', 'decision-denied', {
  entity: person,
  sentence: 'Somebody who signed in asked for what they may not do with an alarm; each one is told.',
  data: z.object({
    action,
    resourceKind: z.enum(['pump', 'patient', 'unit', 'library']).describe('What it was asked of'),
    resource: z.string().min(1).max(128).describe('Serial, pseudonym or unit'),
    unit,
    reason: z
      .enum(['forbidden', 'not-permitted', 'malformed-request', 'policy-failure'])
      .describe(
        'forbidden: a policy says no; not-permitted: none says yes; the others: it could not be decided',
      ),
    policies: z.array(z.string().min(1).max(64)).max(16).describe('Policies that decided; empty without one'),
    policyVersion,
    words: z.string().min(1).max(512).describe('What the person was told'),
    alarm: z.uuid().optional().describe('Episode that it was about'),
  }),
  example: {
    entity: 'person-7f3a',
    data: {
      action: 'acknowledge-alarm',
      resourceKind: 'pump',
      resource: '8002-51740',
      unit: 'icu-2',
      reason: 'not-permitted',
      policies: [],
      policyVersion: '1',
      words: 'Acknowledging an alarm takes a nurse or a physician of icu-2.',
      alarm: '5f0c2a1e-7b6d-8c3e-9a41-2f6d0b7c8e90',
    },
  },
});

export const AlarmDecisionsAllowed = defineEvent('alarm', 'decisions-allowed', {
  entity: person,
  sentence: 'What a person read of alarms within a while, counted; a write is an event of its own.',
  data: z.object({
    from: instant.describe('First of these reads'),
    to: instant.describe('Last of these reads'),
    reads: z
      .array(
        z.object({
          action: z
            .enum(['read-alarms', 'read-alarm', 'follow-alarms', 'read-review', 'read-thresholds'])
            .describe('What was read'),
          count: z.number().int().min(1).describe('How often'),
        }),
      )
      .min(1)
      .max(16)
      .describe('By what was read'),
  }),
  example: {
    entity: 'person-7f3a',
    data: {
      from: '2026-11-20T12:00:00.000Z',
      to: '2026-11-20T12:01:00.000Z',
      reads: [{ action: 'read-alarms', count: 12 }],
    },
  },
});

export const AlarmPassesRefused = defineEvent('alarm', 'passes-refused', {
  entity: 'service that refused, as a token',
  sentence: 'Somebody asked without a pass that holds; who it was is not known, so they are counted.',
  data: z.object({
    from: instant.describe('First of these requests'),
    to: instant.describe('Last of these requests'),
    refused: z
      .array(
        z.object({
          fault: z
            .string()
            .regex(/^[a-z][a-z-]{0,63}$/)
            .describe('Why, as a stable word; missing: there was none'),
          count: z.number().int().min(1).describe('How often'),
        }),
      )
      .min(1)
      .max(32)
      .describe('By fault'),
  }),
  example: {
    entity: 'alarms-1',
    data: {
      from: '2026-11-20T12:00:00.000Z',
      to: '2026-11-20T12:01:00.000Z',
      refused: [{ fault: 'expired', count: 3 }],
    },
  },
});
