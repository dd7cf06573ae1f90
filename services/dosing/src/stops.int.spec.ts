import { CommandExecuted, isEvent, pumpOrderText, StopOrdered } from '@bcmed/events';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { release } from '../test/release.js';
import { Service } from '../test/service.js';
import { PUMP, Site } from '../test/site.js';
import { LIBRARY } from '../test/ward.js';

const WITHIN = { timeout: 20_000, interval: 20 };
process.setMaxListeners(100);

let site: Site;
let dosing: Service;

beforeEach(async () => {
  site = await Site.begin();
});
afterEach(async () => {
  await dosing.stop();
  await site.end();
});

async function start(more: Record<string, string> = {}, library: 'released' | 'none' = 'released') {
  dosing = await Service.start(site.environment(more));
  await site.enrol(site.environment()['BCMED_STATE_DIR']!);
  if (library === 'released') await release(site, dosing);
  await site.associate();
  await vi.waitFor(async () => expect((await dosing.get(`/pumps/${PUMP}`)).status).toBe(200), WITHIN);
}

/** Somebody without any role stops a pump. */
async function stopped(text = site.text({ action: 'stop' })): Promise<void> {
  const answer = await dosing.post('/stops', { order: site.signed(text, 'nurse') });
  expect(answer).toMatchObject({ status: 201 });
  const stop = (await site.said('stop-ordered')).find(({ id }) => id === answer.body.stopId);
  if (!stop || !isEvent(stop, StopOrdered)) throw new Error('no stop on the stream');
  expect(pumpOrderText.parse(JSON.parse(stop.data.order.text))).toMatchObject({ action: 'stop' });
  const verdicts = await site.judged();
  expect(verdicts.find(({ position }) => position.toString() === answer.body.position)?.outcome).toBe(
    'admitted',
  );
}

const withdrawn = async () => (await site.said('authorisation-withdrawn')).map(({ data }) => data);
const order = (change = {}) => site.order(change);

