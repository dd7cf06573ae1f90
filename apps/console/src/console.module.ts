import { busCredentials, EventLogModule, JetStreamServer, NATS_CONNECTION } from '@bcmed/event-log';
import { HealthModule, HealthRegistry } from '@bcmed/service-kit';
import { loggerModule } from '@bcmed/telemetry';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { ChainProxy } from './adapters/chain-proxy.js';
import { Forwarder } from './adapters/forwarder.js';
import { PageFiles } from './adapters/page-files.js';
import { ChainController } from './commands/chain.controller.js';
import { DemonstrationController } from './commands/demonstration.controller.js';
import { SignedIn } from './commands/signed-in.js';
import type { ConsoleConfig } from './config.js';
import { Console } from './console.js';
import { consoleParts, type ConsoleParts } from './console-parts.js';
import { BlockInbox } from './reactions/block-inbox.js';
import { BLOCKS_DURABLE, OnBlockAnchored } from './reactions/on-block-anchored.controller.js';
import { EVENTS_DURABLE, OnEventAppended } from './reactions/on-event-appended.controller.js';
import { SiteInbox } from './reactions/site-inbox.js';
import { LiveController } from './views/live.controller.js';
import { LiveLines } from './views/live-lines.js';
import { LogController } from './views/log.controller.js';
import { LogReader } from './views/log-reader.js';
import { NowhereController } from './views/nowhere.controller.js';
import { SiteController } from './views/site.controller.js';
import { SiteFacts } from './views/site-facts.js';

const PARTS = Symbol('parts of the gateway');

/** The only wiring of the gateway. */
@Module({})
export class ConsoleModule {
  static with(config: ConsoleConfig): DynamicModule {
    const caughtUp = Promise.withResolvers<{ readonly events: bigint; readonly blocks: bigint }>();
    const part = <Name extends keyof ConsoleParts>(name: Name) => ({
      inject: [PARTS],
      useFactory: (parts: ConsoleParts) => parts[name],
    });
    return {
      module: ConsoleModule,
      imports: [
        HealthModule,
        loggerModule({ service: 'console', level: config.LOG_LEVEL }),
        EventLogModule.register({
          servers: config.NATS_URL,
          name: 'console/1',
          site: config.BCMED_SITE,
          credentials: busCredentials('console', config.NATS_SEED_FILE),
          resumeAfter: {
            [EVENTS_DURABLE]: async () => (await caughtUp.promise).events,
            [BLOCKS_DURABLE]: async () => (await caughtUp.promise).blocks,
          },
        }),
      ],
      controllers: [
        OnEventAppended,
        OnBlockAnchored,
        LiveController,
        SiteController,
        LogController,
        ChainController,
        DemonstrationController,
        NowhereController,
      ],
      providers: [
        {
          provide: PARTS,
          inject: [NATS_CONNECTION],
          useFactory: (connection: NatsConnection) => consoleParts(config, connection),
        },
        { provide: SiteInbox, ...part('inbox') },
        { provide: BlockInbox, ...part('blocks') },
        { provide: SignedIn, ...part('signedIn') },
        { provide: LiveLines, ...part('lines') },
        { provide: LogReader, ...part('reader') },
        { provide: ChainProxy, ...part('chain') },
        { provide: SiteFacts, ...part('facts') },
        { provide: Forwarder, ...part('forwarder') },
        { provide: PageFiles, ...part('files') },
        {
          provide: Console,
          inject: [PARTS, JetStreamServer, HealthRegistry],
          useFactory: (parts: ConsoleParts, server: JetStreamServer, health: HealthRegistry) =>
            new Console({ parts, logs: parts.logs, server, health, onCaughtUp: caughtUp.resolve }),
        },
      ],
    };
  }
}
