import { Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats, watchConnection, type ConnectSettings } from './connection.js';
import { EventLog } from './event-log.js';
import { JetStreamServer, type JetStreamServerSettings } from './strategy/jetstream-server.js';
import { requireStreams } from './streams.js';

/** Token of the service's one connection. */
export const NATS_CONNECTION = Symbol('nats-connection');

export interface EventLogModuleSettings
  extends Omit<JetStreamServerSettings, 'connection'>, Omit<ConnectSettings, 'options'> {
  readonly connect?: ConnectSettings['options'];
}

/**
 * The log in a service: one connection, `EventLog` on EVENTS, and the transport for `@OnEvent`/`@OnBatch`. The start waits
 * for a server and fails unless the site's streams exist. The connection outlives the transport and is drained last.
 */
@Module({})
export class EventLogModule implements OnApplicationShutdown {
  constructor(@Inject(NATS_CONNECTION) private readonly connection: NatsConnection) {}

  static register(settings: EventLogModuleSettings): DynamicModule {
    const { servers, name, site, connect: options = {} } = settings;
    const connect = async (): Promise<NatsConnection> => {
      const connection = await connectNats({ ...settings, servers, name, options });
      await requireStreams(connection, site);
      return connection;
    };
    return {
      module: EventLogModule,
      global: true,
      providers: [
        { provide: NATS_CONNECTION, useFactory: connect },
        {
          provide: EventLog,
          inject: [NATS_CONNECTION],
          useFactory: (connection: NatsConnection) => new EventLog(connection),
        },
        {
          provide: JetStreamServer,
          inject: [NATS_CONNECTION],
          useFactory: (connection: NatsConnection) => new JetStreamServer({ ...settings, connection }),
        },
      ],
      exports: [NATS_CONNECTION, EventLog, JetStreamServer],
    };
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.connection.isClosed()) return;
    const up = watchConnection(this.connection).state === 'connected';
    await (up ? this.connection.drain() : this.connection.close()).catch(() => undefined);
  }
}
