import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNats } from '@bcmed/embedded';
import { readPortFile, removePortFile } from '@bcmed/service-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { People } from './people.js';
import { Ward } from './ward.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const WITHIN = { timeout: 30_000, interval: 100 };

let ward: Ward;
let people: People;
let child: ChildProcess | undefined;
let output = '';

function run(environment: Record<string, string>): ChildProcess {
  if (!existsSync(MAIN)) throw new Error('the service is not built: npx tsc -b services/audit');
  output = '';
  const started = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...environment } });
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (text: Buffer) => void (output += text.toString()));
  return started;
}

async function start(): Promise<void> {
  const environment = ward.environment('1');
  await removePortFile(environment['BCMED_STATE_DIR'] ?? '');
  child = run({ ...environment, LOG_LEVEL: 'warn' });
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  if (!child || child.exitCode !== null) return child?.exitCode ?? null;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
  return child.exitCode;
}

async function get(path: string): Promise<{ status: number; body: unknown }> {
  const port = await readPortFile(join(ward.folder, '1'));
  const response = await fetch(`http://127.0.0.1:${port ?? 0}${path}`, { headers: people.bearer() });
  return { status: response.status, body: await response.json() };
}

async function untilProjected(): Promise<void> {
  await vi.waitFor(async () => {
    // The audit itself says something now and then.
    const position = String(await ward.events.lastPosition());
    expect((await get('/events?limit=1')).body, output).toMatchObject({ position });
    expect(await get('/health/ready')).toMatchObject({ status: 200, body: { status: 'up' } });
  }, WITHIN);
}

beforeAll(async () => {
  ward = await Ward.begin();
  ward.log.cutBlock();
  ward.log.appendBlocks(2);
  people = new People(ward.log);
  await ward.publish();
});

afterAll(async () => {
  await stop('SIGKILL');
  await ward.end();
});

describe('the process of the audit', () => {
  it('refuses a wrong configuration by name, with the fix, and status 78', async () => {
    const wrong = run({
      ...ward.environment('wrong'),
      DATABASE_URL: 'mysql://root:hunter2@x',
      HTTP_PORT: '-1',
    });
    const [code] = (await once(wrong, 'exit')) as [number];
    expect(code).toBe(78);
    expect(output).toContain('DATABASE_URL is not usable');
    expect(output).toContain('HTTP_PORT');
    expect(output).not.toContain('hunter2');
  });

  it('projects what is there and is ready', async () => {
    await start();
    await vi.waitFor(() => ward.enrol(join(ward.folder, '1')), WITHIN);
    await untilProjected();
  });

  it('goes on after a SIGKILL where its rows end', async () => {
    for (let kill = 0; kill < 3; kill++) {
      ward.log.appendRates(50);
      ward.log.cutBlock();
      const publishing = ward.publish();
      await stop('SIGKILL');
      await publishing;
      await start();
      await untilProjected();
    }
  }, 120_000);

  it('says that NATS is away, and recovers by itself when it comes back', async () => {
    const { port } = ward.nats;
    await ward.nats.kill();
    await vi.waitFor(async () => expect(await get('/health/ready')).toMatchObject({ status: 503 }), WITHIN);
    // A revocation might be missed meanwhile, so nobody is believed.
    expect(await get('/events?limit=1')).toMatchObject({
      status: 503,
      body: { type: 'urn:bcmed:error:BCM-TRUST-BEHIND' },
    });
    const again = await startNats({ storeDir: join(ward.folder, 'nats'), port });
    try {
      await vi.waitFor(async () => expect(await get('/health/ready')).toMatchObject({ status: 200 }), WITHIN);
      ward.log.appendRates(5);
      await vi.waitFor(() => ward.publish(), WITHIN);
      await untilProjected();
    } finally {
      await stop('SIGTERM');
      await again.stop();
    }
  }, 120_000);

  it('starts while its database is away, says so, and ends in order on SIGTERM', async () => {
    const nats = await startNats({ storeDir: join(ward.folder, 'nats'), port: ward.nats.port });
    await ward.postgres.kill();
    await start();
    await vi.waitFor(async () => {
      const health = await get('/health/ready');
      expect(health).toMatchObject({ status: 503, body: { checks: { postgres: { status: 'down' } } } });
    }, WITHIN);
    await ward.killPostgres();
    await untilProjected();
    expect(await stop('SIGTERM')).toBe(0);
    expect(await readPortFile(join(ward.folder, '1'))).toBeUndefined();
    await nats.stop();
  }, 120_000);
});
