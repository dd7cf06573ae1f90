import {
  ApprovalGranted,
  ApprovalRequested,
  AssociationEnded,
  CommandExecuted,
  CommandFailed,
  CommandOutcomeResolved,
  CommandOutcomeUnknown,
  PumpLost,
  RateChanged,
  StatusSampled,
} from '@bcmed/events';
import { textHashOf } from '@bcmed/policy';
import { v7 as uuidV7 } from 'uuid';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { release } from '../test/release.js';
import { Service } from '../test/service.js';
import { Site } from '../test/site.js';

const WITHIN = { timeout: 20_000, interval: 20 };
process.setMaxListeners(50);

let site: Site;
let dosing: Service;
let pump: string;
let association: string;
let pumps = 51_900;

beforeAll(async () => {
  site = await Site.begin();
  dosing = await Service.start(site.environment({ ANSWER_MARGIN_MS: '100', VITALS_LOST_S: '2' }));
  await site.enrol(site.environment()['BCMED_STATE_DIR']!);
  await release(site, dosing);
});
afterAll(async () => {
  await dosing.stop();
  await site.end();
});
beforeEach(async () => {
  pump = `8002-${++pumps}`;
  association = uuidV7();
  await site.associate(pump, { id: association });
  await vi.waitFor(async () => expect((await dosing.get(`/pumps/${pump}`)).status).toBe(200), WITHIN);
});

const order = (change = {}) => site.order({ pump, ...change });
const tell = (definition: Parameters<Site['say']>[1], data: object) =>
  site.say(site.adapter, definition, pump, data);
const sampled = (volumeInfusedMl: number, state: 'infusing' | 'held' = 'infusing') =>
  tell(StatusSampled, {
    state,
    mode: 'SET',
    rateMlPerHour: state === 'held' ? 0 : 2,
    volumeInfusedMl,
    alarmActive: false,
    logEntryId: 1,
  });
const executed = (commandId: string, delivering = true) =>
  tell(CommandExecuted, {
    commandId,
    action: 'set-rate',
    framesWritten: ['INF_RATE^2.00^ml/h'],
    setRateMlPerHour: 2,
    delivering,
    readBackAfterMs: 64,
    commandPosition: '1',
  });

async function authorised(): Promise<{ infusionId: string; orderId: string; commandId: string }> {
  const { body } = await dosing.post('/orders', order());
  expect(body.state).toBe('authorised');
  return body;
}

async function saidOf(infusionId: string, name: string) {
  return (await site.said(name)).filter(({ subject }) => subject === infusionId);
}

/** Waits for so many events of a name about an infusion, and gives the last one. */
async function last(infusionId: string, name: string, count = 1) {
  return vi.waitFor(async () => {
    const found = await saidOf(infusionId, name);
    expect(found).toHaveLength(count);
    return found.at(-1)!;
  }, WITHIN);
}

describe('what a pump answers', () => {
  it('as executed is assessed as ordered, with the pump’s event as its cause', async () => {
    const { infusionId, orderId, commandId } = await authorised();
    const answer = await executed(commandId);
    const assessed = await last(infusionId, 'response-assessed');
    expect(assessed).toMatchObject({
      causationid: answer.id,
      data: { orderId, delivery: 'running', rateMlPerHour: 2, finding: 'as-ordered' },
    });
    expect((await dosing.get(`/infusions/${infusionId}`)).body).toMatchObject({
      phase: 'running',
      authorised: { answered: true },
    });
  });

  it('as failed ends the authorisation, with the reason', async () => {
    const { infusionId, orderId, commandId } = await authorised();
    const data = { commandId, reason: 'state-changed', detail: 'the set rate is 4', commandPosition: '1' };
    const failed = await tell(CommandFailed, data);
    expect(await last(infusionId, 'response-assessed')).toMatchObject({
      data: { finding: 'not-as-ordered' },
    });
    expect(await last(infusionId, 'authorisation-withdrawn')).toMatchObject({
      causationid: failed.id,
      data: { orderId, withdrawnBy: 'dosing/1', reason: expect.stringContaining('state-changed') as string },
    });
  });

  it('as unknown is not assessable, and ends the authorisation only when it is resolved otherwise', async () => {
    const { infusionId, commandId } = await authorised();
    await tell(CommandOutcomeUnknown, {
      commandId,
      action: 'set-rate',
      detail: 'no answer',
      commandPosition: '1',
    });
    expect(await last(infusionId, 'response-assessed')).toMatchObject({
      data: { finding: 'not-assessable' },
    });
    expect(await saidOf(infusionId, 'authorisation-withdrawn')).toEqual([]);
    await tell(CommandOutcomeResolved, {
      commandId,
      outcome: 'not-as-ordered',
      detail: 'held',
      commandPosition: '1',
    });
    await last(infusionId, 'authorisation-withdrawn');
  });

  it('not at all, in its time, is said and withdrawn; a late answer is then not as ordered', async () => {
    const { body } = await dosing.post(
      '/orders',
      site.order({ pump, expiresAt: new Date(Date.now() + 400).toISOString() }),
    );
    expect(body.state).toBe('authorised');
    const withdrawn = await last(body.infusionId, 'authorisation-withdrawn');
    expect(withdrawn.data).toMatchObject({
      cause: 'expired',
      reason: expect.stringContaining('unanswered') as string,
    });
    expect(await last(body.infusionId, 'response-assessed')).toMatchObject({
      data: { finding: 'not-assessable' },
    });
    await executed(body.commandId);
    expect(await last(body.infusionId, 'response-assessed', 2)).toMatchObject({
      data: { finding: 'not-as-ordered', delivery: 'running' },
    });
  });

  it('is said once when the same event comes again', async () => {
    const { infusionId, commandId } = await authorised();
    const answer = await executed(commandId);
    await last(infusionId, 'response-assessed');
    for await (const message of site.events.readSubject(`bcmed.s1.pump.${pump}.command-executed`)) {
      const { subject, body, headers } = message;
      await site.events.append({ subject, body, seal: headers.get('Bcmed-Seal'), id: `again-${answer.id}` });
    }
    const next = await authorised();
    await executed(next.commandId);
    await last(infusionId, 'response-assessed', 2); // what stands before it was read
  });
});

