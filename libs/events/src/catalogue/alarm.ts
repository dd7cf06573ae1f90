import { z } from 'zod';
import { defineEvent } from '../define.js';
import { instant, person, token, unit } from '../terms.js';

const entity = 'alarm episode';
const episode = '5f0c2a1e-7b6d-8c3e-9a41-2f6d0b7c8e90';
const cause = '01994f7e-7c00-7000-8000-000000000001';

const priority = z
  .enum(['low', 'medium', 'high'])
  .describe('Priority in the sense of IEC 60601-1-8, after everything was weighed');
const condition = token.describe('Word for the alarm condition, for example pump-occlusion');
const milliseconds = z.number().int().min(0);

const member = z.object({
  source: token.describe('Pump serial in lower case; of a vital sign the pseudonym of the stay'),
  cause: z.uuid().describe('Event that brought this member into the episode'),
  since: instant.describe('When its source says that it began'),
  vasoactive: z.boolean().describe('Whether it is known that a vasoactive drug runs'),
  infusing: z.boolean().optional().describe('Whether the pump infused then; absent when not known'),
  clearedBy: z.uuid().optional().describe('Event by which its source ended it; absent while it lasts'),
});
const members = z
  .array(member)
  .min(1)
  .max(64)
  .describe('Pumps, or the one patient, that the cause concerns; beyond 64 another episode begins');

const reckoning = z
  .object({
    score: z.number().min(0).max(1).describe('P, the sum of the products of all terms'),
    terms: z
      .array(
        z.object({
          term: z.enum(['hazard', 'therapy', 'spread', 'persistence']).describe('What is weighed'),
          weight: z.number().min(0).max(1).describe('w'),
          value: z.number().min(0).max(1).describe('s'),
          product: z.number().min(0).max(1).describe('w · s'),
          because: z.string().max(128).describe('Where the value comes from, in words'),
        }),
      )
      .min(1)
      .max(8)
      .describe('The parts of P'),
    byScore: priority.describe('What the score alone would give'),
    floor: priority.describe('Least that the condition may have, whatever the score'),
    decidedBy: z.enum(['score', 'floor', 'before']).describe('before: an open episode is never lowered'),
  })
  .describe('How the priority came about: P = Σ w · s, clamped');

const exampleReckoning = {
  score: 0.8,
  terms: [
    { term: 'hazard', weight: 0.6, value: 1, product: 0.6, because: 'death or irreversible injury, prompt' },
    { term: 'therapy', weight: 0.2, value: 1, product: 0.2, because: 'a vasoactive drug' },
  ],
  byScore: 'high',
  floor: 'high',
  decidedBy: 'score',
} as const;

const exampleMember = {
  source: '8002-51740',
  cause,
  since: '2026-11-20T12:00:00.000Z',
  vasoactive: true,
};

export const AlarmRaised = defineEvent('alarm', 'raised', {
  entity,
  sentence: 'An alarm condition holds at one pump or at several with one cause: an episode begins.',
  data: z.object({
    condition,
    text: z.string().min(1).max(160).describe('What it says to people; no name of a patient'),
    kind: z.enum(['physiological', 'technical', 'other']).describe('Kind, as IEEE 11073 SDC has it'),
    group: z
      .string()
      .min(1)
      .max(160)
      .describe('What binds the members: a pump, a bed, an adapter, a command or a patient'),
    unit: unit.optional().describe('Care unit, where known'),
    bed: token.optional().describe('Bed, where known'),
    vendorCode: z.string().max(32).optional().describe('Code as the pump writes it'),
    members,
    priority,
    reckoning,
    people: z
      .array(person)
      .min(1)
      .max(256)
      .optional()
      .describe('Who is told by name, each with a receipt; absent where everybody on duty is'),
    latching: z.boolean().describe('Whether it is shown until acknowledged, also when its source ended it'),
    notifyAfterMs: milliseconds.describe('How long people are not told yet; always 0 for high'),
  }),
  example: {
    entity: episode,
    data: {
      condition: 'pump-occlusion',
      text: 'The line is blocked: pressure above the limit',
      kind: 'technical',
      group: 'pump/8002-51740',
      unit: 'icu-1',
      bed: 'bed-7',
      vendorCode: 'AL_OCCLU',
      members: [exampleMember],
      priority: 'high',
      reckoning: { ...exampleReckoning, terms: [...exampleReckoning.terms] },
      latching: false,
      notifyAfterMs: 0,
    },
  },
});

export const AlarmChanged = defineEvent('alarm', 'changed', {
  entity,
  sentence: 'An open episode has other members or a higher priority, or its source came or went.',
  data: z.object({
    reason: z
      .enum(['member-joined', 'member-cleared', 'member-returned', 'latched', 'priority'])
      .describe('latched: every source has ended, but it is shown until somebody acknowledges'),
    members,
    priority,
    reckoning,
  }),
  example: {
    entity: episode,
    data: {
      reason: 'member-cleared',
      members: [{ ...exampleMember, clearedBy: '01994f7e-7c00-7000-8000-000000000002' }],
      priority: 'high',
      reckoning: { ...exampleReckoning, terms: [...exampleReckoning.terms] },
    },
  },
});

