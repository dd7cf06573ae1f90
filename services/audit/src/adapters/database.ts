import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { HealthCheck } from '@bcmed/service-kit';
import { migrate } from '@bcmed/views';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { PrismaPg } from '@prisma/adapter-pg';
import { PrismaClient } from '../generated/prisma/client.js';
import type { Prisma } from '../generated/prisma/client.js';

export type Tx = Prisma.TransactionClient;

const MIGRATIONS = fileURLToPath(new URL('../../prisma/migrations', import.meta.url));
const CONNECTIONS = 8;
const CONNECT_TIMEOUT_MS = 3_000;
const PAUSES_MS = [100, 250, 500, 1_000, 2_000];

/**
 * The database of views. Made without touching the server: {@link ready} resolves once it answers and its schema is current,
 * however long that takes, so the service can start before its database and outlive it.
 */
export class Database implements OnApplicationShutdown {
  readonly client: PrismaClient;
  readonly #log = new Logger('Database');
  readonly #closing = new AbortController();
  #ready: Promise<void> | undefined;
  #fault: string | undefined = 'not asked yet';

  constructor(private readonly databaseUrl: string) {
    const adapter = new PrismaPg(
      { connectionString: databaseUrl, max: CONNECTIONS, connectionTimeoutMillis: CONNECT_TIMEOUT_MS },
      // A server that goes away is seen by the queries that fail, and by health.
      { onPoolError: () => undefined, onConnectionError: () => undefined },
    );
    this.client = new PrismaClient({ adapter });
  }

  /** Resolves when the schema is current. Rejects only when the service ends first. */
  ready(): Promise<void> {
    return (this.#ready ??= this.#migrateUntilDone());
  }

  health(): HealthCheck {
    return {
      name: 'postgres',
      check: async () => {
        if (this.#fault !== undefined) return { status: 'down', detail: this.#fault };
        const started = performance.now();
        await this.client.$queryRaw`SELECT 1`;
        return { status: 'up', detail: `answered in ${(performance.now() - started).toFixed(1)} ms` };
      },
    };
  }

  async onApplicationShutdown(): Promise<void> {
    this.#closing.abort(new Error('the service ends'));
    await this.client.$disconnect();
  }

  async #migrateUntilDone(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        const { applied } = await migrate({ databaseUrl: this.databaseUrl, migrationsDir: MIGRATIONS });
        if (applied.length > 0) this.#log.log(`migrated: ${applied.join(', ')}`);
        this.#fault = undefined;
        return;
      } catch (error) {
        this.#fault = error instanceof Error ? error.message || error.name : String(error);
        this.#log.warn(`the database is not ready: ${this.#fault}`);
        const ms = PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)];
        await pause(ms, undefined, { signal: this.#closing.signal });
      }
    }
  }
}
