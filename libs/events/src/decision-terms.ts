import { z } from 'zod';
import { instant, unit } from './terms.js';

/** Fields of `decision-denied` in every area: what somebody asked for who proved who they are, and why not. */
export const deniedDecision = {
  action: z
    .string()
    .regex(/^[a-z][a-z-]{0,63}$/, 'must be an action')
    .describe('What was asked for, as the policy names it'),
  resourceKind: z.enum(['pump', 'patient', 'unit', 'library']).describe('What it was asked of'),
  resource: z.string().min(1).max(128).describe('Serial, pseudonym, unit or library'),
  unit,
  reason: z
    .enum(['forbidden', 'not-permitted', 'malformed-request', 'policy-failure'])
    .describe(
      'forbidden: a policy says no; not-permitted: none says yes; the others: it could not be decided',
    ),
  policies: z.array(z.string().min(1).max(64)).max(16).describe('Policies that decided; empty without one'),
  policyVersion: z.string().min(1).max(64).describe('Version of the policies that decided'),
  words: z.string().min(1).max(512).describe('What the person was told'),
};

/** Fields of `decisions-allowed`: what a person read within a while, counted by what it was. */
export function countedReads<const Actions extends readonly [string, ...string[]]>(actions: Actions) {
  return {
    from: instant.describe('First of these reads'),
    to: instant.describe('Last of these reads'),
    reads: z
      .array(
        z.object({
          action: z.enum(actions).describe('What was read'),
          count: z.number().int().min(1).describe('How often'),
        }),
      )
      .min(1)
      .max(16)
      .describe('By what was read'),
  };
}

/** Fields of `passes-refused`: requests without a pass that holds, counted by why. */
export const refusedPasses = {
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
};
