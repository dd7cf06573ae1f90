import { z } from 'zod';
import { defineEvent } from '../define.js';
import { instant, person, sha256, token, unit } from '../terms.js';

const entity = 'id of the threshold: it follows from site, condition, unit and bed';
const exampleId = '5f0c2a1e-7b6d-8c3e-9a41-2f6d0b7c8e90';
const exampleProposal = '8a1d0f52-4c3b-8e7a-9f60-1b2c3d4e5f60';
const exampleApproval = '01994f7e-7c00-7000-8000-0000000000a1';

const milliseconds = z.number().int().min(0).max(100_000);
const count = z.number().int().min(0);
const proposal = z.uuid().describe('Id of the proposal');
const scope = {
  condition: token.describe('Word for the alarm condition'),
  setting: z.enum(['notify-after-ms']).describe('Which setting: the delay before people are told'),
  unit: unit.describe('Care unit; `all` for places of which the unit is not known'),
  bed: token.optional().describe('Bed; absent where it is for every bed of the unit'),
};
const exampleScope = {
  condition: 'pump-near-end-of-infusion',
  setting: 'notify-after-ms',
  unit: 'icu-1',
} as const;

export const ThresholdProposed = defineEvent('alarm', 'threshold-proposed', {
  entity,
  sentence: 'Another threshold would have spared people alarms; it has no effect until two people approve.',
  data: z.object({
    proposal,
    ...scope,
    from: milliseconds.describe('Value in force'),
    to: milliseconds.describe('Value that is proposed'),
    guardLow: milliseconds.describe('Least value that may ever be proposed'),
    guardHigh: milliseconds.describe('Greatest value that may ever be proposed'),
    text: z
      .string()
      .min(2)
      .max(2_048)
      .describe('The exact text that people sign; an approval is of this text'),
    replay: z
      .object({
        from: instant.describe('Episodes raised from then on'),
        to: instant.describe('and until then'),
        episodes: count.min(1).describe('Episodes of the past that it was replayed on'),
        mattered: count.describe('Of these: somebody acknowledged, or it escalated'),
        told: count.describe('Episodes that outlast the value in force, so that people are told of them'),
        spared: count.describe('Of these: ended by themselves before the proposed value'),
        later: count.describe('Of these: mattered, and would be told later by the difference of the values'),
        missed: z.number().int().min(0).max(0).describe('Mattered and would not be told: always 0'),
        shortestThatMatteredMs: z
          .number()
          .int()
          .min(0)
          .optional()
          .describe('How long the shortest one lasted that mattered; absent when none did'),
        examples: z.array(z.uuid()).max(20).describe('Some of those that would be spared, to be looked at'),
      })
      .describe('What would have been different'),
  }),
  example: {
    entity: exampleId,
    data: {
      proposal: exampleProposal,
      ...exampleScope,
      from: 5_000,
      to: 12_000,
      guardLow: 0,
      guardHigh: 19_000,
      text: `{"kind":"alarm-threshold","site":"s1","proposal":"${exampleProposal}","condition":"pump-near-end-of-infusion","setting":"notify-after-ms","unit":"icu-1","fromMs":5000,"toMs":12000,"episodes":48,"spared":21,"later":3,"missed":0}`,
      replay: {
        from: '2026-10-21T12:00:00.000Z',
        to: '2026-11-20T12:00:00.000Z',
        episodes: 48,
        mattered: 3,
        told: 40,
        spared: 21,
        later: 3,
        missed: 0,
        shortestThatMatteredMs: 12_500,
        examples: [exampleApproval],
      },
    },
  },
});

export const ThresholdApproved = defineEvent('alarm', 'threshold-approved', {
  entity,
  sentence: 'Two different people who may have signed a proposed threshold: it is in force from here on.',
  data: z.object({
    proposal,
    ...scope,
    from: milliseconds.describe('Value in force until here'),
    to: milliseconds.describe('Value in force from here on'),
    approval: z.uuid().describe('Id of the approval at access that holds the signatures'),
    requestedBy: person.describe('Who asked for the signatures, and counts as none'),
    approvedBy: z.array(person).min(2).max(7).describe('Who signed and still may, each a different person'),
  }),
  example: {
    entity: exampleId,
    data: {
      proposal: exampleProposal,
      ...exampleScope,
      from: 5_000,
      to: 12_000,
      approval: exampleApproval,
      requestedBy: 'person-7f3a',
      approvedBy: ['person-91c0', 'person-4e2b'],
    },
  },
});

export const ThresholdWithdrawn = defineEvent('alarm', 'threshold-withdrawn', {
  entity,
  sentence: 'A proposed threshold is no longer proposed and never came into force.',
  data: z.object({
    proposal,
    ...scope,
    reason: z
      .enum(['refused', 'would-miss', 'guard-band', 'expired'])
      .describe(
        'refused: somebody who may approve said no; would-miss: it would now miss one that mattered; guard-band: outside what may be learned; expired: nobody decided in time',
      ),
    person: person.optional().describe('Who said no'),
  }),
  example: {
    entity: exampleId,
    data: { proposal: exampleProposal, ...exampleScope, reason: 'refused', person: 'person-91c0' },
  },
});

export const ThresholdRolledBack = defineEvent('alarm', 'threshold-rolled-back', {
  entity,
  sentence: 'A threshold is again what it was before a proposal came into force.',
  data: z.object({
    proposal,
    ...scope,
    from: milliseconds.describe('Value in force until here'),
    to: milliseconds.describe('Value in force from here on'),
    reason: z
      .enum(['missed-alarm', 'guard-band', 'person'])
      .describe(
        'missed-alarm: the value in force missed one that mattered; guard-band: it is outside what may be learned; person: somebody said so',
      ),
    person: person.optional().describe('Who said so; absent where a guard did'),
  }),
  example: {
    entity: exampleId,
    data: { proposal: exampleProposal, ...exampleScope, from: 12_000, to: 5_000, reason: 'missed-alarm' },
  },
});

export const ReviewIssued = defineEvent('alarm', 'review-issued', {
  entity: 'id of the review',
  sentence: 'A periodic review of alarms was made and is fixed by its hash.',
  data: z.object({
    from: instant.describe('Episodes raised from then on'),
    to: instant.describe('and before then'),
    episodes: z.number().int().min(0).describe('How many'),
    acknowledgedMedianMs: z.number().int().min(0).optional().describe('Median from raised to acknowledged'),
    resolvedMedianMs: z.number().int().min(0).optional().describe('Median from raised to resolved'),
    undelivered: z.number().int().min(0).describe('High notifications without any receipt'),
    sha256: sha256.describe('SHA-256 of the page, base64url'),
  }),
  example: {
    entity: exampleId,
    data: {
      from: '2026-11-13T12:00:00.000Z',
      to: '2026-11-20T12:00:00.000Z',
      episodes: 61,
      acknowledgedMedianMs: 34_000,
      resolvedMedianMs: 68_000,
      undelivered: 0,
      sha256: '47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU',
    },
  },
});
