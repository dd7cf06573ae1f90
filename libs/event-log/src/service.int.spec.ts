import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HealthModule, serve } from '@bcmed/service-kit';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  Controller,
  Inject,
  Module,
  type INestApplication,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealedSeries, SITE, TestLog } from '../test/server.js';
import { watchConnection } from './connection.js';
import { EventLogModule, NATS_CONNECTION } from './event-log.module.js';
import { EventLog } from './event-log.js';
import { idOf } from './messages.js';
import { JetStreamServer } from './strategy/jetstream-server.js';
import { OnBatch, type Delivery } from './strategy/subscription.js';

const test = new TestLog();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bcmed-service-'));
  await test.start();
});
afterAll(async () => {
  for (const event of ['SIGTERM', 'SIGINT']) process.removeAllListeners(event);
  await test.stop();
  await rm(folder, { recursive: true });
});

/** Writes to a store that is closed last, as a service does. */
@Controller()
class Reaction implements OnApplicationShutdown {
  static readonly seen: string[] = [];
  static storeOpen = true;
  constructor(@Inject(EventLog) readonly log: EventLog) {}

  @OnBatch('bcmed.{site}.>', { durable: 'service-store' })
  store(messages: readonly Delivery[]): void {
    if (!Reaction.storeOpen) throw new Error('the store was closed before its handler');
    Reaction.seen.push(...messages.map(idOf));
  }

  onApplicationShutdown(): void {
    Reaction.storeOpen = false;
  }
}

async function startService(): Promise<{ app: INestApplication; address: string }> {
  @Module({
    imports: [
      HealthModule,
      EventLogModule.register({ servers: test.server.url, name: 'service/1', site: SITE }),
    ],
    controllers: [Reaction],
  })
  class ServiceModule {}
  const app = await NestFactory.create(ServiceModule, { logger: false, forceCloseConnections: true });
  const strategy = app.get(JetStreamServer);
  app.connectMicroservice({ strategy });
  const port = await serve(app, {
    config: { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, BCMED_STATE_DIR: folder },
    checks: [watchConnection(app.get<NatsConnection>(NATS_CONNECTION)).health(), strategy.health()],
  });
  return { app, address: `http://127.0.0.1:${port}` };
}

describe('a whole service', () => {
  it('handles events, tells the truth about its server, and closes its handlers before its store', async () => {
    const { app, address } = await startService();
    const ready = async () => (await fetch(`${address}/health/ready`)).status;
    const connection = app.get<NatsConnection>(NATS_CONNECTION);
    const events = sealedSeries('s-1', 200);
    await test.log.appendInOrder(events);
    await expect.poll(() => Reaction.seen.length).toBe(200);
    expect(await ready()).toBe(200);
    await test.server.kill();
    await expect.poll(ready).toBe(503);
    await test.restart();
    await expect.poll(ready).toBe(200);
    await expect.poll(() => test.log.appendInOrder(events)).not.toHaveProperty('failure');
    await test.log.appendInOrder(sealedSeries('s-1', 200));
    await app.close();
    expect(connection.isClosed()).toBe(true);
    expect(new Set(Reaction.seen).size).toBe(Reaction.seen.length);
  });

  it('refuses to start where its site is not set up', async () => {
    @Module({ imports: [EventLogModule.register({ servers: test.server.url, name: 'x', site: 'nowhere' })] })
    class WrongModule {}
    const start = NestFactory.createApplicationContext(WrongModule, { logger: false, abortOnError: false });
    await expect(start.then((context) => context.close())).rejects.toMatchObject({
      code: 'BCM-LOG-STREAM-MISSING',
    });
  });
});
