import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { Line } from './support/line.js';
import { ask, Person } from './support/person.js';

const UP = join(import.meta.dirname, '..', '..', 'bcmed', 'bin', 'bcmed.mjs');
const addresses = z.object({ consoleUrl: z.string() });

let folder: string;
let stack: ChildProcess;
let gateway: string;
let origin: string;

/** What `npm start` runs, with one bed. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bcmed-console-stack-'));
  stack = spawn(process.execPath, [UP, 'up', '--json', '--beds', '1', '--data', folder], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let told = '';
  stack.stderr?.setEncoding('utf8').on('data', (text: string) => (told += text));
  await vi.waitFor(() => expect(told).toMatch(/the console: http:\/\/localhost:\d+\/\n/), {
    timeout: 120_000,
    interval: 100,
  });
  origin = /the console: (\S+)\/\n/.exec(told)?.[1] ?? '';
  gateway = addresses.parse(JSON.parse(readFileSync(join(folder, 'running.json'), 'utf8'))).consoleUrl;
});

afterAll(async () => {
  stack.kill('SIGINT');
  await once(stack, 'exit');
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
});

const pumpsIn = (line: Line) =>
  new Map(
    line.changes.flatMap((change) => (change.of === 'pump' ? [[change.value.serial, change.value]] : [])),
  );

describe('the console of npm start', () => {
  it('is ready, and is the page at the address that was printed', async () => {
    expect(await ask(`${gateway}/health/ready`)).toMatchObject({ status: 200, body: { status: 'up' } });
    const page = await ask(`${origin}/`);
    expect(page.status).toBe(200);
    expect(page.page).toMatch(/<div id="root">/);
    for (const [, asset] of page.page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g))
      expect((await ask(`${origin}${asset ?? ''}`)).status).toBe(200);
  });

  it('shows a visitor the bed with its pumps, and stops one of them for them', async () => {
    const nurse = await Person.enter(gateway, origin, 'nurse', 'icu-1');
    const line = await Line.open(`${gateway}/api/live`, nurse.headers);
    await expect
      .poll(
        () =>
          [...pumpsIn(line).values()].filter(({ bed, delivering }) => bed === 'bed-1' && delivering).length,
        {
          timeout: 60_000,
        },
      )
      .toBeGreaterThanOrEqual(3);
    const pump = [...pumpsIn(line).values()].find(({ delivering }) => delivering);
    expect(pump).toMatchObject({ connected: true, unit: 'icu-1' });
    const issuedAt = new Date().toISOString();
    const text = JSON.stringify({
      kind: 'pump-order',
      site: 'demo',
      pump: pump?.serial,
      unit: 'icu-1',
      action: 'stop',
      nonce: 'A'.repeat(43),
      issuedAt,
      expiresAt: new Date(Date.parse(issuedAt) + 120_000).toISOString(),
    });
    const signatures = [{ ...nurse.sign(text), person: nurse.name }];
    const stopped = await ask(`${gateway}/api/dosing/stops`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ order: { text, signatures } }),
    });
    expect(stopped.status, stopped.page).toBe(201);
    await expect
      .poll(() => line.changes.flatMap((change) => (change.of === 'command' ? [change.value] : [])).at(-1))
      .toMatchObject({
        commandId: stopped.body['stopId'],
        action: 'stop',
        state: 'executed',
        delivering: false,
      });
    await expect.poll(() => pumpsIn(line).get(pump?.serial ?? '')?.delivering).toBe(false);
    line.close();
  });

  it('passes on what the services say: alarms as they come, the library, the ledger', async () => {
    const nurse = await Person.enter(gateway, origin, 'nurse', 'icu-1');
    const alarms = await Line.open(`${gateway}/api/alarms/alarms/stream`, nurse.headers);
    alarms.close();
    expect((await nurse.get('/api/dosing/library')).body).toMatchObject({ status: 'example' });
    expect((await nurse.get('/api/ledger/status')).status).toBe(200);
    expect((await nurse.get('/api/adapter/status')).status).toBe(200);
    const blocks = await nurse.get('/api/log/blocks?limit=3');
    expect(blocks.body['blocks']).toHaveLength(3);
    const { body: site } = await ask(`${origin}/api/site`);
    expect(site).toMatchObject({ advice: null, chain: { chainId: '31337' }, epoch: { quorum: 1 } });
    const contract = (site['chain'] as { contract: string }).contract;
    const asked = { jsonrpc: '2.0', id: 1, method: 'eth_getCode', params: [contract, 'latest'] };
    expect(String((await nurse.post('/api/chain', asked)).body['result']).length).toBeGreaterThan(100);
  });
});
