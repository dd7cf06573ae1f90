import { randomUUID } from 'node:crypto';
import { LimitOverridden } from '@bcmed/events';
import { fixtureSealer, sealed } from '@bcmed/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Browser, Identity, Program } from '../test/browser.js';
import { Ward } from '../test/ward.js';

const NURSE = { role: 'nurse', unit: 'icu-1' };
const PHYSICIAN = { role: 'physician', unit: 'icu-1' };
const ORDER = {
  pump: '8002-51740',
  unit: 'icu-1',
  patient: 'stay-4d',
  action: 'set-rate',
  rateMlPerHour: 5,
  careArea: 'adult-icu',
  concentration: '50-mg',
  libraryHash: 'A'.repeat(43),
};
const WITHIN = { timeout: 20_000, interval: 20 };

let ward: Ward;
let doctor: Program;
let asDoctor: Identity;
let nurse: Browser;
let asNurse: Identity;

const inMinutes = (count: number): string => new Date(Date.now() + count * 60_000).toISOString();

beforeAll(async () => {
  ward = await Ward.begin();
  ({ program: doctor, as: asDoctor } = await ward.program(PHYSICIAN));
  nurse = await ward.member(NURSE);
  asNurse = await nurse.signIn();
});
afterAll(() => ward.end());

/** An approval that the doctor asks for. */
async function requested(
  changes: { approvalsNeeded?: number; expiresAt?: string } = {},
): Promise<{ id: string; text: string; textHash: string }> {
  const { body: order } = await ward.call('POST /orders/texts', { ...ORDER, goodForSeconds: 600 }, asDoctor);
  const wish = {
    text: order.text,
    signature: doctor.sign(order.text),
    purpose: 'pump-order',
    unit: 'icu-1',
    approvalsNeeded: 1,
    expiresAt: inMinutes(10),
    ...changes,
  };
  const { status, body, page } = await ward.call('POST /approvals', wish, asDoctor);
  expect(status, page).toBe(201);
  return { id: body.id, text: order.text, textHash: order.challenge };
}

const grant = (id: string, signature: object, as: Identity) =>
  ward.call(`POST /approvals/${id}/grants`, { signature }, as);

const happened = async (id: string): Promise<string[]> =>
  (await ward.site.said())
    .filter(({ subject }) => subject === id)
    .map(({ type }) => type.slice('bcmed.access.'.length));

