import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type NatsServer } from '@bcmed/embedded';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { sealed, SITE } from '../../test/server.js';
import { connectNats } from '../connection.js';
import { EventLog } from '../event-log.js';
import { ensureConsumer } from '../strategy/consumer.js';
import { resolveSubscription } from '../strategy/subscription.js';
import { requireStreams, setUpStreams, STREAM } from '../streams.js';
import { brokerAuthorisation } from './authorisation.js';
import { BUS_IDENTITIES, inboxPrefixOf, SET_UP_IDENTITY } from './identities.js';
import { loadOrCreateSeed } from './seed-file.js';
import { setUpConsumers, subscriptionOf } from './set-up-consumers.js';

let folder: string;
let server: NatsServer;
let setUp: NatsConnection;

const seedOf = (name: string): string => join(folder, `${name}.nk`);
const NAMES = [SET_UP_IDENTITY, ...BUS_IDENTITIES.map(({ name }) => name)];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-broker-'));
  const keys = new Map(NAMES.map((name) => [name, loadOrCreateSeed(seedOf(name))]));
  server = await startNats({
    storeDir: join(folder, 'nats'),
    authorisation: brokerAuthorisation(SITE, keys),
  });
  setUp = await connectNats({
    servers: server.url,
    name: 'set-up',
    credentials: { name: SET_UP_IDENTITY, seedFile: seedOf(SET_UP_IDENTITY) },
  });
  await setUpStreams(setUp, SITE);
  await setUpConsumers(setUp, SITE);
});
afterAll(async () => {
  await setUp.close();
  await server.stop();
  rmSync(folder, { recursive: true });
});

/** A connection of one identity; `seed` may be somebody else's. */
async function as(name: string, seed = name): Promise<NatsConnection> {
  const connection = await connectNats({
    servers: server.url,
    name,
    firstConnectMs: 300,
    credentials: { name, seedFile: seedOf(seed) },
  });
  onTestFinished(() => connection.close());
  return connection;
}

const managerOf = (connection: NatsConnection) =>
  jetstreamManager(connection, { checkAPI: false, timeout: 2_000 });

const consumerOf = async (connection: NatsConnection, durable: string, pattern = 'bcmed.{site}.>') =>
  ensureConsumer(
    await managerOf(connection),
    resolveSubscription({ mode: 'batch', pattern, options: { durable } }, SITE),
    undefined,
  );

