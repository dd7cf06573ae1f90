import { join } from 'node:path';
import { SmallDisk } from '@bcmed/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stack } from '../src/index.js';
import { SILENT, bcmed, temporaryFolder } from './harness.js';

const WITHIN = { timeout: 90_000, interval: 250 };
const folder = join(temporaryFolder(), 'disk');
const disk = SmallDisk.mount(folder, '96m');
const data = join(folder, 'data');

const title = 'a site whose disk is full';
describe.skipIf(typeof disk === 'string')(
  typeof disk === 'string' ? `${title} [SKIPPED: ${disk}]` : title,
  () => {
    const room = disk as SmallDisk; // else all of this is skipped
    let stack: Stack;

    beforeAll(async () => {
      stack = await Stack.open({ dataDir: data, siteName: 'full', progress: SILENT });
      await stack.startLedger();
      await stack.startAdapter(await stack.startIcu({ ward: { pumps: 8 }, seed: 1, session: 'ward-life' }));
    });
    afterAll(async () => {
      await stack.stop();
      room.unmount();
    });

    const health = async (name: 'ledger' | 'pump-adapter'): Promise<string> => {
      const response = await fetch(`${stack.service(name).url}/health/ready`);
      return ((await response.json()) as { status: string }).status;
    };

    it('says so, and nothing of it ends', async () => {
      await expect.poll(() => stack.events.lastPosition(), WITHIN).toBeGreaterThan(20n);
      const whenFull = async () => {
        room.fill();
        return health('pump-adapter');
      };
      await expect.poll(whenFull, WITHIN).not.toBe('up');
      const restarts = stack.backbone.supervisor.status().map((one) => [one.name, one.restarts]);
      expect(restarts.filter(([, count]) => count !== 0)).toEqual([]);
    });

    it('goes on by itself when there is room again', async () => {
      room.empty();
      await expect.poll(() => health('pump-adapter'), WITHIN).toBe('up');
      await expect.poll(() => health('ledger'), WITHIN).toBe('up');
      const before = await stack.events.lastPosition();
      await expect.poll(() => stack.events.lastPosition(), WITHIN).toBeGreaterThan(before + 5n);
    });

    it('has lost nothing that was acknowledged, and verifies', async () => {
      await stack.stop();
      const { stdout } = await bcmed('verify', '--json', '--data', data);
      expect(JSON.parse(stdout), stdout).toMatchObject({
        verified: true,
        differences: [],
        openSenderGaps: 0,
      });
    });
  },
);