describe('an approval of an order', () => {
  it('is asked for, given by somebody else over the same text, and consumed once', async () => {
    const { id, text, textHash } = await requested();
    const open = await ward.call('GET /approvals?unit=icu-1', undefined, asNurse);
    expect(open.body.approvals).toMatchObject([
      { id, text, textHash, requestedBy: asDoctor.person, grantedBy: [] },
    ]);
    expect((await grant(id, nurse.sign(text), asNurse)).status).toBe(204);
    const consumedBy = randomUUID();
    const consume = (by: string, as = asDoctor) =>
      ward.call(`POST /approvals/${id}/consumptions`, { textHash, consumedBy: by }, as);
    expect((await consume(consumedBy, asNurse)).status).toBe(409);
    expect((await consume(consumedBy)).status).toBe(204);
    expect((await consume(consumedBy)).status).toBe(204);
    expect((await consume(randomUUID())).body.detail).toContain('consumed');
    expect(await happened(id)).toEqual(['approval-requested', 'approval-granted', 'approval-consumed']);
  });

  it('is not given by the one who asked, over another text, with a wrong signature, or twice', async () => {
    const { id, text } = await requested({ approvalsNeeded: 2 });
    expect((await grant(id, doctor.sign(text), asDoctor)).status).toBe(403);
    for (const signature of [
      nurse.sign(`${text} `),
      { ...nurse.sign(text), signature: nurse.sign('other').signature },
    ])
      expect(await grant(id, signature, asNurse)).toMatchObject({
        status: 422,
        body: { type: 'urn:bcmed:error:BCM-ACCESS-SIGNATURE-REFUSED' },
      });
    // Somebody signs with the passkey of somebody else.
    const other = await ward.member(NURSE);
    expect((await grant(id, nurse.sign(text), await other.signIn())).body.detail).toContain('wrong-person');
    expect((await grant(id, nurse.sign(text), asNurse)).status).toBe(204);
    expect((await grant(id, nurse.sign(text), asNurse)).body.detail).toContain('granted-before');
    expect(await happened(id)).toEqual(['approval-requested', 'approval-granted']);
  });

  it('takes as many different people as it needs, and those who were revoked since do not count', async () => {
    const { id, text, textHash } = await requested({ approvalsNeeded: 2 });
    const second = await ward.member(NURSE);
    const third = await ward.member(NURSE);
    const consume = () =>
      ward.call(`POST /approvals/${id}/consumptions`, { textHash, consumedBy: randomUUID() }, asDoctor);
    await grant(id, nurse.sign(text), asNurse);
    expect((await consume()).body.detail).toContain('approvals-missing');
    await grant(id, second.sign(text), await second.signIn());
    await ward.revoke(second.person);
    expect((await consume()).body.detail).toContain('approvals-missing');
    expect((await grant(id, third.sign(text), await third.signIn())).status).toBe(204);
    expect((await consume()).status).toBe(204);
    const [consumed] = (await ward.site.said('approval-consumed')).slice(-1);
    expect(consumed?.data).toMatchObject({ approvedBy: [nurse.person, third.person] });
  });

  it('is given by whoever may, and the denial of somebody who may not is an event', async () => {
    const { id, text } = await requested();
    const elsewhere = await ward.member({ role: 'nurse', unit: 'icu-2' });
    const as = await elsewhere.signIn();
    expect((await grant(id, elsewhere.sign(text), as)).body).toMatchObject({
      type: 'urn:bcmed:error:BCM-ACCESS-DENIED',
    });
    expect((await ward.call(`GET /approvals/${id}`, undefined, as)).status).toBe(403);
    await vi.waitFor(async () => {
      const denied = (await ward.site.said('decision-denied')).filter(({ subject }) => subject === as.person);
      expect(denied.map(({ data }) => (data as { action: string }).action)).toEqual([
        'approve-order',
        'approve-order',
      ]);
    }, WITHIN);
  });

  it('ends by a refusal, by being withdrawn, or with its time', async () => {
    const refused = await requested();
    expect(
      (await ward.call(`POST /approvals/${refused.id}/refusals`, { reason: 'weight' }, asDoctor)).status,
    ).toBe(403);
    expect(
      (await ward.call(`POST /approvals/${refused.id}/refusals`, { reason: 'weight' }, asNurse)).status,
    ).toBe(204);
    expect((await grant(refused.id, nurse.sign(refused.text), asNurse)).body.detail).toContain('refused');

    const withdrawn = await requested();
    expect(
      (await ward.call(`POST /approvals/${withdrawn.id}/withdrawals`, { reason: 'new rate' }, asNurse))
        .status,
    ).toBe(409);
    expect(
      (await ward.call(`POST /approvals/${withdrawn.id}/withdrawals`, { reason: 'new rate' }, asDoctor))
        .status,
    ).toBe(204);

    const expired = await requested({ expiresAt: new Date(Date.now() + 300).toISOString() });
    await expect.poll(() => happened(expired.id), WITHIN).toEqual(['approval-requested', 'approval-expired']);
    expect((await ward.call(`GET /approvals/${expired.id}`, undefined, asDoctor)).body.phase).toBe('expired');
  });

  it('is used up by the override that the dosing service says it was for, and by no second one', async () => {
    const dosing = fixtureSealer('dosing');
    await ward.site.append(ward.site.fixture.enrol(dosing, 'dosing/1', ['dosing'], 'service'));
    const { id, text } = await requested();
    await grant(id, nurse.sign(text), asNurse);
    const override = (by = dosing) => {
      const data = {
        orderId: randomUUID(),
        limits: ['soft-high'],
        reason: 'refractory shock',
        approvalId: id,
        approvedBy: [nurse.person],
      };
      const infusion = '01994f7e-7c00-7000-8000-0000000000f1';
      return ward.site.append(
        sealed(by, ward.site.fixture.event(LimitOverridden, infusion, data, 'dosing/1')),
      );
    };
    // Nobody believes what an unknown key says.
    await override(fixtureSealer('stranger'));
    await override();
    const all = ['approval-requested', 'approval-granted', 'approval-consumed'];
    await expect.poll(() => happened(id), WITHIN).toEqual(all);
    await override();
    const later = await requested();
    await grant(later.id, nurse.sign(later.text), asNurse);
    expect(await happened(id)).toEqual(all);
  });

  it('is not asked for by somebody who could not order, nor for another unit than that of the text', async () => {
    const { body: order } = await ward.call('POST /orders/texts', ORDER, asDoctor);
    const wish = {
      text: order.text,
      signature: doctor.sign(order.text),
      purpose: 'pump-order',
      unit: 'icu-2',
      approvalsNeeded: 1,
      expiresAt: inMinutes(5),
    };
    expect((await ward.call('POST /approvals', wish, asDoctor)).body.detail).toContain('unusable-request');
    const text = 'no order';
    expect(
      (await ward.call('POST /approvals', { ...wish, text, signature: doctor.sign(text) }, asDoctor)).status,
    ).toBe(400);
    const { program, as } = await ward.program({ role: 'pharmacist', unit: 'icu-1' });
    expect(
      (
        await ward.call(
          'POST /approvals',
          { ...wish, unit: 'icu-1', signature: program.sign(order.text) },
          as,
        )
      ).status,
    ).toBe(403);
  });
});

