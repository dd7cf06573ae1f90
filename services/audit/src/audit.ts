import { watchConnection, type EventLog, type JetStreamServer } from '@bcmed/event-log';
import type { HealthRegistry } from '@bcmed/service-kit';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Database } from './adapters/database.js';
import type { Verifications } from './commands/verifications.js';
import type { Projector } from './views/projector.js';

/** The parts of an audit, already made. */
export interface AuditParts {
  readonly database: Database;
  readonly events: Projector;
  readonly blocks: Projector;
  readonly verifications: Verifications;
  readonly log: EventLog;
  readonly server: JetStreamServer;
  readonly health: HealthRegistry;
}

/** Starts the parts, ends them in order, and answers for their health. */
export class Audit implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('audit');

  constructor(private readonly parts: AuditParts) {}

  onApplicationBootstrap(): void {
    const { database, events, blocks, verifications, log, server, health } = this.parts;
    health.add(
      watchConnection(log.connection).health(),
      server.health(),
      database.health(),
      events.health(),
      blocks.health(),
      verifications.health(),
    );
    // The database may come later than the service: HTTP answers meanwhile, and says so.
    verifications.start().catch((error: unknown) => this.#log.warn(String(error)));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.parts.verifications.stop();
  }
}
