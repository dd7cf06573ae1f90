import 'reflect-metadata';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Controller,
  Get,
  Logger,
  Module,
  NotFoundException,
  Query,
  type INestApplication,
} from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { HealthModule } from './health.module.js';
import type { HealthStatus } from './health.js';
import { readPortFile } from './port-file.js';
import { serve } from './serve.js';

const query = z.object({ limit: z.coerce.number('a number').max(100, 'at most 100') });

class TakenError extends Error {
  readonly code = 'BCM-TEST-TAKEN';
}

@Controller()
class Things {
  @Get('checked')
  checked(@Query({ schema: query }) { limit }: z.infer<typeof query>) {
    return { limit };
  }
  @Get('absent')
  absent() {
    throw new NotFoundException('no such thing');
  }
  @Get('taken')
  taken() {
    throw new TakenError('somebody else has it');
  }
  @Get('broken')
  broken() {
    throw new Error('password is hunter2');
  }
}

@Module({ imports: [HealthModule], controllers: [Things] })
class TestModule {}

let app: INestApplication;
let folder: string;
let address: string;
let nats: HealthStatus = 'up';

beforeAll(async () => {
  Logger.overrideLogger(false);
  folder = await mkdtemp(join(tmpdir(), 'bcmed-service-kit-'));
  app = await NestFactory.create(TestModule, { logger: false });
  const port = await serve(app, {
    config: { HTTP_HOST: '127.0.0.1', HTTP_PORT: 0, BCMED_STATE_DIR: join(folder, 'state') },
    checks: [{ name: 'nats', check: () => Promise.resolve({ status: nats }) }],
    statusOf: { 'BCM-TEST-TAKEN': 409 },
  });
  address = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await app.close();
  for (const event of ['SIGTERM', 'SIGINT']) process.removeAllListeners(event);
  await rm(folder, { recursive: true });
});

async function get(path: string) {
  const response = await fetch(`${address}${path}`);
  const body: unknown = await response.json();
  return { status: response.status, type: response.headers.get('content-type'), body };
}

describe('a served application', () => {
  it('writes the port that it chose', async () => {
    expect(address).toBe(`http://127.0.0.1:${await readPortFile(join(folder, 'state'))}`);
  });

  it('is alive, and ready as long as nothing is down', async () => {
    expect(await get('/health/live')).toMatchObject({ status: 200, body: { status: 'up' } });
    expect(await get('/health/ready')).toMatchObject({
      status: 200,
      body: { checks: { nats: { status: 'up' } } },
    });
    nats = 'degraded';
    expect(await get('/health/ready')).toMatchObject({ status: 200, body: { status: 'degraded' } });
    nats = 'down';
    expect(await get('/health/ready')).toMatchObject({ status: 503, body: { status: 'down' } });
  });

  it('answers a wrong request with the field and the fix', async () => {
    expect(await get('/checked?limit=5')).toMatchObject({ status: 200, body: { limit: 5 } });
    expect(await get('/checked?limit=500')).toStrictEqual({
      status: 400,
      type: 'application/problem+json; charset=utf-8',
      body: {
        type: 'urn:bcmed:error:BCM-HTTP-INVALID-REQUEST',
        title: 'Bad Request',
        status: 400,
        detail: 'The request does not fit: limit: at most 100',
        instance: '/checked?limit=500',
        errors: [{ field: 'limit', fix: 'at most 100' }],
      },
    });
  });

  it('gives coded errors their type and status, and tells nothing about the others', async () => {
    expect(await get('/taken')).toMatchObject({
      status: 409,
      body: { type: 'urn:bcmed:error:BCM-TEST-TAKEN', title: 'Conflict', detail: 'somebody else has it' },
    });
    expect(await get('/absent')).toMatchObject({
      status: 404,
      body: { type: 'about:blank', detail: 'no such thing' },
    });
    const broken = await get('/broken');
    expect(broken).toMatchObject({
      status: 500,
      body: { type: 'about:blank', title: 'Internal Server Error' },
    });
    expect(JSON.stringify(broken)).not.toContain('hunter2');
  });
});