describe('emergency access', () => {
  const PATIENT = { patient: 'stay-9f', unit: 'icu-2', cause: 'resuscitation', reason: 'called to bed 4' };

  it('opens one patient for half an hour, says who was skipped, and is judged by somebody else', async () => {
    const skipped = await ward.member({ role: 'nurse', unit: 'icu-2' });
    const auditor = await ward.member({ role: 'auditor', unit: 'all' });
    const order = { ...ORDER, unit: 'icu-2', patient: 'stay-9f' };
    expect((await ward.call('POST /orders/texts', order, asNurse)).status).toBe(403);
    const opened = await ward.call('POST /emergency-accesses', PATIENT, asNurse);
    expect(opened.status, opened.page).toBe(201);
    expect(opened.body.skipped).toContain(skipped.person);
    const minutes = (Date.parse(opened.body.until) - Date.now()) / 60_000;
    expect(minutes).toBeGreaterThan(29);
    expect(minutes).toBeLessThanOrEqual(30);
    const [event] = await ward.site.said('emergency-access-opened');
    expect(event).toMatchObject({
      actor: nurse.person,
      data: { person: nurse.person, patient: 'stay-9f', unit: 'icu-2', cause: 'resuscitation' },
    });
    expect((event?.data as { skipped: string[] }).skipped).toContain(skipped.person);
    expect((await ward.call('POST /orders/texts', order, asNurse)).status).toBe(201);
    expect((await ward.call('POST /orders/texts', { ...order, patient: 'stay-00' }, asNurse)).status).toBe(
      403,
    );
    expect((await ward.call('POST /emergency-accesses', PATIENT, asNurse)).body.detail).toContain(
      'open-already',
    );

    const path = `/emergency-accesses/${opened.body.id}`;
    const review = { justified: true, words: 'resuscitation, bed 4' };
    const asAuditor = await auditor.signIn();
    expect((await ward.call(`POST ${path}/review`, review, asAuditor)).body.detail).toContain('still-open');
    expect((await ward.call(`POST ${path}/closure`, undefined, await skipped.signIn())).status).toBe(403);
    expect((await ward.call(`POST ${path}/closure`, undefined, asNurse)).status).toBe(204);
    expect((await ward.call('POST /orders/texts', order, asNurse)).status).toBe(403);
    expect((await ward.call(`POST ${path}/review`, review, asNurse)).status).toBe(403);
    expect((await ward.call('GET /emergency-accesses', undefined, asAuditor)).body.accesses).toHaveLength(1);
    expect((await ward.call(`POST ${path}/review`, review, asAuditor)).status).toBe(204);
    expect((await ward.call('GET /emergency-accesses', undefined, asAuditor)).body.accesses).toEqual([]);
    expect(await happened(opened.body.id)).toEqual([
      'emergency-access-opened',
      'emergency-access-closed',
      'emergency-access-reviewed',
    ]);
  });

  it('ends by itself, takes a reason, and a sign-in of just now', async () => {
    const { reason: _, ...without } = PATIENT;
    expect((await ward.call('POST /emergency-accesses', without, asNurse)).body).toMatchObject({
      errors: [{ field: 'reason' }],
    });
    const { body } = await ward.call('POST /emergency-accesses', { ...PATIENT, patient: 'stay-1' }, asNurse);
    const real = Date.now;
    const { clock } = ward.access.parts;
    const moved = vi.spyOn(clock, 'nowMs').mockImplementation(() => real() + 6 * 60_000);
    expect((await ward.call('POST /emergency-accesses', PATIENT, asNurse)).body.type).toBe(
      'urn:bcmed:error:BCM-ACCESS-STEP-UP',
    );
    moved.mockImplementation(() => real() + 31 * 60_000);
    await expect
      .poll(() => happened(body.id), WITHIN)
      .toEqual(['emergency-access-opened', 'emergency-access-closed']);
    moved.mockRestore();
    const [closed] = (await ward.site.said('emergency-access-closed')).slice(-1);
    expect(closed?.data).toMatchObject({ cause: 'expired', closedBy: 'access/1' });
  });
});
