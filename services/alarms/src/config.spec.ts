import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig } from '@bcmed/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { configSchema } from './config.js';

const COMMON = {
  BCMED_SITE: 's1',
  NATS_URL: 'nats://127.0.0.1:4222',
  BCMED_ROOT_KID: 'a'.repeat(43),
  BCMED_STATE_DIR: '/tmp/x',
};

let folder: string;
const path = (name: string): string => join(folder, name);

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-config-'));
  const files = {
    secret: 's'.repeat(24),
    short: 'short',
    open: 's'.repeat(24),
    'ward.yaml': 'pumps: { 8002-A: { bed: b-1 } }',
    wrong: 'pumps: { x: { bad: 1 } }',
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(path(name), text, { mode: 0o600 });
  chmodSync(path('open'), 0o644);
});

afterAll(() => {
  rmSync(folder, { recursive: true });
});

function problems(more: Record<string, string>): unknown {
  const outcome = parseConfig(configSchema, { ...COMMON, ...more });
  return outcome.ok
    ? 'fine'
    : outcome.problems.map(({ variable, problem }) => `${variable} ${problem}`).join('\n');
}

describe('the configuration', () => {
  it('needs nothing but what every service needs', () => {
    expect(parseConfig(configSchema, COMMON)).toMatchObject({
      ok: true,
      config: { HTTP_HOST: '127.0.0.1', ALARMS_SILENCE_S: 30, ALARMS_ESCALATE_HIGH_S: [60_000, 120_000] },
    });
  });

  it('reads pauses, recipients by step, and where pumps stand', () => {
    const more = {
      ALARMS_ESCALATE_MEDIUM_S: 'never',
      ALARMS_ESCALATE_HIGH_S: '30,90',
      ALARMS_MAIL_TO: 'a@x.example, b@x.example; c@x.example',
      ALARMS_WARD_FILE: path('ward.yaml'),
    };
    expect(parseConfig(configSchema, { ...COMMON, ...more })).toMatchObject({
      ok: true,
      config: {
        ALARMS_ESCALATE_MEDIUM_S: [],
        ALARMS_ESCALATE_HIGH_S: [30_000, 90_000],
        ALARMS_MAIL_TO: [['a@x.example', 'b@x.example'], ['c@x.example']],
        ALARMS_WARD_FILE: new Map([['8002-a', { bed: 'b-1' }]]),
      },
    });
  });

  it.each([
    [{ ALARMS_READS_RECORDED_S: '0' }, /ALARMS_READS_RECORDED_S .*below 1/],
    [{ ALARMS_ESCALATE_HIGH_S: 'never' }, /ALARMS_ESCALATE_HIGH_S .*high alarms escalate/],
    [{ ALARMS_ESCALATE_LOW_S: '1;2' }, /separated by commas/],
    [{ ALARMS_SILENCE_S: '1' }, /below 2/],
    [{ ALARMS_MAIL_URL: 'smtp://user:pass@x' }, /no name or password/],
    [{ ALARMS_MAIL_URL: 'smtp://x:25' }, /ALARMS_MAIL_FROM .*\nALARMS_MAIL_TO/],
    [{ ALARMS_MAIL_TO: 'nobody' }, /not a mail address/],
    [{ ALARMS_WEBHOOK_URL: 'ftp://x' }, /not an http/],
    [{ ALARMS_WEBHOOK_URL: 'https://x.example' }, /ALARMS_WEBHOOK_SECRET_FILE is not set/],
  ])('refuses %j', (more, why) => {
    expect(problems(more)).toMatch(why);
  });

  it('refuses files that are not there, not readable as they should be, or readable by others', () => {
    expect(problems({ ALARMS_WARD_FILE: path('none') })).toContain('ENOENT');
    expect(problems({ ALARMS_WARD_FILE: path('wrong') })).toContain('bad');
    expect(problems({ ALARMS_WEBHOOK_SECRET_FILE: path('short') })).toContain('less than 24 bytes');
    expect(problems({ ALARMS_WEBHOOK_SECRET_FILE: path('open') })).toContain('chmod 600');
    expect(problems({ ALARMS_WEBHOOK_SECRET_FILE: path('secret') })).toBe('fine');
  });
});
