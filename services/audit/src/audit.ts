import { watchConnection, type EventLog, type JetStreamServer } from '@bcmed/event-log';
import type { HealthRegistry } from '@bcmed/service-kit';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Database } from './adapters/database.js';
import type { Verifications } from './commands/verifications.js';
import type { Door } from './commands/door.js';
import type { TrustFeed } from './reactions/trust-feed.js';
import type { Projector } from './views/projector.js';

/** The parts of an audit, already made. */
export interface AuditParts {
  readonly database: Database;
  readonly events: Projector;
  readonly blocks: Projector;
  readonly verifications: Verifications;
  readonly trust: TrustFeed;
  readonly door: Door;
  readonly log: EventLog;
  readonly server: JetStreamServer;
  readonly health: HealthRegistry;
}

/** Starts the parts, ends them in order, and answers for their health. */
export class Audit implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('audit');

  #beat: NodeJS.Timeout | undefined;

  constructor(
    private readonly parts: AuditParts,
    private readonly readsRecordedSeconds: number,
  ) {}

  onApplicationBootstrap(): void {
    const { database, events, blocks, verifications, trust, door, log, server, health } = this.parts;
    health.add(
      watchConnection(log.connection).health(),
      server.health(),
      database.health(),
      events.health(),
      blocks.health(),
      verifications.health(),
      trust.health(),
    );
    void trust.start();
    this.#beat = setInterval(() => void door.sayCounts(), this.readsRecordedSeconds * 1_000);
    // The database may come later than the service: HTTP answers meanwhile, and says so.
    verifications.start().catch((error: unknown) => this.#log.warn(String(error)));
  }

  async onApplicationShutdown(): Promise<void> {
    const { verifications, trust, door } = this.parts;
    clearInterval(this.#beat);
    trust.stop();
    await Promise.all([verifications.stop(), door.sayCounts()]);
  }
}
