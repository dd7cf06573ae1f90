import { TargetStep } from '@bcmed/events';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmulatedWard, type PumpTruth } from './emulated-ward.js';
import { OrderSite, PATIENCE, type Said } from './order-site.js';

let ward: EmulatedWard;
let site: OrderSite;

/** An emulated pump on a serial port, held, the adapter as its own process, a real broker; the test speaks as dosing. */
beforeEach(async () => {
  ward = await EmulatedWard.open();
  site = await OrderSite.open(ward.line);
  await site.start();
  await ward.hand('set-rate', { rateMlPerHour: 20 });
});
afterEach(async () => {
  await site.close();
  await ward.close();
});

const order = (change: object = {}): Promise<string> =>
  site.order({
    action: 'set-target',
    rateMlPerHour: 126,
    volumeMl: 40,
    untilAt: new Date(Date.now() + 3_600_000).toISOString(),
    target: {
      model: 'propofol-schnider',
      site: 'effect',
      concentration: '3',
      unit: 'microgram/ml',
      ageYears: 40,
      heightCm: 170,
      sex: 'male',
    },
    ...change,
  });
const say = (commandId: string, step: number, rateMlPerHour: number, more: object = {}): Promise<string> =>
  site.prescriber.say(site.prescriber.dosing, TargetStep, EmulatedWard.serial, {
    commandId,
    step,
    rateMlPerHour,
    holdRateMlPerHour: Math.min(rateMlPerHour, 30),
    plasma: 1,
    effect: 1,
    predictedPlasma: 1,
    predictedEffect: 1,
    volumeGivenMl: 0,
    ...more,
  });
const shows = (rate: number): Promise<void> =>
  expect
    .poll(async () => {
      const { setRateMlPerHour, running }: PumpTruth = await ward.truth();
      return running ? setRateMlPerHour : 0;
    }, PATIENCE)
    .toBe(rate);
const ended = async (): Promise<Said> => {
  await expect.poll(() => site.said('target-ended').length, PATIENCE).toBe(1);
  return site.said('target-ended')[0]!;
};
/** Set, and the first step taken. */
async function steered(rate = 100): Promise<string> {
  const commandId = await order();
  expect((await site.outcomeOf(commandId)).type).toBe('bcmed.pump.command-executed');
  await say(commandId, 1, rate);
  await shows(rate);
  // The poll behind the read-back: what the step did is on disk.
  await expect.poll(() => site.said('infusion-started').length, PATIENCE).toBe(1);
  return commandId;
}

