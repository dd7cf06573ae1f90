import {
  CommandExecuted,
  isEvent,
  RateChanged,
  StatusSampled,
  TargetEnded,
  TargetStep,
  type PumpOrder,
} from '@bcmed/events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { release } from '../test/release.js';
import { Service } from '../test/service.js';
import { PUMP, Site } from '../test/site.js';

const WITHIN = { timeout: 30_000, interval: 20 };
process.setMaxListeners(50);

let site: Site;
let dosing: Service;

/** A pump with propofol 10 mg/ml; the test speaks as its adapter. */
beforeEach(async () => {
  site = await Site.begin();
  dosing = await Service.start(site.environment());
  await site.enrol(stateDir());
  await release(site, dosing);
  await site.associate(PUMP, { drug: 'propofol', concentration: '10 mg/ml' });
  await vi.waitFor(async () => expect((await dosing.get(`/pumps/${PUMP}`)).status).toBe(200), WITHIN);
});
afterEach(async () => {
  await dosing.stop();
  await site.end();
});

const stateDir = () => site.environment()['BCMED_STATE_DIR']!;
/** Without what makes a text one of its own: 300 microgram/kg/min for 70 kg are 126 ml/h. */
const wish = (): Partial<PumpOrder> => ({
  action: 'set-target',
  drug: 'propofol',
  careArea: 'anaesthesia',
  concentration: 'neat',
  weightKg: '70',
  dose: { value: '300', unit: 'microgram/kg/min' },
  rateMlPerHour: 126,
  volumeMl: 50,
  target: {
    model: 'propofol-schnider',
    site: 'effect',
    concentration: '3',
    unit: 'microgram/ml',
    ageYears: 40,
    heightCm: 170,
    sex: 'male',
  },
  untilAt: new Date(Date.now() + 3_600_000).toISOString(),
});
const tell = (definition: Parameters<Site['say']>[1], data: object) =>
  site.say(site.adapter, definition, PUMP, data);
const sampled = (volumeInfusedMl: number, rateMlPerHour: number) =>
  tell(StatusSampled, {
    state: rateMlPerHour > 0 ? 'infusing' : 'held',
    mode: 'SET',
    rateMlPerHour,
    volumeInfusedMl,
    alarmActive: false,
    logEntryId: 1,
  });
const changed = (fromMlPerHour: number, toMlPerHour: number) =>
  tell(RateChanged, { fromMlPerHour, toMlPerHour, changedBy: 'command', logEntryId: 2 });
const steps = async () =>
  (await site.said('target-step')).flatMap((event) => (isEvent(event, TargetStep) ? [event.data] : []));
const shown = async () =>
  ((await dosing.get(`/pumps/${PUMP}`)).body as unknown as { target: object | null }).target;

/** Authorised, and taken by the pump, which is held. */
async function set(): Promise<{ commandId: string; orderId: string }> {
  await sampled(2, 0);
  const { status, body } = await dosing.post('/orders', site.order(wish()));
  expect({ status, state: body.state }).toEqual({ status: 201, state: 'authorised' });
  await tell(CommandExecuted, {
    commandId: body.commandId,
    action: 'set-target',
    framesWritten: [],
    volumeToBeInfusedMl: 50,
    delivering: false,
    readBackAfterMs: 64,
    commandPosition: '1',
  });
  return body;
}

/** The pump took the first step, and gave 0.2 ml of the 0.35 ml that it means. */
async function follows(): Promise<void> {
  await vi.waitFor(async () => expect(await steps()).toHaveLength(1), WITHIN);
  await changed(0, 126);
  await sampled(2.2, 126);
}

async function restart(storeIsLost: boolean): Promise<void> {
  await dosing.stop();
  if (storeIsLost)
    for (const end of ['', '-wal', '-shm'])
      rmSync(join(stateDir(), `safety-store.db${end}`), { force: true });
  dosing = await Service.start(site.environment());
}

