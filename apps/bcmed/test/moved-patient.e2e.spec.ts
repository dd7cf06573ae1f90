import { isEvent, CommandFailed, InfusionClosed, type StreamEvent } from '@bcmed/events';
import { z } from 'zod';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask } from '../src/shift/ask.js';
import { Cast } from '../src/shift/cast.js';
import { Prescriber } from '../src/shift/prescriber.js';
import { Witness } from '../src/shift/witness.js';
import { Stack } from '../src/stack/stack.js';
import { SILENT, temporaryFolder } from './harness.js';

/** A pump of bed 3 of the default ward. */
const MIDAZOLAM = '8002-60032';
const AT_ONCE = { timeout: 20_000, interval: 20 };
const stopAnswer = z.object({ stopId: z.string() });
const pumpsAnswer = z.array(z.looseObject({ serial: z.string(), patient: z.string().optional() }));

let stack: Stack;
let witness: Witness;
let cast: Cast;
let prescriber: Prescriber;

/** All services and the mock ICU, whose gateway records at whom each pump is. */
beforeAll(async () => {
  stack = await Stack.start(
    { dataDir: temporaryFolder(), siteName: 'moved', progress: SILENT },
    { ward: { beds: 4 }, seed: 3 },
  );
  witness = await Witness.begin(stack.events);
  cast = await Cast.load(stack.service('access').url);
  prescriber = await Prescriber.begin(stack, witness);
});
afterAll(async () => {
  witness.end();
  await stack.stop();
});

const icu = (path: string, body: object): Promise<unknown> =>
  ask(z.unknown(), `${stack.service('icu').url}${path}`, body);

async function midazolam(mgPerHour: number) {
  const text = await prescriber.text(MIDAZOLAM, {
    action: 'set-rate',
    rateMlPerHour: mgPerHour,
    drug: 'midazolam',
    concentration: '50-mg',
    dose: { value: String(mgPerHour), unit: 'mg/h' },
  });
  const signatures = [cast.member('nurse').sign(text)];
  return prescriber.place({ text, signatures });
}

async function stop(): Promise<void> {
  const text = await prescriber.text(MIDAZOLAM, { action: 'stop' });
  const order = { text, signatures: [cast.member('nurse').sign(text)] };
  const { stopId } = await ask(stopAnswer, `${stack.service('dosing').url}/stops`, { order });
  await prescriber.executed('a stop', stopId);
}

describe('a patient who moves to another bed in the middle of an infusion', () => {
  it('gets nothing of what was ordered before; the infusion is closed, and the pump is stopped all the same', async () => {
    const running = await midazolam(3);
    await prescriber.executed('midazolam 3 mg/h', running.commandId);

    // The pump is slow to answer, so the order is authorised and waits for the line.
    await icu(`/pumps/${MIDAZOLAM}/misbehaviour`, { silence: 1 });
    const { commandId, infusionId } = (await midazolam(2)) as { commandId: string; infusionId?: string };
    await icu('/beds/bed-3/actions', { action: 'move-patient', to: 'bed-4' });
    const isAnswer = (event: StreamEvent): boolean =>
      isEvent(event, CommandFailed) && event.data.commandId === commandId;
    const refused = await witness.saw('the refusal', isAnswer);
    expect(['patient-differs', 'association-changed']).toContain((refused.data as { reason: string }).reason);
    await icu(`/pumps/${MIDAZOLAM}/misbehaviour`, {});

    const closed = await witness.saw(
      'the end of the infusion',
      (event) => isEvent(event, InfusionClosed) && (infusionId === undefined || event.subject === infusionId),
    );
    expect(closed.data).toMatchObject({ reason: 'the pump is no longer connected to this patient' });

    // The pump went along with the patient: it stands at the same person in the other bed, and is stopped there.
    const patientAt = async (): Promise<string | undefined> => {
      const pumps = await ask(pumpsAnswer, `${stack.service('pump-adapter').url}/pumps`);
      return pumps.find(({ serial }) => serial === MIDAZOLAM)?.patient;
    };
    await expect.poll(patientAt, AT_ONCE).toEqual(expect.any(String));
    await stop();
    const anew = await midazolam(1);
    await prescriber.executed('midazolam 1 mg/h, ordered after the move', anew.commandId);
  });
});