describe('a target', () => {
  it('starts a held pump with its first step, limited by the volume that was signed, and follows each step', async () => {
    const commandId = await steered();
    expect(await ward.frames()).toEqual([
      'INF_VTBI^ACTIV^40.000^ml^STOP',
      'INF_RATE^100.00^ml/h',
      'INF_START',
    ]);
    expect((await ward.truth()).vtbi?.volumeMl).toBe(40);
    await say(commandId, 2, 42.3);
    await shows(42.3);
    // What the steps change is told as the person's who set the target.
    await expect.poll(() => site.said('rate-changed').at(-1)?.data['toMlPerHour'], PATIENCE).toBe(42.3);
    expect(site.said('rate-changed').at(-1)).toMatchObject({ causationid: commandId, actor: 'person-anna' });
    expect(site.said('infusion-started').at(-1)).toMatchObject({ causationid: commandId });
  });

  it('takes no step above the ceiling, of another target, said before, or too old', async () => {
    const commandId = await steered();
    await say(commandId, 2, 126.1);
    await say('01994f7e-7c00-7000-8000-0000000000cf', 3, 50);
    await say(commandId, 1, 51);
    await say(commandId, 4, 52, { holdRateMlPerHour: 60 });
    await say(commandId, 5, 60);
    await shows(60);
    const rates = (await ward.frames()).filter((frame) => frame.startsWith('INF_RATE'));
    expect(rates).toEqual(['INF_RATE^100.00^ml/h', 'INF_RATE^60.00^ml/h']);
  });

  it('is ended by a stop, and no step starts the pump again', async () => {
    const commandId = await steered();
    const stopped = await site.outcomeOf(await site.stop());
    expect(stopped.type).toBe('bcmed.pump.command-executed');
    expect((await ended()).data).toMatchObject({ commandId, reason: 'stop', lastStep: 1 });
    await say(commandId, 2, 50);
    await site.hasRead();
    await site.outcomeOf(await site.order({ action: 'set-rate', rateMlPerHour: 7 }));
    expect(await ward.truth()).toMatchObject({ running: false, setRateMlPerHour: 7 });
    expect((await ward.frames()).filter((frame) => frame === 'INF_START')).toHaveLength(1);
  });

  it('is ended by a hand at the pump, and what the hand set stays', async () => {
    const commandId = await steered();
    await ward.hand('set-rate', { rateMlPerHour: 20 });
    await say(commandId, 2, 50);
    expect((await ended()).data).toMatchObject({ reason: 'changed-at-pump', rateMlPerHour: 20 });
    expect(await ward.truth()).toMatchObject({ running: true, setRateMlPerHour: 20 });
  });

  it('is ended where somebody holds the pump, without a word of dosing', async () => {
    await steered();
    await ward.hand('stop');
    expect((await ended()).data).toMatchObject({ reason: 'pump-held' });
    expect((await ward.truth()).running).toBe(false);
  });

  it('is ended by a rate; a start or a volume is refused meanwhile', async () => {
    const commandId = await steered();
    const start = await site.outcomeOf(await site.order({ action: 'start' }));
    expect(start.data).toMatchObject({ reason: 'state-changed' });
    const rate = await site.order({ action: 'set-rate', rateMlPerHour: 7 });
    expect((await site.outcomeOf(rate)).type).toBe('bcmed.pump.command-executed');
    expect((await ended()).data).toMatchObject({ commandId, reason: 'superseded' });
    await shows(7);
  });

  it('goes over into another target without a pause', async () => {
    const first = await steered();
    const second = await order();
    expect((await site.outcomeOf(second)).type).toBe('bcmed.pump.command-executed');
    expect((await ended()).data).toMatchObject({ commandId: first, reason: 'superseded' });
    await say(first, 2, 90);
    await say(second, 1, 33);
    await shows(33);
    expect((await ward.frames()).filter((frame) => frame === 'INF_START')).toHaveLength(1);
    expect(await ward.frames()).not.toContain('INF_RATE^90.00^ml/h');
  });

  it('is left at a rate that never passes it when the order is withdrawn, when its time is over, and when a person is revoked', async () => {
    const commandId = await steered();
    await say(commandId, 2, 28.5, { holdRateMlPerHour: 28.5, isLast: true });
    expect((await ended()).data).toMatchObject({ reason: 'last-step', rateMlPerHour: 28.5 });
    await shows(28.5);
    const timed = await order({ untilAt: new Date(Date.now() + 4_000).toISOString() });
    await site.outcomeOf(timed);
    await say(timed, 1, 80);
    await expect.poll(() => site.said('target-ended').length, PATIENCE).toBe(2);
    expect(site.said('target-ended')[1]!.data).toMatchObject({ reason: 'expired', rateMlPerHour: 30 });
    await shows(30);
    const last = await order();
    await site.outcomeOf(last);
    await say(last, 1, 90);
    await shows(90);
    await site.prescriber.revoke('person-anna');
    await expect.poll(() => site.said('target-ended').length, PATIENCE).toBe(3);
    expect(site.said('target-ended')[2]!.data).toMatchObject({ reason: 'not-permitted', rateMlPerHour: 30 });
    await shows(30);
  });

  it(
    'without a step for 30 s is held at a rate that never passes it, and goes on when steps come',
    { timeout: 120_000 },
    async () => {
      const commandId = await steered();
      await expect.poll(() => site.said('target-held').length, { timeout: 60_000, interval: 100 }).toBe(1);
      expect(site.said('target-held')[0]!.data).toMatchObject({ commandId, lastStep: 1, rateMlPerHour: 30 });
      await shows(30);
      await say(commandId, 2, 70);
      await shows(70);
      await expect.poll(() => site.said('target-resumed').length, PATIENCE).toBe(1);
      expect(site.said('target-resumed')[0]!.data).toMatchObject({ commandId, step: 2, rateMlPerHour: 70 });
    },
  );
});

describe('an adapter that is killed while it steers', () => {
  it('goes on with the next step after its restart', async () => {
    const commandId = await steered();
    await site.adapter.kill();
    await site.start();
    await say(commandId, 1, 99);
    await say(commandId, 2, 55);
    await shows(55);
    expect(site.said('target-ended')).toEqual([]);
    expect(await ward.frames()).not.toContain('INF_RATE^99.00^ml/h');
  });

  it('and was told to stop meanwhile does not steer any more', async () => {
    const commandId = await steered();
    await site.adapter.kill();
    await site.stop();
    await say(commandId, 2, 55);
    await site.start();
    await expect.poll(async () => (await ward.truth()).running, PATIENCE).toBe(false);
    expect((await ended()).data).toMatchObject({ commandId, reason: 'stop' });
    expect(await ward.frames()).not.toContain('INF_RATE^55.00^ml/h');
  });
});
