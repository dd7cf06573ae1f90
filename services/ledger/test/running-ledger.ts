import 'reflect-metadata';
import { JetStreamServer } from '@bcmed/event-log';
import type { HealthReport } from '@bcmed/service-kit';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, vi } from 'vitest';
import { LedgerStore } from '../src/adapters/ledger-store.js';
import type { LedgerStatus } from '../src/commands/status.controller.js';
import { configSchema } from '../src/config.js';
import { LedgerModule } from '../src/ledger.module.js';
import { SITE, type TestSite } from './site.js';

const PATIENCE = { timeout: 20_000, interval: 20 };

/** The whole ledger, wired by its own module, in this process; asked over HTTP, as a person on call asks. */
export class RunningLedger {
  private constructor(
    private readonly app: INestApplication,
    private readonly site: TestSite,
    private readonly url: string,
  ) {}

  /** Starts as `main.ts` does; what it is not told has the default of the configuration, so its recovery is manual. */
  static async start(site: TestSite, settings: Readonly<Record<string, string>>): Promise<RunningLedger> {
    const config = configSchema.parse({
      BCMED_SITE: SITE,
      BCMED_ROOT_KID: site.root.keyId,
      BCMED_STATE_DIR: site.stateDir,
      NATS_URL: site.nats.url,
      CHAIN_RPC_URL: site.anvil.url,
      CHAIN_ID: '31337',
      LOG_LEVEL: 'silent',
      ...settings,
    });
    const app = await NestFactory.create(LedgerModule.with(config), { logger: false });
    app.connectMicroservice({ strategy: app.get(JetStreamServer) });
    await app.listen(0, '127.0.0.1');
    const ledger = new RunningLedger(app, site, await app.getUrl());
    const listening = app.startAllMicroservices();
    // A ledger that stands still because of the stream does not listen to it, and its process waits for a person.
    if ((await ledger.status()).halted === null) await listening;
    return ledger;
  }

  async status(): Promise<LedgerStatus> {
    const response = await fetch(`${this.url}/status`);
    return (await response.json()) as LedgerStatus;
  }

  async health(): Promise<HealthReport> {
    const response = await fetch(`${this.url}/health/ready`);
    const report = (await response.json()) as HealthReport;
    expect(response.status).toBe(report.status === 'down' ? 503 : 200);
    return report;
  }

  /** Until one check of the health page says so. */
  async says(check: string, status: string, detail: RegExp): Promise<void> {
    await vi.waitFor(async () => {
      const said = (await this.health()).checks[check];
      expect(said).toEqual({ status, detail: expect.stringMatching(detail) as string });
    }, PATIENCE);
  }

  /** Until it stands still with this code, says so on both pages, and says what to do. */
  async standsStill(code: string, remedy: RegExp): Promise<void> {
    await this.says('blocks', 'down', new RegExp(`^${code}: .*${remedy.source}`));
    expect((await this.status()).halted).toBe(code);
  }

  /** Until every position of the stream has its leaf. */
  async acceptsAll(): Promise<void> {
    await vi.waitFor(async () => {
      const last = await this.site.events.lastPosition();
      expect((await this.status()).lastPosition).toBe(last.toString());
    }, PATIENCE);
  }

  /** Until everything on the stream is in a published block and nothing is left to say. */
  async settles(): Promise<void> {
    const store = this.app.get(LedgerStore);
    await vi.waitFor(async () => {
      expect(await this.status()).toMatchObject({
        halted: null,
        waitingLeaves: 0,
        lastPosition: (await this.site.events.lastPosition()).toString(),
        lastBlock: store.head.number.toString(),
      });
      expect(store.firstUnpublished()).toBeUndefined();
      expect(store.announcements(1)).toHaveLength(0);
      expect(await this.health()).toMatchObject({ status: 'up' });
    }, PATIENCE);
  }

  stop(): Promise<void> {
    return this.app.close();
  }
}
