import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type NatsServer } from '@bcmed/embedded';
import { EventLog, STREAM, connectNats, setUpStreams } from '@bcmed/event-log';
import {
  BlockAnchored,
  PumpLost,
  StatusSampled,
  createEvent,
  serialiseEvent,
  subjectOf,
  type EventDefinition,
} from '@bcmed/events';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { follow } from './follow.js';
import { SiteWatch } from './site-watch.js';

const SITE = 's1';
const TOO_LONG_MS = 16_000;

let folder: string;
let server: NatsServer;
let connection: NatsConnection;
let events: EventLog;
let blocks: EventLog;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-watch-'));
  server = await startNats({ storeDir: folder });
  connection = await connectNats({ servers: server.url, name: 'test' });
  events = new EventLog(connection);
  blocks = new EventLog(connection, { stream: STREAM.blocks });
});
afterAll(async () => {
  await connection.close();
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** Appends the catalogue's example; a watch looks at no seal. */
async function say(log: EventLog, definition: EventDefinition, entity: string): Promise<void> {
  const id = crypto.randomUUID();
  const chain = { chain: crypto.randomUUID(), sequence: '1' };
  const event = createEvent(
    definition,
    {
      id,
      source: 'test/1',
      entity,
      time: new Date().toISOString(),
      site: SITE,
      actor: 'adapter',
      ...(definition.chained && { chain }),
    },
    definition.example.data,
  );
  await log.append({ subject: subjectOf(event), id, seal: 'a..b', body: serialiseEvent(event) });
}

async function watching(): Promise<SiteWatch> {
  const watch = new SiteWatch({ events, blocks });
  await watch.start();
  onTestFinished(() => watch.stop());
  return watch;
}

describe('a follower', () => {
  it('says that it has lost a stream that is not there, and begins again until it is', async () => {
    const leaving = new AbortController();
    onTestFinished(() => leaving.abort());
    const heard: boolean[] = [];
    const seen: bigint[] = [];
    void follow(events, 1n, ({ position }) => seen.push(position), {
      signal: leaving.signal,
      heard: (following) => heard.push(following),
    });
    await expect.poll(() => heard.length).toBeGreaterThan(1);
    expect(heard).not.toContain(true);
    await setUpStreams(connection, SITE);
    await say(events, StatusSampled, 'pump-1');
    await say(events, StatusSampled, 'pump-1');
    await expect.poll(() => seen).toEqual([1n, 2n]);
    expect(heard.at(-1)).toBe(true);
  });
});

describe('the watch over a site', () => {
  it('goes on after the server was killed', async () => {
    const watch = await watching();
    await say(events, StatusSampled, 'pump-1');
    await expect.poll(() => watch.snapshot().events).toBe(1);

    await server.kill();
    server = await startNats({ storeDir: folder, port: server.port });
    await say(events, StatusSampled, 'pump-1');
    await say(blocks, BlockAnchored, '1');
    await expect.poll(() => watch.snapshot().events).toBe(2);
    await expect.poll(() => watch.snapshot().blocks).toBe(1);
  });

  it('shows no value that is older than its limit', async () => {
    const watch = await watching();
    await say(events, StatusSampled, 'pump-1');
    await say(events, PumpLost, 'pump-2');
    await say(blocks, BlockAnchored, '1');
    await expect.poll(() => watch.snapshot().blocks).toBe(1);
    await expect.poll(() => watch.snapshot().pumps).toHaveLength(2);
    const { rateMlPerHour } = StatusSampled.example.data;
    const now = watch.snapshot();
    expect(now.pumps[0]).toMatchObject({ serial: 'pump-1', connected: true, rateMlPerHour });
    expect(now.lastBlock).toMatchObject({ number: '1' });

    const later = watch.snapshot(Date.now() + TOO_LONG_MS);
    expect(later.pumps[0]).toMatchObject({
      serial: 'pump-1',
      connected: undefined,
      rateMlPerHour: undefined,
    });
    expect(later.pumps[1]).toMatchObject({ serial: 'pump-2', connected: false, lastEvent: 'lost' });
    expect(later).toMatchObject({ lastBlock: undefined, latencyMs: null, eventsPerSecond: 0 });
  });
});
