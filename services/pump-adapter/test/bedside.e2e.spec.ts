import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OrderSite, PATIENCE } from './order-site.js';
import { ScriptedPump } from './scripted-pump.js';

const PATIENT = 'stay-4d';

let site: OrderSite;
let pump: ScriptedPump;

beforeEach(async () => {
  pump = await ScriptedPump.open();
  site = await OrderSite.open(`tcp://127.0.0.1:${pump.port}`);
  await site.prescriber.enrol('person-carl', ['physician', 'icu-2']);
  // An answer that does not come keeps the line for longer than any test looks.
  await site.start({ RESPONSE_TIMEOUT_MS: '4000' });
});
afterEach(async () => {
  await site.close();
  await pump.unplug();
});

const setRate = (rateMlPerHour: number, patient: string | null = PATIENT, person = 'person-anna') =>
  site.order({ action: 'set-rate', rateMlPerHour, ...(patient !== null && { patient }) }, person);
const executed = { type: 'bcmed.pump.command-executed' };

/** The pump owes an answer; resolves when the adapter waits for it. */
async function busyLine(): Promise<void> {
  await new Promise<void>((resolve) => {
    pump.script = ({ command }, usual) => {
      if (command !== 'INF') return { text: usual };
      resolve();
      return undefined;
    };
  });
}

/** An order that was accepted and waits for the line. */
async function waitingOrder(patient: string, person = 'person-anna'): Promise<string> {
  await busyLine();
  const commandId = await setRate(9, patient, person);
  await site.hasRead();
  return commandId;
}

/** Until the adapter says what became of the command, ms, while the line is busy all the time. */
async function toldWithinMs(commandId: string, change: () => Promise<unknown>) {
  const asked = pump.requests.length;
  const beganMs = performance.now();
  await change();
  const outcome = await site.outcomeOf(commandId);
  const tookMs = performance.now() - beganMs;
  expect(pump.requests).toHaveLength(asked);
  expect(pump.acted).toEqual([]);
  return { outcome, tookMs };
}

describe('broken glass', () => {
  it('reaches the pump of the one patient, and no longer once it is closed', async () => {
    await site.prescriber.associate(PATIENT);
    expect(await site.outcomeOf(await setRate(7, PATIENT, 'person-carl'))).toMatchObject({
      data: { reason: 'not-permitted' },
    });
    const access = await site.prescriber.breakGlass('person-carl', PATIENT);
    expect(await site.outcomeOf(await setRate(7, PATIENT, 'person-carl'))).toMatchObject(executed);
    expect(pump.acted).toEqual([expect.stringContaining('INF_RATE^7.00^ml/h')]);
    await site.prescriber.closeGlass(access, 'person-carl');
    expect(await site.outcomeOf(await setRate(8, PATIENT, 'person-carl'))).toMatchObject({
      data: { reason: 'not-permitted', detail: expect.stringContaining('was closed') as string },
    });
    expect(pump.acted).toHaveLength(1);
  });

  it('that has expired, or is for somebody else, reaches nothing', async () => {
    await site.prescriber.associate(PATIENT);
    await site.prescriber.breakGlass('person-carl', PATIENT, Date.now() + 1);
    expect(await site.outcomeOf(await setRate(7, PATIENT, 'person-carl'))).toMatchObject({
      data: { reason: 'not-permitted', detail: expect.stringContaining('ended at') as string },
    });
    await site.prescriber.breakGlass('person-carl', 'stay-5e');
    expect(await site.outcomeOf(await setRate(7, PATIENT, 'person-carl'))).toMatchObject({
      data: { reason: 'not-permitted' },
    });
    expect(pump.acted).toEqual([]);
  });

  it('that is mended while the line is busy ends what waits', async () => {
    await site.prescriber.associate(PATIENT);
    const access = await site.prescriber.breakGlass('person-carl', PATIENT);
    const commandId = await waitingOrder(PATIENT, 'person-carl');
    const { outcome } = await toldWithinMs(commandId, () =>
      site.prescriber.closeGlass(access, 'person-carl'),
    );
    expect(outcome).toMatchObject({ data: { reason: 'not-permitted' } });
  });
});