export const AlarmAcknowledged = defineEvent('alarm', 'acknowledged', {
  entity,
  sentence: 'Somebody has seen an alarm and says so. It ends nothing: only its source resolves it.',
  data: z.object({
    person,
    authenticated: z
      .boolean()
      .describe('Whether the person showed a pass of access; false: somebody gave this name'),
    afterMs: milliseconds.describe('From raised to acknowledged'),
  }),
  example: { entity: episode, data: { person: 'person-7f3a', authenticated: true, afterMs: 21_500 } },
});

export const AlarmAudioPaused = defineEvent('alarm', 'audio-paused', {
  entity,
  sentence: 'The sound of one alarm is off for a limited time; what is seen stays, others sound on.',
  data: z.object({
    person,
    authenticated: z
      .boolean()
      .describe('Whether the person showed a pass of access; false: somebody gave this name'),
    forMs: milliseconds.max(120_000).describe('How long; 120 s at most'),
  }),
  example: { entity: episode, data: { person: 'person-7f3a', authenticated: true, forMs: 60_000 } },
});

export const AlarmEscalated = defineEvent('alarm', 'escalated', {
  entity,
  sentence: 'An alarm was not dealt with in time, and more people are told.',
  data: z.object({
    step: z.number().int().min(1).describe('Number of the step, from 1'),
    reason: z
      .enum(['not-acknowledged', 'acknowledged-unresolved'])
      .describe('acknowledged-unresolved: acknowledged long ago and still there; may be acknowledged anew'),
    afterMs: milliseconds.describe('From raised to this step'),
  }),
  example: { entity: episode, data: { step: 1, reason: 'not-acknowledged', afterMs: 60_000 } },
});

export const AlarmResolved = defineEvent('alarm', 'resolved', {
  entity,
  sentence: 'The source of every member has ended it, and the episode is closed.',
  data: z.object({
    resolvedBy: z.uuid().describe('Event by which the last source ended it'),
    openMs: milliseconds.describe('From raised to resolved'),
    acknowledgedAfterMs: milliseconds
      .optional()
      .describe('From raised to the first acknowledgement; absent when nobody did'),
    highestPriority: priority,
    escalations: z.number().int().min(0).describe('Steps that it took'),
  }),
  example: {
    entity: episode,
    data: {
      resolvedBy: '01994f7e-7c00-7000-8000-000000000002',
      openMs: 95_000,
      acknowledgedAfterMs: 21_500,
      highestPriority: 'high',
      escalations: 0,
    },
  },
});

const notification = z.number().int().min(1).describe('Number of the notification in its episode, from 1');
const channel = z.enum(['stream', 'mail', 'webhook']).describe('Way by which people or programs are told');
const key = z.uuid().describe('Idempotency key: the same at every try of this notification on this way');

export const NotificationSent = defineEvent('alarm', 'notification-sent', {
  entity,
  sentence:
    'A notification is on its way; it is tried on each way until there is a receipt or it is too old.',
  data: z.object({
    notification,
    reason: z.enum(['raised', 'changed', 'escalated', 'resolved']).describe('What people are told'),
    step: z.number().int().min(0).describe('Step of the escalation, which chooses who is told'),
    channels: z.array(channel).max(3).describe('Ways that are used; empty: only this log is told'),
    priority,
    sources: z.array(token).min(1).max(64).describe('Members that it speaks of'),
  }),
  example: {
    entity: episode,
    data: {
      notification: 1,
      reason: 'raised',
      step: 0,
      channels: ['stream', 'mail'],
      priority: 'high',
      sources: ['8002-51740'],
    },
  },
});

export const NotificationDelivered = defineEvent('alarm', 'notification-delivered', {
  entity,
  sentence: 'A receipt says that a notification arrived on one way.',
  data: z.object({
    notification,
    channel,
    key,
    person: person.optional().describe('Who was told, where it is told by name'),
    attempts: z.number().int().min(1).describe('Tries that it took'),
    afterMs: milliseconds.describe('From the decision to notify to the receipt'),
    receipt: z.string().max(160).describe('What the other side said: reply of the mail server, HTTP status'),
  }),
  example: {
    entity: episode,
    data: {
      notification: 1,
      channel: 'mail',
      key: '7d1b2c3a-4e5f-8a6b-9c7d-0e1f2a3b4c5d',
      attempts: 1,
      afterMs: 42,
      receipt: '250 Accepted',
    },
  },
});

export const NotificationFailed = defineEvent('alarm', 'notification-failed', {
  entity,
  sentence: 'A notification did not arrive on one way: at the first failure, and when it is given up.',
  data: z.object({
    notification,
    channel,
    key,
    person: person.optional().describe('Who was not told, where it is told by name'),
    attempts: z.number().int().min(0).describe('Tries so far'),
    givenUp: z.boolean().describe('Whether it is not tried again'),
    detail: z.string().max(256).describe('What went wrong; no address and no content'),
  }),
  example: {
    entity: episode,
    data: {
      notification: 1,
      channel: 'webhook',
      key: '7d1b2c3a-4e5f-8a6b-9c7d-0e1f2a3b4c5d',
      attempts: 1,
      givenUp: false,
      detail: 'HTTP 503',
    },
  },
});
