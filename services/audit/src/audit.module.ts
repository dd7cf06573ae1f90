import type { KeyId } from '@bcmed/seal';
import {
  EventLog,
  JetStreamServer,
  NATS_CONNECTION,
  STREAM,
  busCredentials,
  connectNats,
} from '@bcmed/event-log';
import {
  PassVerifier,
  REFUSED_PASSES,
  SiteTrust,
  loadServiceIdentity,
  type ServiceIdentity,
} from '@bcmed/site-trust';
import { HealthModule, HealthRegistry } from '@bcmed/service-kit';
import { loggerModule } from '@bcmed/telemetry';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { Database } from './adapters/database.js';
import { Audit } from './audit.js';
import { Door } from './commands/door.js';
import { Verifications } from './commands/verifications.js';
import { VerificationsController } from './commands/verifications.controller.js';
import type { AuditConfig } from './config.js';
import { BLOCKS_DURABLE, OnBlockAnchored } from './reactions/on-block-anchored.controller.js';
import { EVENTS_DURABLE, OnEventAppended } from './reactions/on-event-appended.controller.js';
import { TrustFeed } from './reactions/trust-feed.js';
import { BlocksController } from './views/blocks.controller.js';
import { BlocksView } from './views/blocks-view.js';
import { EventsController } from './views/events.controller.js';
import { EventsView } from './views/events-view.js';
import { Projector } from './views/projector.js';
import { BLOCKS_PROJECTOR, EVENTS_PROJECTOR } from './views/tokens.js';

const IDENTITY = Symbol('key of the audit');

/** The only wiring of the audit. */
@Module({})
export class AuditModule {
  static with(config: AuditConfig): DynamicModule {
    const { BCMED_SITE: site } = config;
    const rootKeyId = config.BCMED_ROOT_KID as KeyId; // the schema has checked its form
    return {
      module: AuditModule,
      imports: [HealthModule, loggerModule({ service: 'audit', level: config.LOG_LEVEL })],
      controllers: [
        OnEventAppended,
        OnBlockAnchored,
        EventsController,
        BlocksController,
        VerificationsController,
      ],
      providers: [
        {
          provide: IDENTITY,
          useFactory: () =>
            loadServiceIdentity({
              stateDir: config.BCMED_STATE_DIR,
              service: 'audit',
              instance: config.BCMED_INSTANCE,
              area: 'audit',
              kind: 'service',
            }),
        },
        {
          provide: NATS_CONNECTION,
          inject: [IDENTITY],
          useFactory: ({ source }: ServiceIdentity) =>
            connectNats({
              servers: config.NATS_URL,
              name: source,
              credentials: busCredentials('audit', config.NATS_SEED_FILE),
            }),
        },
        {
          provide: EventLog,
          inject: [NATS_CONNECTION],
          useFactory: (connection: NatsConnection) => new EventLog(connection),
        },
        {
          provide: SiteTrust,
          inject: [IDENTITY],
          useFactory: ({ source, sealer }: ServiceIdentity) =>
            new SiteTrust({
              site,
              rootKeyId,
              own: { keyId: sealer.keyId, source, area: 'audit' },
              allowDemonstration: config.ALLOW_DEMONSTRATION,
            }),
        },
        {
          provide: TrustFeed,
          inject: [SiteTrust, EventLog],
          useFactory: (trust: SiteTrust, log: EventLog) => new TrustFeed(trust, log),
        },
        {
          provide: PassVerifier,
          inject: [SiteTrust, TrustFeed, JetStreamServer],
          useFactory: (trust: SiteTrust, feed: TrustFeed, server: JetStreamServer) =>
            new PassVerifier(trust.forPasses(() => feed.isLoaded && server.isFollowing)),
        },
        {
          provide: Door,
          inject: [PassVerifier, EventLog, IDENTITY, SiteTrust],
          useFactory: (passes: PassVerifier, log: EventLog, identity: ServiceIdentity, trust: SiteTrust) =>
            new Door({
              site,
              log,
              identity,
              trust: passes.trust,
              isEnrolled: () => trust.enrolment.state === 'enrolled',
            }),
        },
        { provide: REFUSED_PASSES, useExisting: Door },
        { provide: Database, useFactory: () => new Database(config.DATABASE_URL) },
        { provide: EventsView, useFactory: () => new EventsView(site, rootKeyId) },
        {
          provide: EVENTS_PROJECTOR,
          inject: [Database, EventsView, EventLog],
          useFactory: (database: Database, view: EventsView, log: EventLog) =>
            new Projector(database, view, log, () => view.forget()),
        },
        {
          provide: BLOCKS_PROJECTOR,
          inject: [Database, EventsView, NATS_CONNECTION],
          useFactory: (database: Database, events: EventsView, connection: NatsConnection) =>
            new Projector(
              database,
              new BlocksView(async (tx) => events.state ?? (await events.load(tx))),
              new EventLog(connection, { stream: STREAM.blocks }),
            ),
        },
        {
          provide: Verifications,
          inject: [Database, EventLog, EventsView, IDENTITY],
          useFactory: (database: Database, log: EventLog, view: EventsView, identity: ServiceIdentity) =>
            new Verifications(
              {
                database,
                log,
                identity,
                isEnrolled: async () => {
                  const { credentials } = view.state ?? (await view.load(database.client));
                  return credentials.get(identity.sealer.keyId)?.revoked === false;
                },
              },
              {
                site,
                rootKeyId,
                chainRpcUrl: config.CHAIN_RPC_URL,
                chainId: config.CHAIN_ID,
                contract: config.BLOCK_ANCHOR_ADDRESS,
              },
            ),
        },
        {
          provide: JetStreamServer,
          inject: [NATS_CONNECTION, Database, EVENTS_PROJECTOR, BLOCKS_PROJECTOR],
          useFactory: (
            connection: NatsConnection,
            database: Database,
            events: Projector,
            blocks: Projector,
          ) => {
            const positionOf = (projector: Projector) => async (): Promise<bigint> => {
              await database.ready();
              return projector.position();
            };
            const resumeAfter = {
              [EVENTS_DURABLE]: positionOf(events),
              [BLOCKS_DURABLE]: positionOf(blocks),
            };
            return new JetStreamServer({ connection, site, resumeAfter });
          },
        },
        {
          provide: Audit,
          inject: [
            Database,
            EVENTS_PROJECTOR,
            BLOCKS_PROJECTOR,
            Verifications,
            TrustFeed,
            Door,
            EventLog,
            JetStreamServer,
            HealthRegistry,
          ],
          useFactory: (
            database: Database,
            events: Projector,
            blocks: Projector,
            verifications: Verifications,
            trust: TrustFeed,
            door: Door,
            log: EventLog,
            server: JetStreamServer,
            health: HealthRegistry,
          ) =>
            new Audit(
              { database, events, blocks, verifications, trust, door, log, server, health },
              config.AUDIT_READS_RECORDED_S,
            ),
        },
      ],
    };
  }
}
