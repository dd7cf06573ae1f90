import { chmodSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { rootKeyPath } from '../src/site/root-key.js';
import { Bcmed, bcmed, temporaryFolder } from './harness.js';

interface Finding {
  readonly what: string;
  readonly state: 'good' | 'absent' | 'bad';
  readonly detail: string;
  readonly port?: number;
  readonly version?: string;
}

/** What the doctor says of a folder, by what it looked at. */
async function examined(
  data: string,
): Promise<{ readonly code: number | null; findings: Map<string, Finding> }> {
  const { code, stdout, stderr } = await bcmed('doctor', '--json', '--data', data);
  expect(stderr).toBe('');
  const findings = new Map((JSON.parse(stdout) as Finding[]).map((finding) => [finding.what, finding]));
  return { code, findings };
}

const SERVERS = ['nats-server', 'postgres', 'anvil'];
const SERVICES = ['ledger', 'pump-adapter', 'audit', 'access', 'dosing', 'alarms'];

const containing = (text: string): string => expect.stringContaining(text) as string;

describe('bcmed doctor', () => {
  const data = temporaryFolder();

  it('says of a machine without a site what is installed, and changes nothing', async () => {
    const { code, findings } = await examined(data);
    expect(code).toBe(0);
    for (const program of [...SERVERS, 'node', 'bcmed'])
      expect(findings.get(program)).toMatchObject({
        state: 'good',
        version: expect.stringMatching(/\d/) as string,
      });
    for (const what of ['site', 'stack', 'sync'])
      expect(findings.get(what)).toMatchObject({ state: 'absent' });
  });

  it('finds every server and service of a running stack at its port', async () => {
    const up = new Bcmed(['up', '--json', '--data', data]);
    await expect.poll(() => up.stderr, { timeout: 90_000, interval: 100 }).toContain('everything runs after');
    await expect
      .poll(
        async () => [...(await examined(data)).findings.values()].filter(({ state }) => state === 'bad'),
        {
          timeout: 60_000,
        },
      )
      .toEqual([]);
    const { code, findings } = await examined(data);
    expect(code).toBe(0);
    for (const what of [...SERVERS, ...SERVICES])
      expect(findings.get(what), what).toMatchObject({ state: 'good', port: expect.any(Number) as number });
    expect(findings.get('sync')).toMatchObject({
      state: 'good',
      detail: containing('says the running server'),
    });
    up.kill('SIGINT');
    expect(await up.exited).toBe(0);
  });

  it('says what is kept for the next start of a stack at rest', async () => {
    const { code, findings } = await examined(data);
    expect(code).toBe(0);
    expect(findings.get('site')).toMatchObject({ state: 'good' });
    expect(findings.get('sync')).toMatchObject({ state: 'good', detail: containing('always') });
    expect(findings.get('stack')?.detail).toContain('npm start');
  });

  it('calls a root key that others may read bad, says how to mend it, and fails', async () => {
    chmodSync(rootKeyPath(data), 0o644);
    const { code, findings } = await examined(data);
    expect(code).toBe(1);
    expect(findings.get('site')).toMatchObject({ state: 'bad', detail: containing('chmod 600') });
  });
});
