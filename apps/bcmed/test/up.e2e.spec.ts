import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Bcmed, bcmed, processesOn, temporaryFolder } from './harness.js';

interface Snapshot {
  readonly snapshot: {
    readonly pumps: readonly { readonly connected: boolean }[];
    readonly events: number;
    readonly lastBlock?: { readonly number: string };
    readonly latencyMs?: { readonly p50: number };
  };
  readonly verification: string;
}

const snapshots = (run: Bcmed): Snapshot[] =>
  run.stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Snapshot);

/** Until the live view shows the sixteen pumps of four beds, a block and everything verified. */
async function untilItLives(run: Bcmed): Promise<Snapshot> {
  await expect
    .poll(
      () => {
        const last = snapshots(run).at(-1);
        const connected = last?.snapshot.pumps.filter((pump) => pump.connected).length;
        return {
          connected,
          confirmed: last?.snapshot.lastBlock !== undefined,
          verified: last?.verification.startsWith('everything agrees up to'),
        };
      },
      { timeout: 90_000, interval: 200, message: run.stderr },
    )
    .toEqual({ connected: 16, confirmed: true, verified: true });
  return snapshots(run).at(-1)!;
}

describe('bcmed up', () => {
  it('shows the pumps of four beds, blocks and a verified log; goes on after a restart; leaves nothing behind', async () => {
    const data = temporaryFolder();
    const first = new Bcmed(['up', '--json', '--data', data]);
    await untilItLives(first);
    first.kill('SIGINT');
    expect(await first.exited).toBe(0);
    expect(processesOn(data)).toEqual([]);

    const beganMs = performance.now();
    const second = new Bcmed(['up', '--json', '--data', data]);
    await expect
      .poll(() => second.stderr, { timeout: 90_000, interval: 100 })
      .toContain('everything runs after');
    expect(performance.now() - beganMs).toBeLessThan(45_000);
    expect(second.stderr).not.toContain('new site');
    await untilItLives(second);

    second.kill('SIGKILL');
    await second.exited;
    await expect.poll(() => processesOn(data), { interval: 100 }).toEqual([]);

    const verified = await bcmed('verify', '--json', '--data', data);
    expect(JSON.parse(verified.stdout)).toMatchObject({ verified: true });
    expect(verified.code).toBe(0);
  });

  it('tells who holds the data folder when it is started twice', async () => {
    const data = temporaryFolder();
    const first = new Bcmed(['up', '--json', '--data', data]);
    await expect.poll(() => existsSync(join(data, 'in-use.json')), { timeout: 30_000 }).toBe(true);
    const second = await bcmed('up', '--json', '--data', data);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/BCM-EMBEDDED-[A-Z-]+: .*in use by process \d+/);
    first.kill('SIGKILL');
    await first.exited;
  });
});

describe('bcmed, asked wrongly', () => {
  it.each([
    [['up', '--pumps', '0'], /--pumps.*whole number from 1 to 64/s],
    [['up', '--beds', '65'], /--beds.*whole number from 1 to 64/s],
    [['demo', '--seconds', 'long'], /--seconds.*whole number from 20/s],
    [['up', '--site', 'Ward 3'], /--site.*a-z, 0-9/s],
    [['verify', '--export', '/nowhere/at/all'], /BCM-[A-Z-]+: .*\/nowhere\/at\/all/],
  ])('%j: says what would be right, and does nothing', async (args, message) => {
    const { code, stderr } = await bcmed(...args);
    expect(code).toBe(1);
    expect(stderr).toMatch(message);
  });
});