describe('an infusion', () => {
  it('follows its pump: changed by hand, lost, back, and its volume', async () => {
    const { infusionId, commandId } = await authorised();
    await executed(commandId);
    await last(infusionId, 'response-assessed');
    await sampled(1);
    await sampled(1.5);
    await tell(RateChanged, { fromMlPerHour: 2, toMlPerHour: 9, changedBy: 'front-panel', logEntryId: 2 });
    expect(await last(infusionId, 'response-assessed', 2)).toMatchObject({
      data: { finding: 'not-as-ordered', rateMlPerHour: 9, volumeInfusedMl: 0.5 },
    });
    const lost = { reason: 'no-answer', silentSince: '2026-11-20T12:00:00.000Z', missedPolls: 3 };
    await tell(PumpLost, lost);
    expect(await last(infusionId, 'response-assessed', 3)).toMatchObject({ data: { delivery: 'unknown' } });
    await sampled(1.75);
    expect(await last(infusionId, 'response-assessed', 4)).toMatchObject({ data: { delivery: 'running' } });
    expect((await dosing.get(`/infusions/${infusionId}`)).body).toMatchObject({ volumeInfusedMl: 0.75 });
  });

  it('is closed when the pump leaves the patient, and the next order is another one', async () => {
    const { infusionId } = await authorised();
    const data = {
      cause: 'patient-moved',
      recordedBy: 'icu-monitor/1',
      validUntil: '2026-11-20T18:00:00.000Z',
    };
    await site.say(site.monitor, AssociationEnded, association, data);
    expect(await last(infusionId, 'infusion-closed')).toMatchObject({ data: { outcome: 'abandoned' } });
    expect((await dosing.get(`/infusions/${infusionId}`)).status).toBe(404);
    await site.associate(pump);
    const next = await vi.waitFor(async () => {
      const answer = await dosing.post('/orders', order());
      expect(answer.status).toBe(201);
      return answer;
    }, WITHIN);
    expect(next.body.infusionId).not.toBe(infusionId);
  });

  it('is over when another drug is authorised on its pump', async () => {
    const { infusionId } = await authorised();
    await site.associate(pump, { drug: 'insulin', concentration: '50 unit in 50 ml' });
    const change = { drug: 'insulin', dose: { value: '2', unit: 'unit/h' }, rateMlPerHour: 2 };
    const body = site.order({ pump, concentration: '50-unit', ...change }, ['nurse', 'physician']);
    await vi.waitFor(async () => expect((await dosing.post('/orders', body)).status).toBe(201), WITHIN);
    expect(await last(infusionId, 'infusion-closed')).toMatchObject({ data: { outcome: 'abandoned' } });
  });

  it('whose order waits too long says that its time ran out', async () => {
    await dosing.post('/orders', order({ dose: { value: '0.1', unit: 'mg/h' }, rateMlPerHour: 0.1 }));
    const expiresAt = new Date(Date.now() + 500).toISOString();
    const { body } = await dosing.post('/orders', order({ expiresAt }));
    expect(body.state).toBe('waiting');
    const withdrawn = await last(body.infusionId, 'authorisation-withdrawn');
    expect(withdrawn.data).toMatchObject({ orderId: body.orderId, cause: 'expired' });
  });

  it('that was authorised upon vitals is so no longer when none are heard', async () => {
    await site.associate(pump, { drug: 'dopamine', concentration: '200 mg in 50 ml' });
    const dopamine = {
      drug: 'dopamine',
      concentration: '200-mg',
      weightKg: '80',
      dose: { value: '5', unit: 'microgram/kg/min' },
      rateMlPerHour: 6,
    };
    const placed = await vi.waitFor(async () => {
      await site.vitals({ map: 61 + (Date.now() % 7) });
      const { status, body } = await dosing.post(
        '/orders',
        site.order({ pump, ...dopamine }, ['physician', 'nurse']),
      );
      expect({ status, state: body.state }).toEqual({ status: 201, state: 'authorised' });
      return body;
    }, WITHIN);
    const withdrawn = await last(placed.infusionId, 'authorisation-withdrawn');
    expect(withdrawn).toMatchObject({
      actor: 'dosing/1',
      data: { orderId: placed.orderId, cause: 'vitals-lost' },
    });
    expect(await last(placed.infusionId, 'response-assessed')).toMatchObject({
      data: { finding: 'not-assessable', words: expect.stringContaining('no vitals') as string },
    });
  });
});

