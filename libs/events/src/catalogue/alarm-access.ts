import { z } from 'zod';
import { countedReads, deniedDecision, refusedPasses } from '../decision-terms.js';
import { defineEvent } from '../define.js';

const person = 'pseudonym of the person';

/** What access says of its own decisions as `bcmed.access.decision-denied`: the same word, said by the service that decided. */
export const AlarmDecisionDenied = defineEvent('alarm', 'decision-denied', {
  entity: person,
  sentence: 'Somebody who signed in asked for what they may not do with an alarm; each one is told.',
  data: z.object({
    ...deniedDecision,
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
  data: z.object(
    countedReads(['read-alarms', 'read-alarm', 'follow-alarms', 'read-review', 'read-thresholds']),
  ),
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
  data: z.object(refusedPasses),
  example: {
    entity: 'alarms-1',
    data: {
      from: '2026-11-20T12:00:00.000Z',
      to: '2026-11-20T12:01:00.000Z',
      refused: [{ fault: 'expired', count: 3 }],
    },
  },
});
