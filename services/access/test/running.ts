import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { JetStreamServer } from '@bcmed/event-log';
import { parseConfig, serve } from '@bcmed/service-kit';
import type { INestApplication } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { AccessModule } from '../src/access.module.js';
import { Access } from '../src/access.js';
import type { AccessParts } from '../src/access-parts.js';
import { configSchema } from '../src/config.js';
import { STATUS_OF_CODE } from '../src/errors.js';
import { serveOpenApi } from '../src/openapi.js';
import { secureHttp } from '../src/secure-http.js';

/** An access service in this process, as `main.ts` starts it. */
export class Running {
  private constructor(
    private readonly app: INestApplication,
    readonly address: string,
    readonly stateDir: string,
  ) {}

  static async start(environment: Record<string, string>): Promise<Running> {
    const outcome = parseConfig(configSchema, environment);
    if (!outcome.ok) throw new Error(outcome.message);
    const { config } = outcome;
    const app = await NestFactory.create(AccessModule.with(config), { logger: false });
    secureHttp(app, config);
    serveOpenApi(app);
    app.connectMicroservice({ strategy: app.get(JetStreamServer) });
    const port = await serve(app, { config, statusOf: STATUS_OF_CODE });
    return new Running(app, `http://127.0.0.1:${port}`, config.BCMED_STATE_DIR);
  }

  get parts(): AccessParts {
    return this.app.get(Access).parts;
  }

  stop(): Promise<void> {
    return this.app.close();
  }

  /** Token of the first administrator's link, as a person reads it from the file. */
  async firstToken(): Promise<string> {
    const link = await readFile(join(this.stateDir, 'first-administrator-link'), 'utf8');
    return link.trim().split('#')[1] ?? '';
  }
}
