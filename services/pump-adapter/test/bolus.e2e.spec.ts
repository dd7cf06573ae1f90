import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmulatedWard, type PumpTruth } from './emulated-ward.js';
import { OrderSite, PATIENCE } from './order-site.js';

let ward: EmulatedWard;
let site: OrderSite;

/** An emulated pump on a serial port that infuses 20 ml/h, the adapter as its own process, a real broker. */
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

const running = async (): Promise<void> => {
  await ward.hand('start');
  await expect.poll(() => site.said('infusion-started').length, PATIENCE).toBe(1);
};
/** 0.4 ml at 360 ml/h: four seconds. */
const bolus = (volumeMl = 0.4): Promise<string> =>
  site.order({ action: 'bolus', volumeMl, rateMlPerHour: 360, dose: { value: '0.4', unit: 'mg' } });
const until = (what: (truth: PumpTruth) => boolean): Promise<void> =>
  expect.poll(async () => what(await ward.truth()), PATIENCE).toBe(true);
const giving = (): Promise<void> =>
  until(({ setRateMlPerHour, running: runs }) => runs && setRateMlPerHour === 360);

describe('a bolus', () => {
  it('beside an infusion: the pump stops by itself when it is in, and the infusion goes on', async () => {
    await ward.hand('set-vtbi', { volumeMl: 30 });
    await running();
    const before = await ward.truth();
    const commandId = await bolus();
    const { type, data } = await site.outcomeOf(commandId);
    expect(type).toBe('bcmed.pump.command-executed');
    expect(data).toMatchObject({ action: 'bolus', setRateMlPerHour: 20, delivering: true });
    expect(data['volumeGivenMl']).toBeCloseTo(0.4, 1);
    const frames = await ward.frames();
    expect(frames.slice(0, 3)).toEqual([
      'INF_VTBI^ACTIV^0.400^ml^STOP',
      'INF_RATE^360.00^ml/h',
      'INF_RATE^20.00^ml/h',
    ]);
    expect(frames[3]).toMatch(/^INF_VTBI\^ACTIV\^29\.\d{3}\^ml\^STOP$/);
    expect(frames.slice(4)).toEqual(['INF_START']);
    const after = await ward.truth();
    expect(after.running).toBe(true);
    expect(after.volumeInfusedMl - before.volumeInfusedMl).toBeGreaterThanOrEqual(0.4);
    // What was left of the set volume counts the bolus as given.
    expect(after.vtbi?.volumeMl).toBeLessThanOrEqual(29.6);
    // Every change of the pump is told as the person's.
    await expect.poll(() => site.said('rate-changed').length, PATIENCE).toBeGreaterThanOrEqual(3);
    const byCommand = site.said('rate-changed').filter(({ causationid }) => causationid === commandId);
    expect(byCommand.map(({ data: change }) => change['toMlPerHour'])).toEqual([360, 20]);
  });

  it('on a held pump leaves it held, with its former rate and no volume', async () => {
    const { deliveredMl } = await ward.truth();
    expect(await site.outcomeOf(await bolus())).toMatchObject({
      type: 'bcmed.pump.command-executed',
      data: { volumeGivenMl: 0.4, delivering: false },
    });
    const after = await ward.truth();
    expect(after).toMatchObject({ running: false, setRateMlPerHour: 20, vtbi: null });
    expect(after.deliveredMl - deliveredMl).toBeCloseTo(0.4, 6);
  });

  it('is cut short by a stop, which is not undone', async () => {
    await running();
    const commandId = await bolus(2);
    await giving();
    const stopped = await site.outcomeOf(await site.stop());
    expect(stopped).toMatchObject({ type: 'bcmed.pump.command-executed', data: { action: 'stop' } });
    const { type, data } = await site.outcomeOf(commandId);
    expect({ type, reason: data['reason'] }).toEqual({
      type: 'bcmed.pump.command-failed',
      reason: 'fenced-by-stop',
    });
    const { volumeInfusedMl, ...after } = await ward.truth();
    expect(after).toMatchObject({ running: false, setRateMlPerHour: 20, vtbi: null });
    expect(data['volumeGivenMl']).toBeLessThan(2);
    expect(data['volumeGivenMl']).toBeCloseTo(volumeInfusedMl, 1);
    expect(await ward.frames()).not.toContain('INF_START');
  });

  it('that a hand cuts short at the pump is told with what went in, and the pump stays held', async () => {
    await running();
    const commandId = await bolus(2);
    await giving();
    await ward.hand('stop');
    const { data } = await site.outcomeOf(commandId);
    expect(data).toMatchObject({ reason: 'cut-short' });
    expect(data['volumeGivenMl']).toBeGreaterThan(0);
    expect(await ward.truth()).toMatchObject({ running: false, setRateMlPerHour: 20 });
  });

  it('keeps other orders out while it is given', async () => {
    await running();
    const commandId = await bolus();
    await giving();
    const other = await site.order({ action: 'set-rate', rateMlPerHour: 7 });
    expect(await site.outcomeOf(other)).toMatchObject({ data: { reason: 'earlier-outcome-unknown' } });
    expect(await site.outcomeOf(commandId)).toMatchObject({ type: 'bcmed.pump.command-executed' });
  });
});

describe('an adapter that is killed in the middle of a bolus', () => {
  it('leaves a pump that stops by itself; back again, it says what went in and lets the infusion go on', async () => {
    await running();
    const commandId = await bolus();
    await giving();
    await site.adapter.kill();
    await until(({ running: runs }) => !runs);
    const stopped = await ward.truth();
    await site.start();
    const { type, data } = await site.outcomeOf(commandId);
    expect(type).toBe('bcmed.pump.command-executed');
    expect(data['volumeGivenMl']).toBeCloseTo(0.4, 1);
    expect(stopped.volumeInfusedMl).toBeLessThan(0.6);
    const frames = await ward.frames();
    expect(frames.filter((frame) => frame === 'INF_RATE^360.00^ml/h')).toHaveLength(1);
    expect(frames.filter((frame) => frame === 'INF_VTBI^ACTIV^0.400^ml^STOP')).toHaveLength(1);
    expect(await ward.truth()).toMatchObject({ running: true, setRateMlPerHour: 20 });
  });

  it('and was told to stop meanwhile does not start the pump again', async () => {
    await running();
    const commandId = await bolus();
    await giving();
    await site.adapter.kill();
    await until(({ running: runs }) => !runs);
    await site.stop();
    await site.start();
    expect(await site.outcomeOf(commandId)).toMatchObject({ data: { reason: 'fenced-by-stop' } });
    expect(await ward.truth()).toMatchObject({ running: false, setRateMlPerHour: 20 });
    expect(await ward.frames()).not.toContain('INF_START');
  });
});
