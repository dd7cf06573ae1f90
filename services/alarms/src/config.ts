import { commonVariables } from '@bcmed/service-kit';
import { z } from 'zod';
import { readSecretFile, readWardFile, readWebhookSecret } from './adapters/files.js';

const seconds = (low: number, high: number) =>
  z.coerce.number('not a number').min(low, `below ${low}`).max(high, `above ${high}`);

/** Pauses in seconds, separated by commas; empty text is not reachable here, so `never` stands for none. */
const pauses = z
  .string()
  .regex(/^(?:never|\d{1,6}(?:,\d{1,6})*)$/, 'neither "never" nor whole seconds separated by commas')
  .transform((text) => (text === 'never' ? [] : text.split(',').map((part) => Number(part) * 1_000)));

/** A file that is read at once, so that a wrong one is told before anything is opened. */
const file = <Content>(read: (path: string) => Content) =>
  z.string().transform((path, context): Content => {
    try {
      return read(path);
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : String(error);
      context.addIssue(`the file cannot be used: ${why}`);
      return z.NEVER;
    }
  });

const address = /^[^\s@<>;,]+@[^\s@<>;,]+$/;
const recipients = z.string().transform((text, context): readonly (readonly string[])[] => {
  const steps = text.split(';').map((step) =>
    step
      .split(',')
      .map((one) => one.trim())
      .filter(Boolean),
  );
  const wrong = steps.flat().find((one) => !address.test(one));
  if (wrong !== undefined) context.addIssue(`"${wrong}" is not a mail address`);
  return steps;
});

/** The environment of the alarm service. */
export const configSchema = z
  .object({
    ...commonVariables,
    BCMED_INSTANCE: z
      .string()
      .regex(/^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/, 'only a-z, 0-9 and inner hyphens')
      .default('1')
      .describe('the name of this instance; together with the service it is the holder of the key'),
    ALARMS_WARD_FILE: file(readWardFile)
      .optional()
      .describe(
        'a YAML file that says where pumps stand: pumps: { 8002-51740: { unit: icu-1, bed: bed-7 } }',
      ),
    ALARMS_SILENCE_S: seconds(2, 600)
      .default(30)
      .describe('after how many seconds without a word of a pump it cannot be watched, 2 to 600'),
    ALARMS_VITALS_SILENCE_S: seconds(2, 600)
      .default(30)
      .describe(
        'after how many seconds without a value of a monitor its patient cannot be watched, 2 to 600',
      ),
    ALARMS_VITALS_FROZEN_S: seconds(2, 3_600)
      .default(120)
      .describe('after how many seconds with the same values to the last digit a monitor repeats itself'),
    ALARMS_JOIN_WINDOW_S: seconds(0, 600)
      .default(60)
      .describe('for how many seconds a further pump of one bed or adapter belongs to the same cause'),
    ALARMS_PRESSURE_SLOPE: seconds(2, 200)
      .default(10)
      .describe('the slope in mmHg per minute from which a pressure counts as rising, 2 to 200'),
    ALARMS_ESCALATE_HIGH_S: pauses
      .default([60_000, 120_000])
      .describe(
        'the pauses before each step of the escalation of high alarms in seconds, for example 60,120',
      ),
    ALARMS_ESCALATE_MEDIUM_S: pauses
      .default([300_000, 600_000])
      .describe('the same for medium alarms, for example 300,600, or never'),
    ALARMS_ESCALATE_LOW_S: pauses.default([]).describe('the same for low alarms, or never'),
    ALARMS_ACKNOWLEDGED_HIGH_S: seconds(10, 86_400)
      .default(300)
      .describe('after how many seconds an acknowledged high alarm that is still there escalates again'),
    ALARMS_ACKNOWLEDGED_MEDIUM_S: seconds(10, 86_400)
      .default(1_800)
      .describe('the same for medium alarms, in seconds'),
    ALARMS_READS_RECORDED_S: seconds(1, 3_600)
      .default(60)
      .describe('for how many seconds what people read is counted before it becomes one event, 1 to 3600'),
    ALARMS_LEARN_EVERY_S: seconds(1, 86_400)
      .default(3_600)
      .describe('after how many seconds it looks again whether thresholds may be learned, 1 to 86400'),
    ALARMS_LEARN_DAYS: z.coerce
      .number('not a number')
      .min(1, 'below 1')
      .max(366, 'above 366')
      .default(30)
      .describe('for how many days an episode teaches something, 1 to 366'),
    ALLOW_DEMONSTRATION: z
      .enum(['true', 'false'], 'neither true nor false')
      .default('false')
      .transform((text) => text === 'true')
      .describe('whether people that were made for a demonstration are believed: true or false'),
    ALARMS_GIVE_UP_AFTER_S: seconds(1, 86_400)
      .default(900)
      .describe('for how many seconds a notification is tried, 1 to 86400'),
    ALARMS_MAIL_URL: z
      .string()
      .regex(/^smtps?:\/\/[^\s/@]+$/, 'not smtp://host:port, and no name or password in it')
      .optional()
      .describe('the mail server, for example smtp://mail.example:587'),
    ALARMS_MAIL_FROM: z
      .string()
      .regex(address, 'not a mail address')
      .optional()
      .describe('the address that mails come from'),
    ALARMS_MAIL_TO: recipients
      .optional()
      .describe('who gets mails: commas between addresses, a semicolon before those of the next step'),
    ALARMS_MAIL_USER: z.string().min(1).optional().describe('the name to sign in with at the mail server'),
    ALARMS_MAIL_PASSWORD_FILE: file(readSecretFile)
      .optional()
      .describe('a file of mode 0600 with the password for the mail server'),
    ALARMS_WEBHOOK_URL: z
      .url({ protocol: /^https?$/, error: 'not an http(s) address' })
      .optional()
      .describe('where notifications are posted, for example https://pager.example/bcmed'),
    ALARMS_WEBHOOK_SECRET_FILE: file(readWebhookSecret)
      .optional()
      .describe('a file of mode 0600 with at least 24 bytes that sign what is posted'),
  })
  .superRefine((config, context) => {
    const needs = (given: string, wanted: keyof typeof config): void => {
      if (config[wanted] === undefined)
        context.addIssue({ code: 'custom', path: [wanted], message: `is needed with ${given}` });
    };
    if (config.ALARMS_MAIL_URL !== undefined) {
      needs('ALARMS_MAIL_URL', 'ALARMS_MAIL_FROM');
      needs('ALARMS_MAIL_URL', 'ALARMS_MAIL_TO');
    }
    if (config.ALARMS_MAIL_USER !== undefined) needs('ALARMS_MAIL_USER', 'ALARMS_MAIL_PASSWORD_FILE');
    if (config.ALARMS_WEBHOOK_URL !== undefined) needs('ALARMS_WEBHOOK_URL', 'ALARMS_WEBHOOK_SECRET_FILE');
    if (config.ALARMS_ESCALATE_HIGH_S.length === 0)
      context.addIssue({ code: 'custom', path: ['ALARMS_ESCALATE_HIGH_S'], message: 'high alarms escalate' });
  });

export type AlarmsConfig = z.infer<typeof configSchema>;
