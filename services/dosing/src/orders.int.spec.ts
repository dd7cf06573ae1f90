import { CommandAuthorised, isEvent, OrderRefused, pumpOrderText, type PumpOrder } from '@bcmed/events';
import { checkSignedText, POLICY_VERSION, signTextWithKey } from '@bcmed/policy';
import { SiteTrust } from '@bcmed/site-trust';
import { fixtureKey } from '@bcmed/testing';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { release } from '../test/release.js';
import { Service } from '../test/service.js';
import { Site } from '../test/site.js';

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
const commandsFor = async (at: string) =>
  (await site.said('command-authorised')).filter(({ subject }) => subject === at);

const refusalsOf = async (reason: string) =>
  (await site.said('order-refused')).filter(
    (one) => isEvent(one, OrderRefused) && one.data.reason === reason,
  );
/** Until dosing has read all that stands on the stream. */
async function heard(): Promise<void> {
  const position = (await site.events.lastPosition()).toString();
  const seen = async () => (await dosing.get('/infusions')).body;
  await vi.waitFor(async () => expect(await seen()).toMatchObject({ position }), WITHIN);
}

/** Dopamine takes two signatures and living vitals: 5 microgram/kg/min for 80 kg from 200 mg in 50 ml is 6 ml/h. */
async function dopamine(people: string[], change: Partial<PumpOrder> = {}) {
  await standsAtBed(pump, { drug: 'dopamine', concentration: '200 mg in 50 ml' });
  const strength = { concentration: '200-mg', weightKg: '80' };
  const dose = { dose: { value: '5', unit: 'microgram/kg/min' }, rateMlPerHour: 6 };
  return order({ drug: 'dopamine', ...strength, ...dose, ...change }, people);
}

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

describe('an order that has all that it needs', () => {
  it('is a command on the stream, in the same append, that a pump adapter can check by itself', async () => {
    const answer = await dosing.post('/orders', order());
    expect(answer).toMatchObject({ status: 201, body: { state: 'authorised' } });
    const [command, ...others] = await commandsFor(pump);
    if (!command || !isEvent(command, CommandAuthorised)) throw new Error('no command');
    expect(others).toEqual([]);
    expect(command.id).toBe(answer.body.commandId);
    const trust = new SiteTrust({
      site: 's1',
      rootKeyId: site.log.rootKeyId,
      own: { keyId: site.log.adapter.keyId, source: 'pump-adapter/1', area: 'pump' },
      allowDemonstration: false,
    });
    await trust.load(site.events);
    const check = checkSignedText(command.data.order, trust.people);
    expect(check).toMatchObject({ allHold: true, people: ['nurse'] });
    expect(check.people.length).toBeGreaterThanOrEqual(command.data.approvalsNeeded);
    const text = pumpOrderText.parse(JSON.parse(command.data.order.text));
    expect(text).toMatchObject({ pump, action: 'set-rate', rateMlPerHour: 2 });
    const verdicts = await site.judged();
    expect(verdicts.filter(({ outcome }) => outcome === 'rejected')).toEqual([]);
    const names = (await site.said()).filter(({ correlationid }) => correlationid === answer.body.infusionId);
    expect(names.map(({ type }) => type.slice(13))).toEqual([
      'order-placed',
      'infusion-authorised',
      'command-authorised',
    ]);
  });

  it('gives the same answer and no second command when it is sent again, also at the same time', async () => {
    const body = order();
    const answers = await Promise.all([1, 2, 3, 4].map(() => dosing.post('/orders', body)));
    answers.push(await dosing.post('/orders', body));
    expect(new Set(answers.map((one) => JSON.stringify(one.body))).size).toBe(1);
    expect(await commandsFor(pump)).toHaveLength(1);
  });

  it('goes on with the same infusion for the next order of this patient and drug', async () => {
    const first = await dosing.post('/orders', order());
    const second = await dosing.post(
      '/orders',
      order({ dose: { value: '3', unit: 'mg/h' }, rateMlPerHour: 3 }),
    );
    expect(second.body.infusionId).toBe(first.body.infusionId);
    expect((await dosing.get(`/infusions/${first.body.infusionId}`)).body).toMatchObject({
      phase: 'authorised',
      authorised: { orderId: second.body.orderId, rateMlPerHour: 3, answered: false },
    });
  });
});

