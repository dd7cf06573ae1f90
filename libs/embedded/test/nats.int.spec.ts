import { createServer } from 'node:net';
import { join } from 'node:path';
import { writeFileSync } from 'node:fs';
import { jetstream, jetstreamManager, StorageType } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  checkSyncAlways,
  Child,
  freePort,
  natsServerBinary,
  PortOccupiedError,
  readNatsDurability,
  startNats,
} from '../src/index.js';
import { waitFor } from '../src/wait.js';
import { stopAfterwards, temporaryFolder } from './temporary.js';

describe('the log of record on this machine', () => {
  it('fsyncs before it acknowledges, and says so', async () => {
    const nats = stopAfterwards(await startNats({ storeDir: temporaryFolder() }));
    await expect(checkSyncAlways(nats.monitorUrl)).resolves.toMatchObject({ syncAlways: true });
  });

  it('has every acknowledged message again after it was killed, at the same address', async () => {
    const storeDir = temporaryFolder();
    const first = stopAfterwards(await startNats({ storeDir }));
    const connection = await connect({ servers: first.url });
    const manager = await jetstreamManager(connection);
    await manager.streams.add({ name: 'EVENTS', subjects: ['bcmed.>'], storage: StorageType.File });
    const writer = jetstream(connection);
    await Promise.all(Array.from({ length: 100 }, (_, n) => writer.publish('bcmed.test', String(n))));
    await first.kill();
    await connection.close();

    const second = stopAfterwards(await startNats({ storeDir, port: first.port }));
    expect(second.url).toBe(first.url);
    const again = await connect({ servers: second.url });
    onTestFinished(() => again.close());
    const { state } = await (await jetstreamManager(again)).streams.info('EVENTS');
    expect(state.messages).toBe(100);
  });

  it('is refused when it acknowledges before the message is on the disk', async () => {
    const folder = temporaryFolder();
    const monitorPort = await freePort();
    const configuration = join(folder, 'hasty.conf');
    writeFileSync(
      configuration,
      `listen: "127.0.0.1:-1"\nhttp: "127.0.0.1:${String(monitorPort)}"\njetstream { store_dir: "${folder}" }\n`,
    );
    const hasty = await Child.start({
      name: 'hasty',
      command: natsServerBinary(),
      args: ['-c', configuration],
      logFile: join(folder, 'log'),
    });
    stopAfterwards(hasty);
    const monitorUrl = `http://127.0.0.1:${String(monitorPort)}`;
    const found = await waitFor(() => readNatsDurability(monitorUrl), { deadlineMs: 10_000 });
    expect(found).toMatchObject({ syncAlways: false });
    await expect(checkSyncAlways(monitorUrl)).rejects.toMatchObject({
      code: 'BCM-EMBEDDED-NATS-NOT-DURABLE',
    });
  });

  it('names who holds a port that it was told to use', async () => {
    const squatter = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void squatter.close());
    await expect.poll(() => squatter.listening).toBe(true);
    const address = squatter.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const refusal = await startNats({ storeDir: temporaryFolder(), port }).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(PortOccupiedError);
    expect(String(refusal)).toContain(String(port));
    if (process.platform === 'linux') expect(String(refusal)).toContain(`process ${String(process.pid)}`);
  });

  it('quotes the end of the log when it ends before it is ready', async () => {
    const storeDir = temporaryFolder();
    const starting = startNats({ storeDir, maxFileBytes: Number.NaN });
    await expect(starting).rejects.toMatchObject({ code: 'BCM-EMBEDDED-START-FAILED' });
    await expect(starting).rejects.toThrow(/max_file_store|NaN/);
  });
});