describe('a target', () => {
  it('is shown before it is signed: rate and concentrations every ten seconds, never above the ceiling', async () => {
    const { status, body } = await dosing.post('/orders/check', {
      wish: { pump: PUMP, unit: 'icu-1', patient: 'stay-4d', libraryHash: orderOf().libraryHash, ...wish() },
    });
    expect({ status, state: body.state }).toEqual({ status: 200, state: 'authorised' });
    const { predicted } = body as unknown as {
      predicted: { afterSeconds: number; rateMlPerHour: number; plasma: number; effect: number }[];
    };
    expect(predicted[0]).toEqual({ afterSeconds: 0, rateMlPerHour: 126, plasma: 0, effect: 0 });
    expect(predicted).toHaveLength(180);
    expect(Math.max(...predicted.map(({ rateMlPerHour }) => rateMlPerHour))).toBe(126);
    expect(predicted.at(-1)!.effect).toBeCloseTo(3, 1);
    expect(await site.said('order-placed')).toEqual([]);
  });

  it('that would be refused says why, and nothing stands on the stream', async () => {
    const { target } = wish();
    const { body } = await dosing.post('/orders/check', {
      wish: {
        pump: PUMP,
        unit: 'icu-1',
        patient: 'stay-4d',
        libraryHash: orderOf().libraryHash,
        ...wish(),
        target: { ...target, concentration: '30' },
      },
    });
    expect(body).toMatchObject({ refusal: { reason: 'target-unusable', limit: '15 microgram/ml' } });
    expect(await site.said('order-refused')).toEqual([]);
  });

  it('is steered from the moment in which the pump took it', async () => {
    const { commandId } = await set();
    await vi.waitFor(async () => expect(await steps()).toHaveLength(1), WITHIN);
    expect((await steps())[0]).toMatchObject({
      commandId,
      step: 1,
      rateMlPerHour: 126,
      plasma: 0,
      volumeGivenMl: 0,
    });
    expect(await shown()).toMatchObject({ commandId, concentration: '3', lastStep: 1 });
    expect((await site.judged()).filter(({ outcome }) => outcome === 'rejected')).toEqual([]);
  });

  it('begins with what the patient got before anybody steered', async () => {
    await sampled(0, 20);
    await sampled(2, 20);
    await set();
    await vi.waitFor(async () => expect(await steps()).toHaveLength(1), WITHIN);
    // 20 mg within the last ten minutes.
    const [first] = await steps();
    expect(first!.plasma).toBeGreaterThan(0.5);
    expect(first).toMatchObject({ volumeGivenMl: 0 });
  });

  it.each([
    ['a restart', false],
    ['a restart without its store', true],
  ])('goes on after %s, with what the pump really gave', async (_, storeIsLost) => {
    const { commandId } = await set();
    await follows();
    await restart(storeIsLost);
    // The pump gave less than it was told, and is slower now.
    await changed(126, 20);
    await sampled(2.25, 20);
    await vi.waitFor(async () => expect(await steps()).toHaveLength(2), WITHIN);
    const [, second] = await steps();
    expect(second).toMatchObject({ commandId, step: 2, volumeGivenMl: 0.25 });
    // 2.5 mg in 4.27 l, and a little since; as told they would be 3.5 mg and more.
    expect(second!.plasma).toBeGreaterThan(0.3);
    expect(second!.plasma).toBeLessThan(0.72);
  });

  it('that ended at the pump is over: the authorisation is withdrawn, and nobody steers', async () => {
    const { commandId, orderId } = await set();
    await follows();
    await tell(TargetEnded, {
      commandId,
      lastStep: 1,
      reason: 'changed-at-pump',
      detail: 'somebody set 20 ml/h at the pump',
      commandPosition: '1',
    });
    await vi.waitFor(async () => expect(await site.said('authorisation-withdrawn')).toHaveLength(1), WITHIN);
    expect((await site.said('authorisation-withdrawn'))[0]!.data).toMatchObject({
      orderId,
      reason: 'target ended: changed-at-pump: somebody set 20 ml/h at the pump',
    });
    expect(await shown()).toBeNull();
  });

  it('that is taken back gets a last step, no faster than the one before, and none after it', async () => {
    const { orderId } = await set();
    await follows();
    const text = JSON.stringify({ kind: 'order-withdrawal', site: 's1', order: orderId, reason: 'a test' });
    const answer = await dosing.post(`/orders/${orderId}/withdraw`, {
      withdrawal: site.signed(text, 'nurse'),
    });
    expect(answer.status).toBe(200);
    await vi.waitFor(async () => expect(await steps()).toHaveLength(2), WITHIN);
    const [first, last] = await steps();
    expect(last).toMatchObject({ step: 2, isLast: true });
    expect(last!.rateMlPerHour).toBeLessThan(first!.rateMlPerHour);
    expect(last!.rateMlPerHour).toBeGreaterThan(10);
    await vi.waitFor(async () => expect(await shown()).toBeNull(), WITHIN);
  });
});

const orderOf = (): PumpOrder => JSON.parse(site.text()) as PumpOrder;