describe('a stop', () => {
  it('goes out when nothing was ever ordered, also for a pump that nobody recorded, from anybody who is known', async () => {
    await start();
    await site.enrolPerson('visitor');
    await stopped();
    await stopped(site.text({ action: 'stop', pump: '8002-00001', unit: 'elsewhere' }));
    const text = site.text({ action: 'stop' });
    await vi.waitFor(async () => {
      const answer = await dosing.post('/stops', { order: site.signed(text, 'visitor') });
      expect(answer.status).toBe(201);
    }, WITHIN);
    expect(await withdrawn()).toEqual([]);
  });

  it('ends what is authorised, and what waits, and nothing that is ordered after it', async () => {
    await start();
    const first = await dosing.post('/orders', order());
    const tenfold = { dose: { value: '0.1', unit: 'mg/h' }, rateMlPerHour: 0.1 };
    await dosing.post('/orders', order(tenfold));
    const waiting = await dosing.post('/orders', order());
    expect(waiting.body).toMatchObject({ state: 'waiting', infusionId: first.body.infusionId });
    await stopped();
    await vi.waitFor(async () => expect(await withdrawn()).toHaveLength(2), WITHIN);
    expect(await withdrawn()).toMatchObject([{ cause: 'stop', withdrawnBy: 'nurse' }, { cause: 'stop' }]);
    const sign = await dosing.post(`/orders/${waiting.body.orderId}/signatures`, {
      signatures: site.signatures('{}', 'physician'),
    });
    expect(sign.status).toBe(404);
    expect((await dosing.post('/orders', order())).body.state).toBe('authorised');
  });

  it('goes out while the pump runs, and after the infusion was closed', async () => {
    await start();
    const { body } = await dosing.post('/orders', order());
    await site.say(site.adapter, CommandExecuted, PUMP, {
      commandId: body.commandId,
      action: 'set-rate',
      framesWritten: [],
      setRateMlPerHour: 2,
      delivering: true,
      readBackAfterMs: 64,
      commandPosition: '1',
    });
    const phase = async () => (await dosing.get(`/infusions/${body.infusionId}`)).body;
    await vi.waitFor(async () => expect(await phase()).toMatchObject({ phase: 'running' }), WITHIN);
    await stopped();
    await vi.waitFor(async () => expect(await withdrawn()).toHaveLength(1), WITHIN);
    await site.associate(PUMP, { patient: 'stay-5e' });
    await vi.waitFor(async () => expect(await site.said('infusion-closed')).toHaveLength(1), WITHIN);
    await stopped();
    expect(await withdrawn()).toHaveLength(1);
  });

  it('goes out once, however often it is sent', async () => {
    await start();
    const body = { order: site.signed(site.text({ action: 'stop' }), 'nurse') };
    const answers = await Promise.all([1, 2, 3].map(() => dosing.post('/stops', body)));
    expect(new Set(answers.map(({ body: { stopId } }) => stopId)).size).toBe(1);
    expect(await site.said('stop-ordered')).toHaveLength(1);
  });

  it('goes out with the one signature that holds, and without those that do not', async () => {
    await start();
    const text = site.text({ action: 'stop' });
    const [good] = site.signatures(text, 'nurse');
    const [bad] = site.signatures(`${text} `, 'physician');
    const answer = await dosing.post('/stops', { order: { text, signatures: [bad, good] }, note: 'quick' });
    expect(answer.status).toBe(201);
    const [stop] = await site.said('stop-ordered');
    expect(stop?.data).toMatchObject({ order: { signatures: [{ person: 'nurse' }] } });
    const none = await dosing.post('/stops', { order: { text, signatures: [bad] } });
    expect(none).toMatchObject({
      status: 403,
      body: { type: 'urn:bcmed:error:BCM-DOSING-SIGNATURE-INVALID' },
    });
  });

  it.each([
    ['no text', {}],
    ['no stop', { text: '{"kind":"poem"}' }],
    ['an order that is none', { order: { text: 7 } }],
  ])('that is %s is told so', async (_, body) => {
    await start();
    expect((await dosing.post('/stops', body)).status).toBe(400);
    const start_ = site.text({ action: 'start', drug: 'midazolam' });
    const other = await dosing.post('/stops', { order: site.signed(start_, 'nurse') });
    expect(other.body.type).toContain('TEXT-UNREADABLE');
  });

  it('goes out without a library, and with a chain that is down, when every order is refused', async () => {
    const chain = { CHAIN_RPC_URL: 'http://127.0.0.1:9', DRUG_PROTOCOL_ADDRESS: `0x${'ab'.repeat(20)}` };
    await start(chain, 'none');
    expect((await dosing.post('/orders', order())).body).toMatchObject({ reason: 'library-missing' });
    await stopped();
    expect(await dosing.health()).toMatchObject({
      status: 'degraded',
      checks: {
        library: { status: 'degraded', detail: expect.stringContaining('LIBRARY-MISSING') as string },
        chain: { status: 'degraded', detail: expect.stringContaining('PROTOCOL-UNANSWERED') as string },
      },
    });
  });

  it('goes out where an example library is refused', async () => {
    await start();
    await dosing.stop();
    dosing = await Service.start(site.environment({ ALLOW_EXAMPLE_LIBRARY: 'false' }));
    await vi.waitFor(
      async () =>
        expect((await dosing.post('/orders', order())).body).toMatchObject({ reason: 'library-missing' }),
      WITHIN,
    );
    expect((await dosing.get('/library')).body.type).toContain('LIBRARY-EXAMPLE');
    const again = await dosing.post('/libraries', { text: LIBRARY.text }, site.pass('pharmacist'));
    expect(again).toMatchObject({
      status: 409,
      body: { type: 'urn:bcmed:error:BCM-DOSING-LIBRARY-EXAMPLE' },
    });
    await stopped();
  });

  it('is sent, and said not to be enough, while the site does not know the key', async () => {
    dosing = await Service.start(site.environment());
    const answer = await dosing.post('/stops', {
      order: site.signed(site.text({ action: 'stop' }), 'nurse'),
    });
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:bcmed:error:BCM-DOSING-NOT-ENROLLED' } });
    expect(answer.body.detail).toContain('by hand');
    expect(await site.said('stop-ordered')).toHaveLength(1);
    expect(await dosing.post('/orders', order())).toMatchObject({ status: 503 });
    expect(await dosing.health()).toMatchObject({
      status: 'down',
      checks: { enrolment: { status: 'down' } },
    });
  });

  it('waits for a broker that restarts, and goes out', async () => {
    await start();
    await site.nats.kill();
    const answer = dosing.post('/stops', { order: site.signed(site.text({ action: 'stop' }), 'nurse') });
    await site.restartNats();
    expect(await answer).toMatchObject({ status: 201 });
    expect(await site.said('stop-ordered')).toHaveLength(1);
    await vi.waitFor(async () => expect((await dosing.post('/orders', order())).status).toBe(201), WITHIN);
  });

  it('that cannot go out says to stop by hand', async () => {
    await start();
    await site.nats.kill();
    const answer = await dosing.post('/stops', {
      order: site.signed(site.text({ action: 'stop' }), 'nurse'),
    });
    expect(answer).toMatchObject({ status: 503, body: { type: 'urn:bcmed:error:BCM-DOSING-STOP-NOT-SENT' } });
    await site.restartNats();
  });
});
