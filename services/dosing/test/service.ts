import { JetStreamServer } from '@bcmed/event-log';
import { HealthRegistry, parseConfig, serve } from '@bcmed/service-kit';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { configSchema } from '../src/config.js';
import { DosingModule } from '../src/dosing.module.js';
import { STATUS_OF_CODE } from '../src/errors.js';
import { serveOpenApi } from '../src/openapi.js';

/** Every field that an answer of dosing may have; a test looks at those that this one has. */
export interface Body {
  readonly type: string;
  readonly detail: string;
  readonly errors: readonly unknown[];
  readonly state: string;
  readonly infusionId: string;
  readonly orderId: string;
  readonly commandId: string;
  readonly stopId: string;
  readonly position: string;
  readonly reason: string;
  readonly words: string;
  readonly limit?: string;
  readonly value?: string;
  readonly hash: string;
  readonly text: string;
  readonly releasable: boolean;
  readonly paths: object;
  readonly proposal: string;
  readonly libraryHash: string;
  readonly releaseText: string;
  readonly libraries: readonly Body[];
  readonly differences: readonly unknown[];
}

export interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** What was asked of dosing, and what it answered. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, { signal: AbortSignal.timeout(15_000), ...init });
  return { status: response.status, body: (await response.json()) as Body };
}

/** A request with a body; a text is sent as it is. */
export function posting(body: unknown, pass?: string): RequestInit {
  return {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...bearing(pass) },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  };
}

/** As somebody who is signed in at access. */
export function bearing(pass: string | undefined): Record<string, string> {
  return pass === undefined ? {} : { authorization: `Bearer ${pass}` };
}

/** Dosing in this process, as its main.ts starts it. */
export class Service {
  private constructor(
    readonly app: INestApplication,
    readonly url: string,
  ) {}

  /** Resolves when HTTP answers and the subscription runs. */
  static async start(environment: Record<string, string>): Promise<Service> {
    const outcome = parseConfig(configSchema, environment);
    if (!outcome.ok) throw new Error(outcome.message);
    const { config } = outcome;
    const app = await NestFactory.create(DosingModule.with(config), { logger: false });
    serveOpenApi(app);
    app.connectMicroservice({ strategy: app.get(JetStreamServer) });
    const port = await serve(app, { config, statusOf: STATUS_OF_CODE });
    return new Service(app, `http://127.0.0.1:${port}`);
  }

  post(path: string, body: unknown, pass?: string): Promise<Answer> {
    return ask(`${this.url}${path}`, posting(body, pass));
  }

  get(path: string, pass?: string): Promise<Answer> {
    return ask(`${this.url}${path}`, { headers: bearing(pass) });
  }

  async health() {
    return this.app.get(HealthRegistry).report();
  }

  async stop(): Promise<void> {
    await this.app.close();
  }
}
