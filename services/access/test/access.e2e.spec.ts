import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNats } from '@bcmed/embedded';
import { readPortFile, removePortFile } from '@bcmed/service-kit';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Browser, ask, tokenOf, type Answer, type Identity } from './browser.js';
import { Site } from './site.js';

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));
const WITHIN = { timeout: 30_000, interval: 50 };
const LINK = /http:\/\/localhost:7444\/enrol#([\w-]{43})/g;

let site: Site;
let child: ChildProcess | undefined;
let output = '';
let address = '';
let asAdmin: Identity;
const secrets: string[] = [];

function run(environment: Record<string, string>): ChildProcess {
  if (!existsSync(MAIN)) throw new Error('the service is not built: npx tsc -b services/access');
  const started = spawn(process.execPath, [MAIN], { env: { PATH: process.env['PATH'], ...environment } });
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (text: Buffer) => void (output += text.toString()));
  return started;
}

const stateDir = (): string => join(site.folder, '1');

async function start(changes: Record<string, string> = {}): Promise<void> {
  await removePortFile(stateDir());
  child = run(site.environment('1', { LOG_LEVEL: 'debug', ...changes }));
  const port = await vi.waitFor(async () => {
    const found = await readPortFile(stateDir());
    expect(found, output).toBeDefined();
    return found;
  }, WITHIN);
  address = `http://127.0.0.1:${port}`;
}

async function stop(signal: NodeJS.Signals): Promise<number | null> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
  const gone = once(child, 'exit');
  child.kill(signal);
  await gone;
  return child.exitCode;
}

const call = (line: string, body?: unknown, as?: Identity): Promise<Answer> =>
  ask(address, line, { ...(body === undefined ? {} : { body }), ...(as ? { as } : {}) });

const untilReady = () =>
  vi.waitFor(
    async () => expect((await call('GET /health/ready')).body, output).toMatchObject({ status: 'up' }),
    WITHIN,
  );

async function newLink(): Promise<string> {
  const wish = { roles: [{ role: 'nurse', unit: 'icu-1' }] };
  const token = tokenOf(await call('POST /people/links', wish, asAdmin));
  secrets.push(token);
  return token;
}

beforeAll(async () => {
  site = await Site.begin();
});
afterAll(async () => {
  await stop('SIGKILL');
  await site.end();
});

