import { z } from 'zod';
import { countedReads, deniedDecision, refusedPasses } from '../decision-terms.js';
import { defineEvent } from '../define.js';

/** What access says of its own decisions as `bcmed.access.decision-denied`: the same word, said by the service that decided. */
export const AuditDecisionDenied = defineEvent('audit', 'decision-denied', {
  entity: 'pseudonym of the person',
  sentence: 'Somebody who signed in wanted to read or verify the record and may not; each one is told.',
  data: z.object(deniedDecision),
  example: {
    entity: 'person-7f3a',
    data: {
      action: 'read-audit',
      resourceKind: 'unit',
      resource: 'all',
      unit: 'all',
      reason: 'not-permitted',
      policies: [],
      policyVersion: '1',
      words: 'Reading the audit takes an auditor of the whole site.',
    },
  },
});

export const AuditDecisionsAllowed = defineEvent('audit', 'decisions-allowed', {
  entity: 'pseudonym of the person',
  sentence:
    'What a person read of the record within a while, and verifications that they asked for, counted.',
  data: z.object(
    countedReads([
      'read-events',
      'read-event',
      'read-blocks',
      'read-block',
      'read-verification',
      'request-verification',
    ]),
  ),
  example: {
    entity: 'person-2c41',
    data: {
      from: '2026-11-20T12:00:00.000Z',
      to: '2026-11-20T12:01:00.000Z',
      reads: [{ action: 'read-events', count: 12 }],
    },
  },
});

export const AuditPassesRefused = defineEvent('audit', 'passes-refused', {
  entity: 'service that refused, as a token',
  sentence: 'Somebody asked without a pass that holds; who it was is not known, so they are counted.',
  data: z.object(refusedPasses),
  example: {
    entity: 'audit-1',
    data: {
      from: '2026-11-20T12:00:00.000Z',
      to: '2026-11-20T12:01:00.000Z',
      refused: [{ fault: 'expired', count: 3 }],
    },
  },
});
