import { z } from 'zod';

/** Who acknowledges is whoever shows the pass: nothing else is taken. */
export const acknowledgement = z.strictObject({});

export const audioPause = z.strictObject({
  seconds: z
    .number('must be a number of seconds')
    .min(1, 'must be 1 or more')
    .max(120, 'must be 120 or less: the sound may not be off for longer')
    .default(60)
    .describe('How long the sound of this alarm is off'),
});
export type AudioPause = z.infer<typeof audioPause>;

export const idParam = z.object({ id: z.uuid('must be the id of an alarm, a UUID') });
export type IdParam = z.infer<typeof idParam>;

/** Unknown parameters are refused, so that a misspelt filter does not look like no filter. */
export const alarmsQuery = z.strictObject({
  state: z
    .enum(['open', 'all'], 'must be open or all')
    .default('open')
    .describe('open: what lasts or waits to be acknowledged; all: also what is closed, newest first'),
  limit: z.coerce
    .number('must be a number')
    .int('must be a whole number')
    .min(1, 'must be 1 or more')
    .max(1_000, 'must be 1000 or less')
    .default(100)
    .describe('How many at most'),
});
export type AlarmsQuery = z.infer<typeof alarmsQuery>;

export const reviewQuery = z.strictObject({
  days: z.coerce
    .number('must be a number of days')
    .min(0.01, 'must be 0.01 or more')
    .max(366, 'must be 366 or less')
    .default(7)
    .describe('How many days back'),
});
export type ReviewQuery = z.infer<typeof reviewQuery>;

export const proposalParam = z.object({ proposal: z.uuid('must be the id of a proposal, a UUID') });
export type ProposalParam = z.infer<typeof proposalParam>;
