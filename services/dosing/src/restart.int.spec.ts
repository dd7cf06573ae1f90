import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CommandExecuted } from '@bcmed/events';

import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { release } from '../test/release.js';
import { Service } from '../test/service.js';
import { PUMP, Site } from '../test/site.js';
import { DosingStore } from './adapters/dosing-store.js';

const WITHIN = { timeout: 20_000, interval: 20 };
process.setMaxListeners(100);

let site: Site;
let dosing: Service;

beforeEach(async () => {
  site = await Site.begin();
  dosing = await Service.start(site.environment());
  await site.enrol(stateDir());
  await release(site, dosing);
  await site.associate();
  await vi.waitFor(async () => expect((await dosing.get(`/pumps/${PUMP}`)).status).toBe(200), WITHIN);
});
afterEach(async () => {
  await dosing.stop();
  await site.end();
});

const stateDir = () => site.environment()['BCMED_STATE_DIR']!;

/** Stops the service, and starts it on the same folder, without its store if that is lost. */
async function again(storeIsLost = false, meanwhile: () => Promise<unknown> = () => Promise.resolve()) {
  await dosing.stop();
  if (storeIsLost)
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(stateDir(), `safety-store.db${end}`), { force: true });
  await meanwhile();
  dosing = await Service.start(site.environment());
}

const executed = (commandId: string) =>
  site.say(site.adapter, CommandExecuted, PUMP, {
    commandId,
    action: 'set-rate',
    framesWritten: [],
    setRateMlPerHour: 2,
    delivering: true,
    readBackAfterMs: 64,
    commandPosition: '1',
  });

describe.each([
  ['a restart', false],
  ['a restart without its store', true],
])('after %s', (_, storeIsLost) => {
  it('a nonce that was used is still used, and a text that was authorised still answers', async () => {
    const nonce = site.nonce();
    const first = site.order({ nonce });
    const placed = await dosing.post('/orders', first);
    const ended = site.order();
    const { body } = await dosing.post('/orders', ended);
    await again(storeIsLost);
    expect((await dosing.post('/orders', site.order({ nonce }))).body).toMatchObject({
      reason: 'nonce-used',
    });
    expect((await dosing.post('/orders', first)).body).toMatchObject({ reason: 'nonce-used' });
    expect(await dosing.post('/orders', ended)).toMatchObject({ status: 201, body });
    expect(placed.status).toBe(201);
    await site.associate('8002-00002');
    await vi.waitFor(async () => expect((await dosing.get('/pumps/8002-00002')).status).toBe(200), WITHIN);
    const elsewhere = site.order({ nonce, pump: '8002-00002' });
    expect((await dosing.post('/orders', elsewhere)).body).toMatchObject({ reason: 'nonce-used' });
    expect(await site.said('command-authorised')).toHaveLength(2);
  });

  it('everything is known as before', async () => {
    await dosing.post('/orders', site.order());
    await site.vitals();
    const { body } = await dosing.post(
      '/orders',
      site.order({ dose: { value: '3', unit: 'mg/h' }, rateMlPerHour: 3 }),
    );
    await executed(body.commandId);
    await vi.waitFor(async () => expect(await site.said('response-assessed')).toHaveLength(1), WITHIN);
    const last = (await site.events.lastPosition()).toString();
    const seen = async () => (await dosing.get('/infusions')).body;
    await vi.waitFor(async () => expect(await seen()).toMatchObject({ position: last }), WITHIN);
    const before = await seen();
    const pump = (await dosing.get(`/pumps/${PUMP}`)).body;
    await again(storeIsLost);
    expect(await seen()).toEqual(before);
    expect((await dosing.get(`/pumps/${PUMP}`)).body).toEqual(pump);
    expect(await site.said('library-activated')).toHaveLength(1);
  });

  it('what happened meanwhile is answered once', async () => {
    const { body } = await dosing.post('/orders', site.order());
    await again(storeIsLost, () => executed(body.commandId));
    await vi.waitFor(async () => expect(await site.said('response-assessed')).toHaveLength(1), WITHIN);
    await again(storeIsLost);
    await again(storeIsLost);
    expect(await site.said('response-assessed')).toHaveLength(1);
    expect((await site.judged()).filter(({ outcome }) => outcome === 'rejected')).toEqual([]);
  });

  it('a stop that was ordered ends what stood before it, once', async () => {
    await dosing.post('/orders', site.order());
    const stop = site.signed(site.text({ action: 'stop' }), 'nurse');
    expect((await dosing.post('/stops', { order: stop })).status).toBe(201);
    await again(storeIsLost);
    await vi.waitFor(async () => expect(await site.said('authorisation-withdrawn')).toHaveLength(1), WITHIN);
    await again(storeIsLost);
    expect(await site.said('authorisation-withdrawn')).toHaveLength(1);
  });
});

describe('somebody who was revoked while the service was away', () => {
  it('is not believed after it is back', async () => {
    const body = site.order();
    await again(false, () => site.revoke('nurse'));
    expect((await dosing.post('/orders', body)).status).toBe(403);
    const stop = site.signed(site.text({ action: 'stop' }), 'nurse');
    expect((await dosing.post('/stops', { order: stop })).status).toBe(403);
  });
});

describe('an order that meets a broker that restarts', () => {
  it('is one command, whatever the person was told first', async () => {
    const body = site.order();
    const first = dosing.post('/orders', body);
    await site.restartNats();
    expect([201, 503]).toContain((await first).status);
    await vi.waitFor(
      async () =>
        expect(await dosing.post('/orders', body)).toMatchObject({
          status: 201,
          body: { state: 'authorised' },
        }),
      WITHIN,
    );
    expect(await site.said('command-authorised')).toHaveLength(1);
    expect(await site.said('order-placed')).toHaveLength(1);
  });
});

describe('a disk that takes nothing', () => {
  it('keeps orders back and no stop, and is over when there is room', async () => {
    const store = dosing.app.get(DosingStore);
    store.limitPages(1);
    await site.enrolPerson('visitor');
    const place = () => dosing.post('/orders', site.order());
    await vi.waitFor(async () => {
      // Each row that a revoked or new person, pump or patient brings must grow the file at last.
      await site.associate(`8002-${String(Math.floor(Math.random() * 1e5))}`, { patient: 'x'.repeat(120) });
      expect((await place()).body).toMatchObject({ type: 'urn:bcmed:error:BCM-STORE-UNWRITABLE' });
    }, WITHIN);
    const stop = site.signed(site.text({ action: 'stop' }), 'visitor');
    expect((await dosing.post('/stops', { order: stop })).status).toBe(201);
    expect(await dosing.health()).toMatchObject({ checks: { store: { status: 'degraded' } } });
    store.limitPages(1_000_000);
    await site.associate('8002-00001');
    await vi.waitFor(async () => expect((await place()).status).toBe(201), WITHIN);
  });
});