describe('a person who is revoked while the line is busy', () => {
  it('is refused within a second, and the pump is told nothing', async () => {
    await site.prescriber.associate(PATIENT);
    const commandId = await waitingOrder(PATIENT);
    const { outcome, tookMs } = await toldWithinMs(commandId, () => site.prescriber.revoke('person-anna'));
    expect(outcome).toMatchObject({
      type: 'bcmed.pump.command-failed',
      data: { reason: 'signature-invalid' },
    });
    expect(tookMs).toBeLessThan(1_000);
  });
});

describe('a pump at a patient', () => {
  it('takes orders for this patient and nobody else', async () => {
    await site.prescriber.associate(PATIENT);
    for (const other of ['stay-5e', null])
      expect(await site.outcomeOf(await setRate(7, other))).toMatchObject({
        data: { reason: 'patient-differs' },
      });
    expect(await site.outcomeOf(await setRate(7))).toMatchObject(executed);
  });

  it('takes none from the moment at which the patient was moved, told while the line is busy', async () => {
    const association = await site.prescriber.associate(PATIENT);
    const commandId = await waitingOrder(PATIENT);
    const { outcome, tookMs } = await toldWithinMs(commandId, () =>
      site.prescriber.endAssociation(association),
    );
    expect(outcome).toMatchObject({ data: { reason: 'patient-differs' } });
    expect(tookMs).toBeLessThan(1_000);
  });

  it('carries out no order that rests on the syringe before, although the patient is the same', async () => {
    const association = await site.prescriber.associate(PATIENT);
    const commandId = await waitingOrder(PATIENT);
    await site.prescriber.endAssociation(association, 'syringe-changed');
    await site.prescriber.associate(PATIENT);
    expect(await site.outcomeOf(commandId)).toMatchObject({ type: 'bcmed.pump.command-failed' });
    const signedBefore = site.prescriber.text(
      { action: 'set-rate', rateMlPerHour: 9, patient: PATIENT },
      Date.now() - 30_000,
    );
    const late = await site.prescriber.authorise(
      signedBefore,
      site.prescriber.sign(signedBefore, 'person-anna'),
    );
    expect(await site.outcomeOf(late)).toMatchObject({ data: { reason: 'association-changed' } });
    pump.script = (_, usual) => ({ text: usual });
    expect(await site.outcomeOf(await setRate(8))).toMatchObject(executed);
    expect(pump.acted).toEqual([expect.stringContaining('INF_RATE^8.00^ml/h')]);
  });

  it('stays at the patient after the adapter was killed, and forgets nothing that was said meanwhile', async () => {
    const association = await site.prescriber.associate(PATIENT);
    await site.hasRead();
    await site.adapter.kill();
    await site.prescriber.endAssociation(association);
    await site.prescriber.associate('stay-5e');
    await site.start();
    expect(await site.outcomeOf(await setRate(7))).toMatchObject({ data: { reason: 'patient-differs' } });
    expect(await site.outcomeOf(await setRate(7, 'stay-5e'))).toMatchObject(executed);
    await expect
      .poll(() => site.adapter.get<{ patient?: string }[]>('/pumps'), PATIENCE)
      .toMatchObject([{ patient: 'stay-5e', unit: 'icu-1' }]);
  });

  it('is not moved by somebody whose word does not count', async () => {
    await site.prescriber.associate(PATIENT);
    await site.prescriber.associate('stay-5e', { sealer: site.prescriber.dosing });
    expect(await site.outcomeOf(await setRate(7))).toMatchObject(executed);
  });

  it('is stopped by everybody, whatever the text says of patient and unit', async () => {
    await site.prescriber.associate(PATIENT);
    const text = site.prescriber.text({ action: 'stop', patient: 'stay-9', unit: 'icu-9' });
    const stop = await site.prescriber.stop(text, site.prescriber.sign(text, 'person-carl'));
    expect(await site.outcomeOf(stop)).toMatchObject(executed);
  });
});