describe('an order that the ward does not allow', () => {
  it('of ten times the dose is refused with limit and value', async () => {
    const body = order({ dose: { value: '20', unit: 'mg/h' }, rateMlPerHour: 20 });
    expect(await refusedWith(body)).toMatchObject({
      reason: 'above-hard-limit',
      limit: '10 mg/h',
      value: '20 mg/h',
    });
    expect(await commandsFor(pump)).toEqual([]);
  });

  it('of ten times what was authorised before waits for somebody else', async () => {
    await dosing.post('/orders', order({ dose: { value: '0.4', unit: 'mg/h' }, rateMlPerHour: 0.4 }));
    const answer = await dosing.post(
      '/orders',
      order({ dose: { value: '4', unit: 'mg/h' }, rateMlPerHour: 4 }),
    );
    expect(answer).toMatchObject({
      status: 201,
      body: { state: 'waiting', needs: { overrides: ['tenfold-change'] } },
    });
    expect(await commandsFor(pump)).toHaveLength(1);
  });

  it.each([
    ['in another unit', { dose: { value: '2', unit: 'microgram/kg/min' } }, 'wrong-unit'],
    ['with a rate that is not its dose', { rateMlPerHour: 20 }, 'rate-differs'],
    [
      'that has expired',
      { issuedAt: '2026-11-20T00:00:00.000Z', expiresAt: '2026-11-20T00:01:00.000Z' },
      'expired',
    ],
    ['that would live for an hour', { expiresAt: new Date(Date.now() + 3_600_000).toISOString() }, 'expired'],
    ['for another patient', { patient: 'stay-other' }, 'pump-not-at-bed'],
    ['of another drug than the syringe holds', { drug: 'propofol' }, 'pump-not-at-bed'],
    ['of an unknown drug', { drug: 'water' }, 'pump-not-at-bed'],
  ] as const)('%s is refused', async (_, change, reason) => {
    expect(await refusedWith(order(change))).toMatchObject({ reason });
  });

  it('for a bed without that pump is refused', async () => {
    expect(await refusedWith(order({ pump: '8002-59999' }))).toMatchObject({ reason: 'pump-not-at-bed' });
  });

  it('against another library is refused', async () => {
    const body = order({ libraryHash: 'A'.repeat(43) });
    expect(await refusedWith(body)).toMatchObject({ reason: 'library-changed' });
  });

  it('with a concentration that is not on the label is refused', async () => {
    await standsAtBed(pump, { drug: 'midazolam', concentration: '100 mg in 50 ml' });
    expect(await refusedWith(order())).toMatchObject({
      reason: 'concentration-unknown',
      limit: '100 mg in 50 ml',
    });
  });

  it.each(['0', '800', '29.9'])('for a patient of %s kg is refused', async (weightKg) => {
    await standsAtBed(pump, { drug: 'propofol', concentration: '10 mg/ml' });
    const dose = { dose: { value: '20', unit: 'microgram/kg/min' }, rateMlPerHour: 9.6 };
    const body = order({ drug: 'propofol', concentration: 'neat', weightKg, ...dose });
    expect(await refusedWith(body)).toMatchObject({ reason: 'weight-implausible', value: `${weightKg} kg` });
  });

  it('that uses a nonce again is refused, in any other infusion and after its own has ended', async () => {
    const nonce = site.nonce();
    const first = order({ nonce });
    const placed = await dosing.post('/orders', first);
    expect(placed.status).toBe(201);
    expect(await refusedWith(order({ nonce, rateMlPerHour: 2 }))).toMatchObject({ reason: 'nonce-used' });
    const text = JSON.stringify({
      kind: 'order-withdrawal',
      site: 's1',
      order: placed.body.orderId,
      reason: 'a test',
    });
    const withdrawn = await dosing.post(`/orders/${placed.body.orderId}/withdraw`, {
      withdrawal: site.signed(text, 'nurse'),
    });
    expect(withdrawn).toMatchObject({ status: 200, body: { state: 'withdrawn' } });
    expect(await refusedWith(first)).toMatchObject({ reason: 'nonce-used' });
    expect(await commandsFor(pump)).toHaveLength(1);
    const elsewhere = '8002-50001';
    await standsAtBed(elsewhere);
    expect(await refusedWith(order({ nonce, pump: elsewhere }))).toMatchObject({ reason: 'nonce-used' });
    expect(await commandsFor(elsewhere)).toEqual([]);
  });

  it('that shares its nonce with one for another pump at the same moment is refused', async () => {
    const elsewhere = '8002-50002';
    await standsAtBed(elsewhere);
    const nonce = site.nonce();
    const both = [order({ nonce }), order({ nonce, pump: elsewhere })];
    const answers = await Promise.all(both.map((body) => dosing.post('/orders', body)));
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 422]);
  });
});

