import 'reflect-metadata';
import { Module, type INestMicroservice, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats } from '../src/connection.js';
import { JetStreamServer, type JetStreamServerSettings } from '../src/strategy/jetstream-server.js';
import { SITE } from './server.js';

/** A service with one controller on our transport, over its own connection so that it can be cut off alone. */
export class TestApp {
  private constructor(
    readonly app: INestMicroservice,
    readonly strategy: JetStreamServer,
    readonly connection: NatsConnection,
  ) {}

  static async start(
    url: string,
    controller: Type,
    settings: Partial<Omit<JetStreamServerSettings, 'connection' | 'site'>> = {},
  ): Promise<TestApp> {
    @Module({ controllers: [controller] })
    class TestModule {}
    const connection = await connectNats({ servers: url, name: controller.name });
    const strategy = new JetStreamServer({ connection, site: SITE, drainMs: 3_000, ...settings });
    const app = await NestFactory.createMicroservice(TestModule, { strategy, logger: false });
    await app.listen();
    return new TestApp(app, strategy, connection);
  }

  async health(): Promise<{ status: string; detail: string }> {
    return this.strategy.health().check();
  }

  async close(): Promise<void> {
    await this.app.close();
    await this.connection.close();
  }
}

/** A promise that a test resolves. */
export class Gate {
  open!: () => void;
  readonly opened = new Promise<void>((resolve) => (this.open = resolve));
}
