import {
  isEvent,
  RateChanged,
  TargetEnded,
  TargetStep,
  type PumpOrder,
  type StreamEvent,
} from '@bcmed/events';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../src/shift/ask.js';
import { Cast } from '../src/shift/cast.js';
import { Prescriber } from '../src/shift/prescriber.js';
import { Witness } from '../src/shift/witness.js';
import { Stack } from '../src/stack/stack.js';
import { SILENT, temporaryFolder } from './harness.js';

/** Of bed 1 of the default ward: propofol 10 mg/ml. */
const PROPOFOL = '8002-51733';
const stopAnswer = z.object({ stopId: z.string() });

let stack: Stack;
let witness: Witness;
let cast: Cast;
let prescriber: Prescriber;

/** All services and the mock ICU: a pump that really gives what it is told, to a virtual patient. */
beforeAll(async () => {
  stack = await Stack.start(
    { dataDir: temporaryFolder(), siteName: 'steered', progress: SILENT },
    { ward: { beds: 1 }, seed: 3 },
  );
  witness = await Witness.begin(stack.events);
  cast = await Cast.load(stack.service('access').url);
  prescriber = await Prescriber.begin(stack, witness);
});
afterAll(async () => {
  witness.end();
  await stack.stop();
});

/** 300 microgram/kg/min for 70 kg are 126 ml/h. */
const target = (): Pick<PumpOrder, 'action'> & Partial<PumpOrder> => ({
  action: 'set-target',
  drug: 'propofol',
  careArea: 'anaesthesia',
  concentration: 'neat',
  weightKg: '70',
  dose: { value: '300', unit: 'microgram/kg/min' },
  rateMlPerHour: 126,
  volumeMl: 30,
  target: {
    model: 'propofol-schnider',
    site: 'effect',
    concentration: '1.2',
    unit: 'microgram/ml',
    ageYears: 60,
    heightCm: 172,
    sex: 'female',
  },
  untilAt: new Date(Date.now() + 3_600_000).toISOString(),
});

function step(number: number, commandId: string | undefined) {
  const isIt = (event: StreamEvent): boolean =>
    isEvent(event, TargetStep) && event.data.step === number && event.data.commandId === commandId;
  return witness.saw(`step ${number}`, isIt, 40_000).then((event) => TargetStep.data.parse(event.data));
}

describe('a patient who is steered to a concentration', () => {
  it('gets the rate of each step, reckoned from what the pump gave, until somebody stops the pump', async () => {
    const text = await prescriber.text(PROPOFOL, target());
    const { commandId } = await prescriber.place({ text, signatures: [cast.member('nurse').sign(text)] });
    await prescriber.executed('propofol 1.2 microgram/ml', commandId);
    const first = await step(1, commandId);
    expect(first.rateMlPerHour).toBe(126);
    // The pump ran before, for some seconds.
    expect(first.plasma).toBeLessThan(0.3);
    const isFirst = (event: StreamEvent): boolean =>
      isEvent(event, RateChanged) && event.causationid === commandId && event.data.toMlPerHour === 126;
    await witness.saw('the rate of the first step', isFirst);
    const third = await step(3, commandId);
    // Twenty seconds at 126 ml/h are 0.7 ml, less what the first answers took.
    expect(third.volumeGivenMl).toBeGreaterThan(0.3);
    expect(third.volumeGivenMl).toBeLessThan(0.8);
    expect(third.plasma).toBeGreaterThan(0.5);
    expect(third.rateMlPerHour).toBeLessThanOrEqual(126);

    const order = await prescriber.text(PROPOFOL, { action: 'stop' });
    const signed = { text: order, signatures: [cast.member('nurse').sign(order)] };
    const { stopId } = await ask(stopAnswer, `${stack.service('dosing').url}/stops`, { order: signed });
    await prescriber.executed('a stop', stopId);
    const isEnd = (event: StreamEvent): boolean =>
      isEvent(event, TargetEnded) && event.data.commandId === commandId;
    expect((await witness.saw('the end of the target', isEnd)).data).toMatchObject({ reason: 'stop' });
  });
});