describe('an order with signatures', () => {
  it('that was changed by one byte is not believed', async () => {
    const body = order();
    const changed = { ...body, order: { ...body.order, text: body.order.text.replace('"2"', '"3"') } };
    expect(await dosing.post('/orders', changed)).toMatchObject({
      status: 403,
      body: { type: 'urn:bcmed:error:BCM-DOSING-SIGNATURE-INVALID' },
    });
    expect(await commandsFor(pump)).toEqual([]);
    expect(await refusalsOf('signature-invalid')).toMatchObject([
      { data: { words: expect.stringContaining('bad-signature') as string }, actor: 'dosing/1' },
    ]);
  });

  it('of which one does not hold is not believed, whoever else signed', async () => {
    const body = order();
    const [other] = site.signatures(`${body.order.text} `, 'physician');
    const signatures = [...body.order.signatures, other];
    const answer = await dosing.post('/orders', { ...body, order: { ...body.order, signatures } });
    expect(answer).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('physician') as string },
    });
  });

  it('of somebody who may not is refused in the policy’s words', async () => {
    const answer = await dosing.post('/orders', order({}, ['pharmacist']));
    expect(answer).toMatchObject({
      status: 403,
      body: { type: 'urn:bcmed:error:BCM-DOSING-NOT-PERMITTED' },
    });
    expect((await site.said('decision-denied')).at(-1)).toMatchObject({
      subject: 'pharmacist',
      actor: 'pharmacist',
      data: {
        action: 'order-set-rate',
        resource: pump,
        unit: 'icu-1',
        reason: 'not-permitted',
        policyVersion: POLICY_VERSION,
        words: expect.stringContaining('takes a nurse or a physician of icu-1') as string,
      },
    });
    expect(answer.body.detail).toContain('takes a nurse or a physician of icu-1');
  });

  it('names the policies by which each person was allowed it', async () => {
    await site.vitals({ hr: 77 });
    expect((await dosing.post('/orders', await dopamine(['nurse', 'physician']))).status).toBe(201);
    const decidedBy = [
      { person: 'nurse', action: 'order-set-rate', policyVersion: POLICY_VERSION },
      { person: 'physician', action: 'approve-order', policies: ['physicians-approve-orders'] },
    ];
    for (const name of ['order-placed', 'infusion-authorised'])
      expect((await site.said(name)).at(-1)?.data).toMatchObject({ decidedBy });
  });

  it('of one person with two keys has one signature', async () => {
    await site.enrolPerson('twice', ['nurse', 'icu-1']);
    await site.enrolKey('twice', 'twice-second-key');
    await site.vitals({ hr: 76 });
    const body = await dopamine(['twice']);
    const second = { ...signTextWithKey(fixtureKey('twice-second-key'), body.order.text), person: 'twice' };
    const both = { order: { ...body.order, signatures: [...body.order.signatures, second] } };
    await heard();
    const waiting = await dosing.post('/orders', both);
    expect(waiting.body).toMatchObject({ state: 'waiting', needs: { signatures: 1 } });
    const path = `/orders/${waiting.body.orderId}/signatures`;
    expect(await dosing.post(path, { signatures: [second] })).toMatchObject({
      status: 409,
      body: { type: 'urn:bcmed:error:BCM-DOSING-SIGNED-BEFORE' },
    });
    expect(await commandsFor(pump)).toEqual([]);
    expect((await site.said('decision-denied')).at(-1)).toMatchObject({
      subject: 'twice',
      data: { action: 'approve-order', order: waiting.body.orderId, reason: 'not-permitted' },
    });
  });

  it('of somebody who was revoked is not believed', async () => {
    await site.enrolPerson('leaver', ['nurse', 'icu-1']);
    await vi.waitFor(
      async () => expect((await dosing.post('/orders', order({}, ['leaver']))).status).toBe(201),
      WITHIN,
    );
    await site.revoke('leaver');
    await vi.waitFor(
      async () => expect((await dosing.post('/orders', order({}, ['leaver']))).status).toBe(403),
      WITHIN,
    );
  });

  it('waits for a second person, who is not the first one', async () => {
    await site.vitals();
    const body = await dopamine(['nurse']);
    const doubled = {
      ...body,
      order: { ...body.order, signatures: [...body.order.signatures, ...body.order.signatures] },
    };
    const waiting = await dosing.post('/orders', doubled);
    expect(waiting).toMatchObject({ status: 201, body: { state: 'waiting', needs: { signatures: 1 } } });
    const path = `/orders/${waiting.body.orderId}/signatures`;
    const again = await dosing.post(path, { signatures: site.signatures(body.order.text, 'nurse') });
    expect(again).toMatchObject({ status: 409, body: { type: 'urn:bcmed:error:BCM-DOSING-SIGNED-BEFORE' } });
    const other = await dosing.post(path, {
      signatures: site.signatures(`${body.order.text} `, 'physician'),
    });
    expect(other.status).toBe(403);
    expect(await commandsFor(pump)).toEqual([]);
    const enough = await dosing.post(path, { signatures: site.signatures(body.order.text, 'physician') });
    expect(enough).toMatchObject({ status: 200, body: { state: 'authorised' } });
    const [command] = await commandsFor(pump);
    expect(command?.data).toMatchObject({
      approvalsNeeded: 2,
      order: { signatures: [{ person: 'nurse' }, { person: 'physician' }] },
    });
    const late = await dosing.post(path, { signatures: site.signatures(body.order.text, 'consultant') });
    expect(late).toMatchObject({
      status: 200,
      body: { state: 'authorised', commandId: enough.body.commandId },
    });
  });

  it('of somebody who was revoked before the second one signed is not authorised', async () => {
    await site.enrolPerson('goer', ['nurse', 'icu-1']);
    await site.vitals({ hr: 79 });
    await heard();
    const body = await dopamine(['goer']);
    const waiting = await dosing.post('/orders', body);
    expect(waiting.body.state).toBe('waiting');
    await site.revoke('goer');
    await heard();
    const signatures = site.signatures(body.order.text, 'physician');
    const answer = await dosing.post(`/orders/${waiting.body.orderId}/signatures`, { signatures });
    expect(answer).toMatchObject({
      status: 403,
      body: { detail: expect.stringContaining('person-revoked') as string },
    });
    expect(await commandsFor(pump)).toEqual([]);
  });
});

// Last: it uses up what may be refused within a minute.
describe('signatures that do not hold', () => {
  it('are told to wait, undecided, after sixty; an order that holds is not kept back', async () => {
    const other = site.signatures(site.text({ pump }), 'nurse');
    const wrong = () => ({ order: { text: site.text({ pump }), signatures: other } });
    const statuses = [];
    for (let sent = 0; sent < 70; sent++) statuses.push((await dosing.post('/orders', wrong())).status);
    expect(statuses).toContain(403);
    expect(statuses.at(-1)).toBe(429);
    expect((await dosing.post('/orders', order())).status).toBe(201);
  });
});