describe('a service with its own identity', () => {
  it.each(BUS_IDENTITIES)('$name does what it is for', async ({ name, publishes, consumers, reads }) => {
    const connection = await as(name);
    await requireStreams(connection, SITE);
    for (const pattern of publishes.filter((one) => one.startsWith('bcmed.'))) {
      const subject = pattern.replace('{site}', SITE).replace('>', 'entity.said');
      await new EventLog(connection).append({ ...sealed('x'), subject });
    }
    for (const stream of reads) await new EventLog(connection, { stream }).lastPosition();
    const manager = await managerOf(connection);
    for (const consumer of consumers) {
      const found = await ensureConsumer(manager, subscriptionOf(consumer, SITE), undefined);
      expect(found.name).toBe(consumer.durable);
    }
  });

  it('appends nothing in the area of another, and learns of it at once', async () => {
    const log = new EventLog(await as('audit'));
    const before = await new EventLog(setUp).lastPosition();
    const subject = `bcmed.${SITE}.dosing.8002-51740.command-authorised`;
    await expect(log.append({ ...sealed('x'), subject })).rejects.toMatchObject({
      code: 'BCM-LOG-REJECTED',
      message: expect.stringMatching(/permissions violation/i) as string,
    });
    expect(await new EventLog(setUp).lastPosition()).toBe(before);
  });

  it('touches neither a stream nor the consumer of another', async () => {
    const connection = await as('audit');
    const manager = await managerOf(connection);
    await expect(manager.streams.delete(STREAM.events)).rejects.toThrow();
    await expect(manager.streams.purge(STREAM.events)).rejects.toThrow();
    await consumerOf(await as('ledger'), 'ledger-on-event-appended');
    await expect(manager.consumers.delete(STREAM.events, 'ledger-on-event-appended')).rejects.toThrow();
    await expect(consumerOf(connection, 'ledger-on-event-appended')).rejects.toThrow();
  });

  it('takes from its consumers what the table says and nothing else: access gets no vital signs', async () => {
    const connection = await as('access');
    const manager = await managerOf(connection);
    const vitals = `bcmed.${SITE}.vitals.>`;
    const durable = 'access-1-on-site-event';
    for (const wish of [
      { name: 'access-1-more', filter_subject: vitals },
      { durable_name: 'access-1-more', filter_subjects: [vitals, `bcmed.${SITE}.pump.>`] },
      { filter_subject: vitals, mem_storage: true },
      { durable_name: durable, filter_subjects: [vitals] },
    ]) {
      const refused = manager.consumers.add(STREAM.events, { ack_policy: AckPolicy.All, ...wish });
      await expect(refused, JSON.stringify(wish)).rejects.toThrow(/permissions violation/i);
    }
    await expect(
      manager.consumers.update(STREAM.events, durable, { filter_subject: vitals }),
    ).rejects.toThrow(/permissions violation/i);
    await expect(consumerOf(connection, durable)).rejects.toMatchObject({
      code: 'BCM-LOG-CONSUMER-NOT-ALLOWED',
    });

    await new EventLog(setUp).append({ ...sealed('x'), subject: `bcmed.${SITE}.vitals.stay-1.sampled` });
    const subject = `bcmed.${SITE}.access.person-1.role-granted`;
    await new EventLog(setUp).append({ ...sealed('x'), subject });
    const consumer = await jetstream(connection).consumers.get(STREAM.events, durable);
    const seen: string[] = [];
    for (
      let next = await consumer.next({ expires: 5_000 });
      next;
      next = await consumer.next({ expires: 1_000 })
    ) {
      seen.push(next.subject);
      next.ack();
    }
    expect(seen).toContain(subject);
    expect(seen.filter((one) => !one.includes('.access.') && !one.endsWith('.epoch-opened'))).toEqual([]);
  });

  it('cannot listen to the answers to another', async () => {
    const connection = await as('audit');
    const heard: unknown[] = [];
    const errors: Error[] = [];
    connection.subscribe(`${inboxPrefixOf('ledger')}.>`, {
      callback: (error, message) => {
        if (error) errors.push(error);
        else heard.push(message);
      },
    });
    await connection.flush();
    await requireStreams(await as('ledger'), SITE);
    await expect.poll(() => errors.length).toBe(1);
    expect(heard).toEqual([]);
  });
});

describe('the broker', () => {
  it('lets nobody in who has no key, and nobody with a key that it does not know', async () => {
    await expect(
      connectNats({ servers: server.url, name: 'nobody', firstConnectMs: 200 }),
    ).rejects.toMatchObject({
      code: 'BCM-LOG-CONNECT',
    });
    loadOrCreateSeed(seedOf('stranger'));
    await expect(as('audit', 'stranger')).rejects.toMatchObject({ code: 'BCM-LOG-CONNECT' });
  });
});

describe('a seed file', () => {
  it('is made once, for its owner alone', () => {
    const path = seedOf('once');
    const key = loadOrCreateSeed(path);
    expect(loadOrCreateSeed(path)).toBe(key);
    expect(statSync(path).mode & 0o777).toBe(0o600);
  });

  it('that others can read, or that holds something else, is refused with what to do', () => {
    const path = seedOf('open');
    loadOrCreateSeed(path);
    chmodSync(path, 0o644);
    expect(() => loadOrCreateSeed(path)).toThrow(/set its mode to 0600/);
    writeFileSync(seedOf('wrong'), 'no seed', { mode: 0o600 });
    expect(() => loadOrCreateSeed(seedOf('wrong'))).toThrow(
      expect.objectContaining({ code: 'BCM-LOG-SEED-FILE' }),
    );
  });
});
