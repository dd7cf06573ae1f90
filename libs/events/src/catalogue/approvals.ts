import { z } from 'zod';
import { defineEvent } from '../define.js';
import { credentialId, instant, patient, person, personSignature, sha256, unit } from '../terms.js';

const approval = 'id of the approval';
const emergency = 'id of the emergency access';
const session = 'id of the session';
const someId = '01994f7e-7c00-7000-8000-0000000000a1';
const textHash = sha256.describe('SHA-256 of the exact text; an approval is for this text and no other');
const reason = z.string().min(1).max(256).describe('Why, in words for the audit; no name of a patient');
const policyVersion = z.string().min(1).max(64).describe('Version of the policies that decided');
const exampleText = '{"kind":"pump-order","pump":"8002-51740","action":"set-rate","rateMlPerHour":5}';
const exampleHash = 'bQtGxcTRdogXqIDjuQZptV8bNqsXj4SjxNZla-v5tyE';
const exampleSignature = {
  kind: 'key',
  person: 'person-7f3a',
  credentialId: 'cpwSHMHvXq-uvZCrmgQn0zoCQdHQkGZgvbqcYBdkWRc',
  signature: 'A'.repeat(86),
} as const;

export const ApprovalRequested = defineEvent('access', 'approval-requested', {
  entity: approval,
  sentence: 'A person asks others to sign exactly this text as well.',
  data: z.object({
    text: z.string().min(2).max(8_192).describe('The exact text that everybody signs, never written anew'),
    textHash,
    requestedBy: person,
    signature: personSignature.describe("The requester's own signature over the text"),
    purpose: z
      .enum(['pump-order', 'library-release', 'alarm-threshold'])
      .describe('What is approved, and with it who may approve'),
    unit: unit.describe('Care unit whose roles count; `all` for what concerns the whole site'),
    approvalsNeeded: z.number().int().min(1).max(7).describe('Different people beside the requester'),
    expiresAt: instant.describe('Neither granted nor consumed from then on'),
  }),
  example: {
    entity: someId,
    data: {
      text: exampleText,
      textHash: exampleHash,
      requestedBy: 'person-7f3a',
      signature: exampleSignature,
      purpose: 'pump-order',
      unit: 'icu-1',
      approvalsNeeded: 1,
      expiresAt: '2026-11-20T12:10:00.000Z',
    },
  },
});

export const ApprovalGranted = defineEvent('access', 'approval-granted', {
  entity: approval,
  sentence: 'Another person signed the text.',
  data: z.object({
    textHash,
    grantedBy: person,
    signature: personSignature.describe('Over the same exact text'),
    stillNeeded: z.number().int().min(0).max(7).describe('People who have yet to sign'),
  }),
  example: {
    entity: someId,
    data: {
      textHash: exampleHash,
      grantedBy: 'person-91c0',
      signature: { ...exampleSignature, person: 'person-91c0' },
      stillNeeded: 0,
    },
  },
});

export const ApprovalRefused = defineEvent('access', 'approval-refused', {
  entity: approval,
  sentence: 'A person who was asked said no, and that ends it.',
  data: z.object({ textHash, refusedBy: person, reason }),
  example: {
    entity: someId,
    data: { textHash: exampleHash, refusedBy: 'person-91c0', reason: 'the rate does not fit the weight' },
  },
});

export const ApprovalWithdrawn = defineEvent('access', 'approval-withdrawn', {
  entity: approval,
  sentence: 'The one who asked no longer wants it.',
  data: z.object({ textHash, withdrawnBy: person, reason }),
  example: {
    entity: someId,
    data: { textHash: exampleHash, withdrawnBy: 'person-7f3a', reason: 'ordered anew with another rate' },
  },
});

export const ApprovalExpired = defineEvent('access', 'approval-expired', {
  entity: approval,
  sentence: 'Its time ran out before it was consumed.',
  data: z.object({
    textHash,
    granted: z.number().int().min(0).max(7).describe('People who had signed by then, beside the requester'),
  }),
  example: { entity: someId, data: { textHash: exampleHash, granted: 0 } },
});

export const ApprovalConsumed = defineEvent('access', 'approval-consumed', {
  entity: approval,
  sentence: 'What was approved is being done; the approval is used up.',
  data: z.object({
    textHash,
    consumedBy: z.uuid().describe('Id of the event that does it, for example of the command'),
    approvedBy: z.array(person).min(1).max(7).describe('People whose approval still held, in order'),
  }),
  example: {
    entity: someId,
    data: {
      textHash: exampleHash,
      consumedBy: '01994f7e-7c00-7000-8000-0000000000c1',
      approvedBy: ['person-91c0'],
    },
  },
});

export const EmergencyAccessOpened = defineEvent('access', 'emergency-access-opened', {
  entity: emergency,
  sentence:
    'A person takes access to one patient outside their units, for a reason, for half an hour at most.',
  data: z.object({
    person,
    patient,
    unit: unit.describe('Care unit of the patient'),
    cause: z
      .enum(['resuscitation', 'colleague-absent', 'evacuation', 'other'])
      .describe('Why, as a stable word'),
    reason,
    skipped: z
      .array(person)
      .max(256)
      .optional()
      .describe('Who could have acted instead, by their role on the unit, and has to be told; empty: nobody'),
    until: instant.describe('Ends by itself then; more than 30 minutes after its beginning counts as 30'),
  }),
  example: {
    entity: someId,
    data: {
      person: 'person-7f3a',
      patient: 'stay-4d',
      unit: 'icu-2',
      cause: 'resuscitation',
      reason: 'resuscitation team, called to bed 4',
      skipped: ['person-91c0'],
      until: '2026-11-20T12:30:00.000Z',
    },
  },
});

