import { join } from 'node:path';
import { EventLog, JetStreamServer, STREAM, busCredentials, connectNats } from '@bcmed/event-log';
import type { KeyId } from '@bcmed/seal';
import { HealthModule, HealthRegistry } from '@bcmed/service-kit';
import { loggerModule } from '@bcmed/telemetry';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NatsConnection } from '@nats-io/transport-node';
import { LedgerAnnouncer } from './adapters/announcer.js';
import { ChainMirror } from './adapters/chain-mirror.js';
import { loadIdentity, type LedgerIdentity } from './adapters/identity.js';
import { LedgerStore } from './adapters/ledger-store.js';
import { StreamTail } from './adapters/stream-tail.js';
import { AcceptEvents } from './commands/accept-events.js';
import { CutBlocks } from './commands/cut-blocks.js';
import { StatusController } from './commands/status.controller.js';
import type { LedgerConfig } from './config.js';
import { Ledger } from './ledger.js';
import { EVENTS_DURABLE, OnEventAppended } from './reactions/on-event-appended.controller.js';

const IDENTITY = Symbol('keys of the ledger');
const CONNECTION = Symbol('connection to NATS');

/** The only wiring of the ledger. */
@Module({})
export class LedgerModule {
  static with(config: LedgerConfig): DynamicModule {
    const { BCMED_SITE: site, BCMED_STATE_DIR: stateDir } = config;
    const rootKeyId = config.BCMED_ROOT_KID as KeyId;
    return {
      module: LedgerModule,
      imports: [HealthModule, loggerModule({ service: 'ledger', level: config.LOG_LEVEL })],
      controllers: [OnEventAppended, StatusController],
      providers: [
        { provide: IDENTITY, useFactory: () => loadIdentity(stateDir, config.BCMED_INSTANCE) },
        {
          provide: CONNECTION,
          inject: [IDENTITY],
          useFactory: ({ source }: LedgerIdentity) =>
            connectNats({
              servers: config.NATS_URL,
              name: source,
              credentials: busCredentials('ledger', config.NATS_SEED_FILE),
            }),
        },
        {
          provide: EventLog,
          inject: [CONNECTION],
          useFactory: (connection: NatsConnection) => new EventLog(connection),
        },
        {
          provide: LedgerStore,
          useFactory: () => new LedgerStore(join(stateDir, 'ledger.db'), { site, rootKeyId }),
        },
        {
          provide: StreamTail,
          inject: [EventLog, LedgerStore],
          useFactory: (events: EventLog, store: LedgerStore) => new StreamTail(events, store),
        },
        {
          provide: AcceptEvents,
          inject: [LedgerStore, IDENTITY],
          useFactory: (store: LedgerStore, { source }: LedgerIdentity) =>
            new AcceptEvents(store, { site, source, rootKeyId }),
        },
        {
          provide: ChainMirror,
          inject: [LedgerStore, IDENTITY],
          useFactory: (store: LedgerStore, { wallet }: LedgerIdentity) =>
            new ChainMirror(
              {
                site,
                url: config.CHAIN_RPC_URL,
                chainId: config.CHAIN_ID,
                wallet,
                recovery: config.CHAIN_RECOVERY,
                ...(config.BLOCK_ANCHOR_ADDRESS === undefined
                  ? {}
                  : { contract: config.BLOCK_ANCHOR_ADDRESS }),
              },
              store,
            ),
        },
        {
          provide: CutBlocks,
          inject: [AcceptEvents, LedgerStore, ChainMirror, IDENTITY],
          useFactory: (
            accepted: AcceptEvents,
            store: LedgerStore,
            mirror: ChainMirror,
            { wallet, sealer }: LedgerIdentity,
          ) =>
            new CutBlocks(accepted, store, mirror, {
              site,
              wallet,
              keyId: sealer.keyId,
              minimumSpacingMs: config.MINIMUM_ANCHOR_SPACING_MS,
            }),
        },
        {
          provide: LedgerAnnouncer,
          inject: [LedgerStore, StreamTail, EventLog, AcceptEvents, IDENTITY],
          useFactory: (
            store: LedgerStore,
            tail: StreamTail,
            events: EventLog,
            accepted: AcceptEvents,
            { source, sealer, blockSealer }: LedgerIdentity,
          ) =>
            new LedgerAnnouncer(store, tail, {
              site,
              source,
              sealer,
              blockSealer,
              events,
              blocks: new EventLog(events.connection, { stream: STREAM.blocks }),
              mayAnnounce: () => accepted.isEnrolled(sealer.keyId),
            }),
        },
        {
          provide: JetStreamServer,
          inject: [CONNECTION, StreamTail],
          useFactory: (connection: NatsConnection, tail: StreamTail) =>
            new JetStreamServer({
              connection,
              site,
              resumeAfter: { [EVENTS_DURABLE]: () => tail.resumeAfter() },
            }),
        },
        {
          provide: Ledger,
          inject: [
            IDENTITY,
            LedgerStore,
            StreamTail,
            AcceptEvents,
            ChainMirror,
            CutBlocks,
            LedgerAnnouncer,
            EventLog,
            JetStreamServer,
            HealthRegistry,
          ],
          useFactory: (
            identity: LedgerIdentity,
            store: LedgerStore,
            tail: StreamTail,
            accepted: AcceptEvents,
            mirror: ChainMirror,
            blocks: CutBlocks,
            announcer: LedgerAnnouncer,
            events: EventLog,
            server: JetStreamServer,
            health: HealthRegistry,
          ) =>
            new Ledger(
              { identity, store, tail, accepted, mirror, blocks, announcer, events, server, health },
              { site, chainId: config.CHAIN_ID },
            ),
        },
      ],
    };
  }
}
