import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { Supervisor, startNats } from '@bcmed/embedded';
import { EventLog, AppendOutcomeUnknownError, connectNats, setUpStreams } from '@bcmed/event-log';
import { SmallDisk } from '@bcmed/testing';
import { afterAll, describe, expect, it } from 'vitest';
import { temporaryFolder } from './harness.js';

const WITHIN = { timeout: 90_000, interval: 100 };
const disk = SmallDisk.mount(join(temporaryFolder(), 'disk'), '16m');
const lacking = typeof disk === 'string' ? disk : undefined;
const title = 'a stream whose disk is full';

describe.skipIf(lacking !== undefined)(
  lacking === undefined ? title : `${title} [SKIPPED: ${lacking}]`,
  () => {
    const room = disk as SmallDisk; // else all of this is skipped
    const supervisor = new Supervisor();
    afterAll(async () => {
      await supervisor.stop();
      room.unmount();
    });

    it('acknowledges nothing meanwhile, is started anew when there is room again, and has all that it acknowledged', async () => {
      const storeDir = join(room.folder, 'nats');
      let port = 0;
      const nats = await supervisor.start({
        name: 'nats-server',
        start: async () => {
          const server = await startNats({ storeDir, port, endsWhenStoreFailed: true });
          port = server.port;
          return server;
        },
      });
      const connection = await connectNats({ servers: nats.current.url, name: 'test' });
      await setUpStreams(connection, 's1');
      const log = new EventLog(connection, { timeoutMs: 500 });
      const acknowledged: bigint[] = [];
      /** What became of one more message. */
      const tryOnce = async (): Promise<string> => {
        const message = { subject: 'bcmed.s1.pump.p1.x', id: randomBytes(8).toString('hex'), seal: 'x' };
        try {
          acknowledged.push((await log.append({ ...message, body: randomBytes(20_000) })).position);
          return 'acknowledged';
        } catch (error) {
          if (!(error instanceof AppendOutcomeUnknownError)) throw error;
          return error.code;
        }
      };
      const whenFull = (): Promise<string> => {
        room.fill();
        return tryOnce();
      };
      expect(await tryOnce()).toBe('acknowledged');
      await expect.poll(whenFull, WITHIN).toBe('BCM-LOG-OUTCOME-UNKNOWN');
      expect(nats.status().restarts).toBe(0);

      room.empty();
      await expect.poll(tryOnce, WITHIN).toBe('acknowledged');
      expect(nats.status().restarts).toBe(1);
      for (const position of acknowledged) expect(await log.readAt(position), `${position}`).toBeDefined();
      await connection.close();
    });
  },
);
