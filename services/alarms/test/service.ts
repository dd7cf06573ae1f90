import { JetStreamServer } from '@bcmed/event-log';
import { parseConfig, serve } from '@bcmed/service-kit';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { expect, vi } from 'vitest';
import { Clock } from '../src/adapters/clock.js';
import { AlarmsModule } from '../src/alarms.module.js';
import { AlarmDesk } from '../src/commands/alarm-desk.js';
import { configSchema } from '../src/config.js';
import { STATUS_OF_CODE } from '../src/errors.js';

export const WITHIN = { timeout: 20_000, interval: 20 };

/** The real clock, and what the test moved it on. */
export class MovableClock extends Clock {
  aheadMs = 0;

  override nowMs(): number {
    return super.nowMs() + this.aheadMs;
  }
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** One life of the alarm service in this process. */
export class Service {
  private constructor(
    readonly app: INestApplication,
    readonly address: string,
  ) {}

  static async start(environment: Record<string, string>, clock = new Clock()): Promise<Service> {
    const outcome = parseConfig(configSchema, environment);
    if (!outcome.ok) throw new Error(outcome.message);
    const { config } = outcome;
    const module = AlarmsModule.with(config, clock);
    const app = await NestFactory.create(module, { logger: false, forceCloseConnections: true });
    app.connectMicroservice({ strategy: app.get(JetStreamServer) });
    const address = `http://127.0.0.1:${await serve(app, { config, statusOf: STATUS_OF_CODE })}`;
    const service = new Service(app, address);
    await vi.waitFor(() => expect(service.desk.isLive).toBe(true), WITHIN);
    return service;
  }

  get desk(): AlarmDesk {
    return this.app.get(AlarmDesk);
  }

  /** Resolves when everything up to a position was weighed. */
  async passed(position: bigint): Promise<void> {
    await vi.waitFor(() => expect(this.desk.position).toBeGreaterThanOrEqual(position), WITHIN);
  }

  async ask(path: string, pass?: string): Promise<Answer> {
    return this.#send(path, { headers: headersFor(pass) });
  }

  async post(path: string, body: unknown, pass?: string): Promise<Answer> {
    const headers = { ...headersFor(pass), 'content-type': 'application/json' };
    return this.#send(path, { method: 'POST', headers, body: JSON.stringify(body) });
  }

  async stop(): Promise<void> {
    await this.app.close();
  }

  async #send(path: string, init: RequestInit): Promise<Answer> {
    const response = await fetch(`${this.address}${path}`, init);
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json') ?? false;
    return { status: response.status, body: isJson ? JSON.parse(text) : text };
  }
}

function headersFor(pass: string | undefined): Record<string, string> {
  return pass === undefined ? {} : { authorization: `Bearer ${pass}` };
}