describe('the process of the access service', () => {
  it.each([
    ['PUBLIC_ORIGIN', 'http://access.hospital.example', 'https'],
    ['PUBLIC_ORIGIN', 'https://access.hospital.example/path', 'origin'],
    ['ALLOW_DEMONSTRATION', 'yes', 'neither true nor false'],
    ['SESSION_HOURS', '48', 'above 24'],
  ])(
    'refuses a wrong configuration by name, with the fix, and status 78: %s=%s',
    async (name, value, words) => {
      output = '';
      const wrong = run(site.environment('wrong', { [name]: value }));
      const [code] = (await once(wrong, 'exit')) as [number];
      expect(code).toBe(78);
      expect(output).toContain(`${name} is "${value}"`);
      expect(output).toContain(words);
    },
  );

  it('prints the first link once, and keeps it through a SIGKILL', async () => {
    output = '';
    await start();
    await vi.waitFor(() => expect(existsSync(join(stateDir(), 'enrolment-request.json'))).toBe(true), WITHIN);
    await site.enrol(stateDir());
    await vi.waitFor(() => expect([...output.matchAll(LINK)]).toHaveLength(1), WITHIN);
    const token = [...output.matchAll(LINK)][0]?.[1] ?? '';
    expect(await readFile(join(stateDir(), 'first-administrator-link'), 'utf8')).toContain(token);
    await stop('SIGKILL');
    await start();
    await untilReady();
    expect([...output.matchAll(LINK)]).toHaveLength(1);
    const admin = new Browser(address);
    expect((await admin.enrol(token)).status).toBe(201);
    asAdmin = await admin.signIn();
  });

  it('keeps sessions and links through a SIGKILL, the used ones used', async () => {
    const [used, open] = [await newLink(), await newLink()];
    expect((await new Browser(address).enrol(used)).status).toBe(201);
    await stop('SIGKILL');
    await start();
    await untilReady();
    expect((await call('GET /sessions/current', undefined, asAdmin)).body).toMatchObject({
      person: asAdmin.person,
    });
    expect((await new Browser(address).enrol(used)).status).toBe(410);
    expect((await new Browser(address).enrol(open)).status).toBe(201);
    expect((await call('POST /people/links', { roles: [] }, asAdmin)).status).toBe(201);
  });

  it('killed in the middle of enrolments, it has enrolled each once or not at all, and the link says which', async () => {
    for (let kill = 0; kill < 4; kill += 1) {
      const links = [await newLink(), await newLink(), await newLink(), await newLink()];
      const browsers = links.map(() => new Browser(address));
      const attempts = links.map((link, index) => browsers[index]!.enrol(link).catch(() => undefined));
      // After a while that is another one each time: before, between or behind the appends.
      for (let turn = 0; turn < kill * 3; turn += 1) await call('GET /health/live');
      await stop('SIGKILL');
      const answers = await Promise.all(attempts);
      await start();
      await untilReady();
      const before = await site.said('authenticator-enrolled');
      const enrolled = new Set(before.map(({ data }) => (data as { credentialId: string }).credentialId));
      for (const [index, link] of links.entries()) {
        const isEnrolled = enrolled.has(browsers[index]!.credentialId);
        if (answers[index]?.status === 201) expect(isEnrolled).toBe(true);
        expect((await new Browser(address).enrol(link)).status).toBe(isEnrolled ? 410 : 201);
      }
      const people = (await site.said('authenticator-enrolled')).map(({ subject }) => subject);
      expect(new Set(people).size).toBe(people.length);
      expect(people).toHaveLength(
        before.length + links.filter((_, i) => !enrolled.has(browsers[i]!.credentialId)).length,
      );
    }
  }, 120_000);

  it('says that NATS is away, allows nothing meanwhile, and recovers by itself', async () => {
    const { port } = site.nats;
    await site.nats.kill();
    await vi.waitFor(async () => expect((await call('GET /health/ready')).status).toBe(503), WITHIN);
    expect(await call('GET /sessions/current', undefined, asAdmin)).toMatchObject({
      status: 503,
      body: { type: 'urn:bcmed:error:BCM-ACCESS-BEHIND' },
    });
    const again = await startNats({ storeDir: join(site.folder, 'nats'), port });
    try {
      await untilReady();
      expect((await call('GET /sessions/current', undefined, asAdmin)).status).toBe(200);
      expect((await new Browser(address).enrol(await newLink())).status).toBe(201);
      await stop('SIGTERM');
    } finally {
      await stop('SIGKILL');
      await again.stop();
    }
  }, 120_000);

  it('ends in order on SIGTERM, and has logged no secret', async () => {
    const again = await startNats({ storeDir: join(site.folder, 'nats'), port: site.nats.port });
    await start();
    await untilReady();
    secrets.push(asAdmin.headers['cookie']?.split('=')[1] ?? 'no cookie');
    expect((await call('GET /people', undefined, asAdmin)).status).toBe(200);
    expect(await stop('SIGTERM')).toBe(0);
    expect(await readPortFile(stateDir())).toBeUndefined();
    for (const secret of secrets) expect(output).not.toContain(secret);
    await again.stop();
  }, 60_000);

  it('under another site’s root key does not touch the store', async () => {
    output = '';
    const foreign = run(site.environment('1', { BCMED_ROOT_KID: 'A'.repeat(43), LOG_LEVEL: 'error' }));
    const [code] = (await once(foreign, 'exit')) as [number];
    expect(code).not.toBe(0);
    expect(output).toContain('BCM-ACCESS-STORE-FOREIGN');
  });
});
