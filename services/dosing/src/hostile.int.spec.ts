import { AssociationMade, isEvent, OrderRefused, type PumpOrder } from '@bcmed/events';
import { fixtureSealer } from '@bcmed/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { release } from '../test/release.js';
import { Service } from '../test/service.js';
import { PATIENT, Site } from '../test/site.js';

const WITHIN = { timeout: 20_000, interval: 20 };
process.setMaxListeners(50);

let site: Site;
let dosing: Service;
/** A pump of its own for each test. */
let pump: string;
let pumps = 51_800;

beforeAll(async () => {
  site = await Site.begin();
  dosing = await Service.start(site.environment());
  await site.enrol(site.environment()['BCMED_STATE_DIR']!);
  await release(site, dosing);
});
afterAll(async () => {
  await dosing.stop();
  await site.end();
});
beforeEach(async () => {
  pump = `8002-${++pumps}`;
  await standsAtBed(pump);
});

async function standsAtBed(at: string, syringe: { drug?: string; concentration?: string } = {}) {
  await site.associate(at, syringe);
  const drug = syringe.drug ?? 'midazolam';
  await vi.waitFor(
    async () => expect((await dosing.get(`/pumps/${at}`)).body).toMatchObject({ bed: { drug } }),
    WITHIN,
  );
}

const order = (change: Partial<PumpOrder> = {}, people = ['nurse']) =>
  site.order({ pump, ...change }, people);

async function refusedWith(body: unknown) {
  const answer = await dosing.post('/orders', body);
  expect(answer.status).toBe(422);
  expect(answer.body.type).toBe('urn:bcmed:error:BCM-DOSING-ORDER-REFUSED');
  const event = (await site.said('order-refused')).findLast(
    (one) => isEvent(one, OrderRefused) && one.data.orderId === answer.body.orderId,
  );
  expect(event?.data).toMatchObject({ reason: answer.body.reason, words: answer.body.words });
  return answer.body;
}

describe('whoever sends something hostile', () => {
  it.each(['*', '>', 'bcmed.s1.pump.>', '8002.51740', '\u0000\u0007', 'x'.repeat(64), '🫀'])(
    'as the serial %j gets a refusal, and nothing leaves for another subject',
    async (serial) => {
      expect(await refusedWith(order({ pump: serial }))).toMatchObject({ reason: 'pump-not-at-bed' });
      expect((await dosing.get(`/pumps/${encodeURIComponent(serial)}`)).status).toBe(404);
    },
  );

  it.each([
    ['a care area', 'careArea', 'a.>'],
    ['a concentration', 'concentration', '*'],
    ['a weight', 'weightKg', '80; drop'],
    ['a library', 'libraryHash', '>'],
    ['no library', 'libraryHash', undefined],
    ['no care area', 'careArea', undefined],
    ['no concentration', 'concentration', undefined],
  ])('as %s gets a refusal that names the field', async (_, field, value) => {
    const { words, reason } = await refusedWith(order({ [field]: value }));
    expect(reason).toBe('text-unreadable');
    expect(words).toContain(`${field}: `);
  });

  it.each([
    ['a field that nobody knows', { approved: true }],
    ['what belongs into the signed text', { careArea: 'adult-icu' }],
    ['another weight than the signed one', { weightKg: '20' }],
  ])('beside the text as %s is told what is wrong', async (_, more) => {
    const answer = await dosing.post('/orders', { ...order(), ...more });
    expect(answer).toMatchObject({ status: 400 });
    expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  it.each(['*', '>', 'x', `${'1'.repeat(8)}.${'2'.repeat(4)}`, '%00'])(
    'as an id %j is told so',
    async (id) => {
      expect((await dosing.get(`/infusions/${encodeURIComponent(id)}`)).status).toBe(400);
      expect((await dosing.post(`/orders/${encodeURIComponent(id)}/signatures`, {})).status).toBe(400);
    },
  );

  it('that is no JSON, no order, or of another site gets 400', async () => {
    expect((await dosing.post('/orders', '{')).status).toBe(400);
    expect((await dosing.post('/orders', [])).status).toBe(400);
    expect((await dosing.post('/orders', order({ site: 's2' }))).body.type).toContain('TEXT-UNREADABLE');
    const unread = { ...order(), order: site.signed('{"kind":"poem"}', 'nurse') };
    expect(await refusedWith(unread)).toMatchObject({ reason: 'text-unreadable' });
  });

  it('on the stream changes nothing: an association that a stranger sealed is not believed', async () => {
    const data = {
      patient: PATIENT,
      bed: 'bed-1',
      unit: 'icu-1',
      pumpSerial: '8002-66666',
      syringe: { drug: 'midazolam', concentration: '50 mg in 50 ml' },
      recordedBy: 'x',
      validFrom: '2026-11-20T12:00:00.000Z',
    };
    const forged = await site.say(
      fixtureSealer('stranger'),
      AssociationMade,
      '01994f7e-7c00-7000-8000-00000000aaaa',
      data,
    );
    await standsAtBed(pump, { drug: 'propofol', concentration: '10 mg/ml' }); // what came before was read
    expect(forged.id).toBeDefined();
    expect(await refusedWith(order({ pump: '8002-66666' }))).toMatchObject({ reason: 'pump-not-at-bed' });
  });
});

describe('what is offered over HTTP', () => {
  it('is described, and the library can be seen and linted', async () => {
    const { body: document } = await dosing.get('/openapi.json');
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(['/orders', '/orders/{id}/signatures', '/stops', '/infusions', '/library/lint']),
    );
    const { body: library } = await dosing.get('/library');
    expect(library).toMatchObject({ name: 'example', status: 'example', unit: 'icu-1' });
    const { body: linted } = await dosing.post('/library/lint', { text: library.text });
    expect(linted).toMatchObject({ hash: library.hash, releasable: true });
    const { body: bad } = await dosing.post('/library/lint', { text: 'kind: nothing' });
    expect(bad.releasable).toBe(false);
  });

  it('tells in its health what it is', async () => {
    expect(await dosing.health()).toMatchObject({
      status: 'up',
      checks: {
        enrolment: { status: 'up' },
        library: { status: 'up', detail: expect.stringContaining('EXAMPLE') as string },
        chain: { status: 'up', detail: expect.stringContaining('PROTOCOL-NOT-CONFIGURED') as string },
        orders: { status: 'up' },
      },
    });
    const [activated] = await site.said('library-activated');
    expect(activated?.data).toMatchObject({ unit: 'icu-1', version: '2026.1' });
  });
});
