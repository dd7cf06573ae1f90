import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../src/index.js';
import { Bcmed, SILENT, START, processesOn, temporaryFolder } from './harness.js';

/** As soon as a command has written this; fails when it ends without. Looks often: what is interrupted may be short. */
async function whenItSays(run: Bcmed, text: string): Promise<void> {
  const said = expect
    .poll(() => `${run.stdout}${run.stderr}`, { timeout: 120_000, interval: 5, message: text })
    .toContain(text);
  const ended = run.exited.then((code) =>
    expect.fail(`ended with ${String(code)}: ${run.stdout}${run.stderr}`),
  );
  await Promise.race([said, ended]);
}

async function expectNobodyOn(folder: string): Promise<void> {
  await expect.poll(() => processesOn(folder), { interval: 100 }).toEqual([]);
}

describe('a demonstration that somebody does not wait for', () => {
  it.each(['ledger:', 'shift:', 'session:'])(
    'ends at Ctrl-C during "%s" with 130, and nothing of it is left',
    async (moment) => {
      const temporary = temporaryFolder();
      const run = new Bcmed(['demo', '--seconds', '600', '--json'], { TMPDIR: temporary });
      await whenItSays(run, `… ${moment}`);
      run.kill('SIGINT');
      expect(await run.exited, run.stderr).toBe(130);
      expect(run.stderr).toContain('BCM-CLI-INTERRUPTED: SIGINT');
      expect(run.stdout).toBe('');
      expect(processesOn(temporary)).toEqual([]);
      expect(readdirSync(temporary)).toEqual([]);
    },
  );
});

describe('reading a log that somebody does not wait for', () => {
  const data = temporaryFolder();
  beforeAll(async () => {
    const stack = await Stack.open({ dataDir: data, siteName: 'leaving', progress: SILENT });
    await stack.startLedger();
    await stack.stop();
  });

  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('a verification ends at %s with %i and says nothing about the log', async (signal, code) => {
    const run = new Bcmed(['verify', '--data', data, '--json']);
    await whenItSays(run, '… NATS JetStream:');
    run.kill(signal);
    expect(await run.exited, run.stderr).toBe(code);
    expect(run.stderr).toContain(`BCM-CLI-INTERRUPTED: ${signal}`);
    expect(run.stdout).toBe('');
    expect(processesOn(data)).toEqual([]);
  });

  it('an export leaves no part of itself behind', async () => {
    const parent = temporaryFolder();
    const run = new Bcmed(['export', join(parent, 'out'), '--data', data]);
    await whenItSays(run, '… export:');
    run.kill('SIGINT');
    expect(await run.exited, run.stderr).toBe(130);
    expect(run.stdout).toBe('');
    expect(readdirSync(parent)).toEqual([]);
    expect(processesOn(data)).toEqual([]);
  });
});

describe('npm start', () => {
  it('ends at Ctrl-C before it is up with 130, drained', async () => {
    const data = temporaryFolder();
    const run = new Bcmed(['--data', data, '--json'], {}, START);
    await whenItSays(run, '… ledger:');
    run.kill('SIGINT');
    expect(await run.exited, run.stderr).toBe(130);
    expect(processesOn(data)).toEqual([]);
  });

  it('ends at Ctrl-C well, and leaves no process and no address behind', async () => {
    const data = temporaryFolder();
    const run = new Bcmed(['--data', data, '--json'], {}, START);
    await whenItSays(run, 'everything runs after');
    expect(processesOn(data).length).toBeGreaterThan(8);
    run.kill('SIGINT');
    expect(await run.exited, run.stderr).toBe(0);
    expect(run.stderr).toContain('✓ drain');
    expect(processesOn(data)).toEqual([]);
    expect(existsSync(join(data, 'running.json'))).toBe(false);
  });

  it('leaves no process behind when its launcher is killed', async () => {
    const data = temporaryFolder();
    const run = new Bcmed(['--data', data, '--json'], {}, START);
    await whenItSays(run, 'everything runs after');
    run.kill('SIGKILL');
    await run.exited;
    await expectNobodyOn(data);
  });
});