describe('an order beyond a soft limit', () => {
  /** The access service's words: somebody asked, and these granted. */
  async function approved(
    text: string,
    granters: string[],
    more: { expiresAt?: string } = {},
  ): Promise<string> {
    const id = uuidV7();
    const textHash = textHashOf(text);
    const [signature] = site.signatures(text, 'nurse');
    await site.say(site.access, ApprovalRequested, id, {
      text,
      textHash,
      requestedBy: 'nurse',
      signature,
      purpose: 'pump-order',
      unit: 'icu-1',
      approvalsNeeded: 1,
      expiresAt: new Date(Date.now() + 60_000).toISOString(),
      ...more,
    });
    for (const person of granters)
      await site.say(site.access, ApprovalGranted, id, {
        textHash,
        grantedBy: person,
        signature: site.signatures(text, person)[0],
        stillNeeded: 0,
      });
    return id;
  }

  /** 8 mg/h is above the soft limit of 5 and below the hard one of 10. */
  const high = () => order({ dose: { value: '8', unit: 'mg/h' }, rateMlPerHour: 8 });
  const statement = (orderId: string, approvalId: string, by = 'physician') => ({
    override: site.signed(
      JSON.stringify({ kind: 'limit-override', site: 's1', order: orderId, reason: 'agitated', approvalId }),
      by,
    ),
  });

  it('is authorised when somebody else approved the very text and says why', async () => {
    const body = high();
    const waiting = await dosing.post('/orders', body);
    expect(waiting.body).toMatchObject({
      state: 'waiting',
      needs: { signatures: 0, overrides: ['soft-high'] },
    });
    const approvalId = await approved(body.order.text, ['physician']);
    const path = `/orders/${waiting.body.orderId}/override`;
    const answer = await vi.waitFor(async () => {
      const got = await dosing.post(path, statement(waiting.body.orderId, approvalId));
      expect(got.status).toBe(200);
      return got;
    }, WITHIN);
    expect(answer.body.state).toBe('authorised');
    expect(await last(answer.body.infusionId, 'limit-overridden')).toMatchObject({
      data: { limits: ['soft-high'], reason: 'agitated', approvalId, approvedBy: ['physician'] },
    });
    expect(await saidOf(pump, 'command-authorised')).toHaveLength(1);
  });

  it.each([
    ['of another text', async () => approved('{"another":1}', ['physician'])],
    ['that nobody granted', async (text: string) => approved(text, [])],
    [
      'that has expired',
      async (text: string) => approved(text, ['physician'], { expiresAt: '2026-11-20T00:00:00.000Z' }),
    ],
    ['that only who ordered granted', async (text: string) => approved(text, ['nurse'])],
  ])('is not, by an approval %s', async (_, make) => {
    const body = high();
    const waiting = await dosing.post('/orders', body);
    const approvalId = await make(body.order.text);
    await site.associate(pump); // behind the approval: when it is read, that was
    const answer = await dosing.post(
      `/orders/${waiting.body.orderId}/override`,
      statement(waiting.body.orderId, approvalId),
    );
    expect(answer).toMatchObject({ status: 422, body: { reason: 'approval-invalid' } });
    expect(await saidOf(pump, 'command-authorised')).toEqual([]);
  });
});
