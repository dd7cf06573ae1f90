import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Child, startNodeService, Supervisor, type NodeService } from '../src/index.js';
import { stopAfterwards, temporaryFolder } from './temporary.js';

/** A small honest service: its port in a file, its readiness over HTTP, its end when the channel breaks. */
const SERVICE = `
import { createServer } from 'node:http';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
if (process.env.BROKEN) { console.error('BROKEN is set'); process.exit(2); }
let asked = 0;
const server = createServer((request, response) => {
  response.statusCode = request.url === '/health/ready' && ++asked > 2 ? 200 : 503;
  response.end();
});
server.listen(Number(process.env.HTTP_PORT), '127.0.0.1', () =>
  writeFileSync(join(process.env.BCMED_STATE_DIR, 'http-port'), String(server.address().port)));
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
`;

function service(env: Record<string, string> = {}): () => Promise<NodeService> {
  const stateDir = join(temporaryFolder(), 'state');
  mkdirSync(stateDir);
  const main = join(stateDir, 'main.mjs');
  writeFileSync(main, SERVICE);
  return () => startNodeService({ name: 'small', main, stateDir, env });
}

describe('a service of ours as a child', () => {
  it('counts as started only when it says that it is ready', async () => {
    const small = stopAfterwards(await service()());
    expect((await fetch(`${small.url}/health/ready`)).status).toBe(200);
    await expect(small.stop()).resolves.toMatchObject({ code: 0, expected: true });
  });

  it('that refuses its configuration is reported with its own words', async () => {
    const starting = service({ BROKEN: 'yes' })();
    await expect(starting).rejects.toMatchObject({ code: 'BCM-EMBEDDED-START-FAILED' });
    await expect(starting).rejects.toThrow(/exit code 2.*BROKEN is set/s);
  });
});

describe('the supervisor', () => {
  it('starts a killed child again and tells of it', async () => {
    const supervisor = new Supervisor();
    onTestFinished(() => supervisor.stop());
    const states: string[] = [];
    supervisor.onChange(({ state }) => states.push(state));
    const small = await supervisor.start({ name: 'small', start: service(), restart: { firstPauseMs: 10 } });
    const firstPid = small.current.pid;
    await small.current.kill();
    await expect.poll(() => small.status().state).toBe('running');
    expect(small.current.pid).not.toBe(firstPid);
    expect(small.status()).toMatchObject({ restarts: 1, lastExit: { signal: 'SIGKILL' } });
    expect(states).toEqual(['running', 'restarting', 'running']);
  });

  it('leaves the end of a child alone that it was told not to restart', async () => {
    const supervisor = new Supervisor();
    onTestFinished(() => supervisor.stop());
    const small = await supervisor.start({ name: 'small', start: service(), restart: false });
    await small.current.kill();
    await expect.poll(() => small.status().state).toBe('failed');
  });

  it('ends the children one after the other, the last started first', async () => {
    const supervisor = new Supervisor();
    const folder = temporaryFolder();
    const ends: string[] = [];
    for (const name of ['server', 'user', 'user of the user']) {
      const child = await supervisor.start({ name, start: () => idle(name, folder) });
      void child.current.exited.then(() => ends.push(name));
    }
    await Promise.all([supervisor.stop(), supervisor.stop()]);
    expect(ends).toEqual(['user of the user', 'user', 'server']);
    expect(supervisor.status().map(({ state }) => state)).toEqual(['stopped', 'stopped', 'stopped']);
    await expect(supervisor.start({ name: 'late', start: () => idle('late', folder) })).rejects.toThrow(
      /stopped/,
    );
  });

  it('does not leave a child behind whose restart was under way when the end came', async () => {
    const supervisor = new Supervisor();
    const started: Child[] = [];
    const folder = temporaryFolder();
    const start = async (): Promise<Child> => {
      const child = await idle('phoenix', folder);
      started.push(child);
      return child;
    };
    const phoenix = await supervisor.start({ name: 'phoenix', start, restart: { firstPauseMs: 1 } });
    await phoenix.current.kill();
    await expect.poll(() => started.length, { interval: 1 }).toBeGreaterThan(0);
    await supervisor.stop();
    expect(started.filter((child) => child.alive)).toEqual([]);
  });
});

describe('a start that is under way when the end comes', () => {
  it('leaves no child behind', async () => {
    const supervisor = new Supervisor();
    const folder = temporaryFolder();
    const started: Child[] = [];
    onTestFinished(async () => {
      await Promise.all(started.map((child) => child.stop()));
    });
    const ready = Promise.withResolvers<undefined>();
    const start = async (): Promise<Child> => {
      const child = await idle('slow', folder);
      started.push(child);
      await ready.promise;
      return child;
    };
    const starting = supervisor.start({ name: 'slow', start });
    await expect.poll(() => started.length, { interval: 1 }).toBe(1);
    const stopped = supervisor.stop();
    ready.resolve(undefined);
    await Promise.all([starting, stopped]);
    expect(started.filter((child) => child.alive)).toEqual([]);
  });
});

function idle(name: string, folder: string): Promise<Child> {
  return Child.start({
    name,
    command: process.execPath,
    args: ['-e', 'setInterval(() => {}, 1000)'],
    logFile: join(folder, `${name}.log`),
  });
}