export const EmergencyAccessClosed = defineEvent('access', 'emergency-access-closed', {
  entity: emergency,
  sentence: 'An emergency access ended.',
  data: z.object({
    person,
    cause: z
      .enum(['ended', 'expired', 'withdrawn'])
      .describe('By the person, by itself, or by somebody who took it away'),
    closedBy: z.string().min(1).max(128).describe('Person, or the service that saw it expire'),
  }),
  example: { entity: someId, data: { person: 'person-7f3a', cause: 'ended', closedBy: 'person-7f3a' } },
});

export const EmergencyAccessReviewed = defineEvent('access', 'emergency-access-reviewed', {
  entity: emergency,
  sentence: 'Somebody else looked at an emergency access and judged it.',
  data: z.object({
    person,
    reviewedBy: person,
    justified: z.boolean().describe('Whether it was right to take it'),
    words: z.string().min(1).max(512).describe('What was found; no name of a patient'),
  }),
  example: {
    entity: someId,
    data: {
      person: 'person-7f3a',
      reviewedBy: 'person-audit',
      justified: true,
      words: 'resuscitation, bed 4',
    },
  },
});

export const SessionOpened = defineEvent('access', 'session-opened', {
  entity: session,
  sentence: 'A person signed in.',
  data: z.object({ person, credentialId, until: instant.describe('Ends by itself then') }),
  example: {
    entity: someId,
    data: {
      person: 'person-7f3a',
      credentialId: 'mL9hZ0QkWq3c1vJp8bX2Ag',
      until: '2026-11-20T20:00:00.000Z',
    },
  },
});

export const SessionEnded = defineEvent('access', 'session-ended', {
  entity: session,
  sentence: 'A session is over; nothing is done in it from here on.',
  data: z.object({
    person,
    cause: z.enum(['signed-out', 'expired', 'revoked']).describe('How it came to its end'),
  }),
  example: { entity: someId, data: { person: 'person-7f3a', cause: 'signed-out' } },
});

const action = z
  .string()
  .regex(/^[a-z][a-z-]{0,63}$/, 'must be an action of the policy')
  .describe('What was asked for, as the policy names it');

export const DecisionDenied = defineEvent('access', 'decision-denied', {
  entity: 'pseudonym of the person',
  sentence: 'Somebody asked for what they may not do; each one is told.',
  data: z.object({
    action,
    resourceKind: z.enum(['pump', 'patient', 'unit', 'library']).describe('What it was asked of'),
    resource: z.string().min(1).max(128).describe('Serial, pseudonym, unit or library'),
    unit,
    reason: z
      .enum(['forbidden', 'not-permitted', 'malformed-request', 'policy-failure'])
      .describe(
        'forbidden: a policy says no; not-permitted: none says yes; the others: it could not be decided',
      ),
    policies: z.array(z.string().min(1).max(64)).max(16).describe('Policies that decided; empty without one'),
    policyVersion,
    words: z.string().min(1).max(512).describe('What the person was told'),
  }),
  example: {
    entity: 'person-7f3a',
    data: {
      action: 'order-set-rate',
      resourceKind: 'pump',
      resource: '8002-51740',
      unit: 'icu-2',
      reason: 'not-permitted',
      policies: [],
      policyVersion: '1',
      words: 'Setting the rate of a pump on icu-2 takes a nurse or a physician.',
    },
  },
});

export const DecisionsAllowed = defineEvent('access', 'decisions-allowed', {
  entity: 'pseudonym of the person',
  sentence: 'What a person was allowed to read within a while, counted; a write is an event of its own.',
  data: z.object({
    from: instant.describe('First of these decisions'),
    to: instant.describe('Last of these decisions'),
    reads: z
      .array(
        z.object({
          action,
          unit,
          resource: z.string().min(1).max(128).optional().describe('Absent when it is the unit itself'),
          count: z.number().int().min(1).describe('How often'),
        }),
      )
      .min(1)
      .max(256)
      .describe('By action, unit and what was read'),
    policyVersion,
  }),
  example: {
    entity: 'person-7f3a',
    data: {
      from: '2026-11-20T12:00:00.000Z',
      to: '2026-11-20T12:05:00.000Z',
      reads: [{ action: 'read-patient', unit: 'icu-1', resource: 'stay-4d', count: 12 }],
      policyVersion: '1',
    },
  },
});

export const PolicyReleased = defineEvent('access', 'policy-released', {
  entity: 'policy version, as a token',
  sentence: 'From here on these policies decide.',
  data: z.object({
    policyVersion,
    policyHash: sha256.describe('SHA-256 of schema and policies, as the library reckons it'),
    policies: z.array(z.string().min(1).max(64)).min(1).max(256).describe('Ids of the policies'),
    releasedBy: z.string().min(1).max(128).describe('Person, or the service that brought them'),
  }),
  example: {
    entity: 'policy-1',
    data: {
      policyVersion: '1',
      policyHash: exampleHash,
      policies: ['nurses-and-physicians-dose'],
      releasedBy: 'access/1',
    },
  },
});
