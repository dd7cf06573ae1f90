import {
  CommandOutcomeResolved,
  CommandOutcomeUnknown,
  InfusionAuthorised,
  InfusionClosed,
  OrderPlaced,
  OrderRefused,
  AuthorisationWithdrawn,
  RateChanged,
  TargetEnded,
  TargetHeld,
  TargetResumed,
  TargetStep,
  toToken,
  type StreamEvent,
} from '@bcmed/events';
import { describe, expect, it } from 'vitest';
import {
  alarmed,
  alarmOver,
  commanded,
  connected,
  ended,
  event,
  executed,
  lost,
  made,
  nextId,
  NOON_MS,
  PATIENT,
  PUMP,
  sampled,
  signedOrder,
  status,
  stopped,
} from '../../test/support/events.js';
import type { Change, CommandView, InfusionView, PumpView } from '../domain/live.js';
import { Ward } from './ward.js';

const INFUSION = '01994f7e-7c00-7000-8000-0000000000d1';
const ORDER = '01994f7e-7c00-7000-8000-0000000000b1';
const COMMAND = '01994f7e-7c00-7000-8000-0000000000c1';
const HASH = 'bQtGxcTRdogXqIDjuQZptV8bNqsXj4SjxNZla-v5tyE';

/** The ward after these events. */
function given(...events: readonly StreamEvent[]): Ward {
  const ward = new Ward();
  for (const one of events) ward.take(one, NOON_MS);
  return ward;
}

function shown(ward: Ward): Change[] {
  return [...ward.board.entries].flatMap(({ value }) => value ?? []);
}

/** What is shown of a kind; the test says which. */
function only(ward: Ward, of: 'pump'): PumpView[];
function only(ward: Ward, of: 'infusion'): InfusionView[];
function only(ward: Ward, of: 'command'): CommandView[];
function only(ward: Ward, of: Change['of']): unknown[];
function only(ward: Ward, of: Change['of']): unknown[] {
  return shown(ward).flatMap((change) => (change.of === of && 'value' in change ? [change.value] : []));
}

const placed = (orderId = ORDER, more: Record<string, unknown> = {}) =>
  event(OrderPlaced, INFUSION, {
    orderId,
    order: signedOrder(),
    textHash: HASH,
    pump: PUMP,
    patient: PATIENT,
    drug: 'noradrenaline',
    nonce: 'A'.repeat(22),
    careArea: 'adult-icu',
    concentration: '8-mg',
    libraryHash: HASH,
    needsOverride: [],
    ...more,
  });

const authorised = (orderId = ORDER, more: Record<string, unknown> = {}) =>
  event(InfusionAuthorised, INFUSION, {
    orderId,
    commandId: COMMAND,
    action: 'set-rate',
    dose: { value: '0.2', unit: 'microgram/kg/min' },
    rateMlPerHour: 6,
    libraryHash: HASH,
    ruleVersion: 'example 2026.1',
    signedBy: ['person-7f3a'],
    overridden: [],
    ...more,
  });

describe('a pump', () => {
  it('shows its reading, and at whom and with what it stands by the record', () => {
    const ward = given(made(PUMP, PATIENT), connected(), status({ remainingSeconds: 3_600 }));
    expect(only(ward, 'pump')).toMatchObject([
      {
        serial: PUMP,
        connected: true,
        heardAtMs: NOON_MS,
        delivering: true,
        rateMlPerHour: 3.5,
        remainingSeconds: 3_600,
        bed: 'bed-7',
        unit: 'icu-1',
        patient: PATIENT,
        drug: 'noradrenaline',
        concentration: '8 mg in 50 ml',
      },
    ]);
  });

  it('that is recorded and was never heard is shown as not connected', () => {
    const [pump] = only(given(made(PUMP, PATIENT)), 'pump');
    expect(pump).toMatchObject({ serial: PUMP, connected: false, bed: 'bed-7' });
    expect(pump).not.toHaveProperty('heardAtMs');
  });

  it('that is lost was heard last when the silence began, and keeps nothing that says otherwise', () => {
    const ward = given(status(), lost(NOON_MS - 4_000));
    expect(only(ward, 'pump')).toMatchObject([{ connected: false, heardAtMs: NOON_MS - 4_000 }]);
  });

  it('that is held delivers nothing, and keeps what it is set to', () => {
    const rate = { fromMlPerHour: 3.5, toMlPerHour: 5, changedBy: 'front-panel', logEntryId: 4 };
    const ward = given(
      status(),
      event(RateChanged, toToken(PUMP), rate),
      status({ state: 'held', rateMlPerHour: 5 }),
    );
    expect(only(ward, 'pump')).toMatchObject([{ delivering: false, rateMlPerHour: 0, setRateMlPerHour: 5 }]);
  });

  it('does not show what its newest sample does not have', () => {
    const ward = given(
      status({ remainingSeconds: 60, drugName: 'DOPAMINE' }),
      status({ pressureMmHg: undefined }),
    );
    const [pump] = only(ward, 'pump');
    for (const gone of ['remainingSeconds', 'drugName', 'pressureMmHg'])
      expect(pump).not.toHaveProperty(gone);
  });

  it('has the alarms that it shows, each once, until it shows none', () => {
    const ward = given(alarmed('AL_OCCLU'), alarmed('AL_OCCLU'), alarmed('AL_NEP'), alarmOver('AL_OCCLU'));
    expect(only(ward, 'pump')[0]?.alarms).toMatchObject([{ vendorCode: 'AL_NEP', sinceMs: NOON_MS }]);
    ward.take(status({ alarmActive: false }), NOON_MS);
    expect(only(ward, 'pump')[0]?.alarms).toEqual([]);
  });

  it('does not go back when an event comes again', () => {
    const chain = '01994f7e-7c00-7000-8000-0000000f0001';
    const first = status({ volumeInfusedMl: 1 }, { chain, sequence: 8 });
    const ward = given(first, status({ volumeInfusedMl: 2 }, { chain, sequence: 9 }), first);
    expect(only(ward, 'pump')[0]?.volumeInfusedMl).toBe(2);
  });

  it('is shown under the serial that it writes itself, and no longer under the one of its subjects', () => {
    const ward = given(status({}, {}, 'TE/1'), connected('TE/1'));
    expect(only(ward, 'pump').map(({ serial }) => serial)).toEqual(['TE/1']);
    expect(shown(ward)).toHaveLength(1);
  });
});

describe('a bed', () => {
  it('is there while something at it is recorded', () => {
    const [one, two] = [nextId(), nextId()];
    const ward = given(made(PUMP, PATIENT, { id: one }), made('8002-2', PATIENT, { id: two }), ended(one));
    expect(only(ward, 'bed')).toEqual([{ bed: 'bed-7', unit: 'icu-1', patient: PATIENT }]);
    ward.take(ended(two), NOON_MS);
    expect(only(ward, 'bed')).toEqual([]);
  });

  it('stays while the only syringe is being changed', () => {
    const id = nextId();
    const ward = given(made(PUMP, PATIENT, { id }), status(), ended(id, 'syringe-changed'));
    expect(only(ward, 'bed')).toHaveLength(1);
    expect(only(ward, 'pump')[0]).not.toHaveProperty('patient');
  });

  it('belongs to the patient who was recorded there last', () => {
    const ward = given(made(PUMP, PATIENT), made('8002-2', 'stay-5e'));
    expect(only(ward, 'bed')).toEqual([{ bed: 'bed-7', unit: 'icu-1', patient: 'stay-5e' }]);
  });

  it('is empty when its pump stands at another one', () => {
    const ward = given(made(PUMP, PATIENT), made(PUMP, PATIENT, { bed: 'bed-8', unit: 'icu-2' }));
    expect(only(ward, 'bed')).toEqual([{ bed: 'bed-8', unit: 'icu-2', patient: PATIENT }]);
  });
});

describe('an infusion', () => {
  it('that is ordered waits, and its pump says for what', () => {
    const ward = given(made(PUMP, PATIENT), status(), placed(ORDER, { needsOverride: ['soft-high'] }));
    expect(only(ward, 'infusion')).toMatchObject([
      { id: INFUSION, phase: 'ordered', waiting: { orderId: ORDER, needsOverride: ['soft-high'] } },
    ]);
    expect(only(ward, 'pump')).toMatchObject([{ infusionId: INFUSION, waitingOrderId: ORDER }]);
  });

  it('that is authorised gives its pump a dose', () => {
    const ward = given(made(PUMP, PATIENT), status(), placed(), authorised());
    expect(only(ward, 'infusion')[0]).toMatchObject({ phase: 'authorised', authorised: { orderId: ORDER } });
    expect(only(ward, 'infusion')[0]).not.toHaveProperty('waiting');
    expect(only(ward, 'pump')).toMatchObject([
      { dose: { value: '0.2', unit: 'microgram/kg/min' }, authorisedRateMlPerHour: 6 },
    ]);
  });

  it('keeps its dose when a bolus is given beside it', () => {
    const bolus = { action: 'bolus', dose: { value: '1', unit: 'mg' }, rateMlPerHour: 100 };
    const second = nextId();
    const ward = given(status(), placed(), authorised(), placed(second), authorised(second, bolus));
    expect(only(ward, 'infusion')).toMatchObject([{ authorised: { orderId: ORDER, action: 'set-rate' } }]);
    expect(only(ward, 'infusion')[0]).not.toHaveProperty('waiting');
  });

  it('waits on after a refusal that somebody can still mend, and ends with any other', () => {
    const refused = (reason: string) =>
      event(OrderRefused, INFUSION, { orderId: ORDER, reason, words: 'Not so.' });
    const ward = given(placed(), refused('signatures-missing'));
    expect(only(ward, 'infusion')).toMatchObject([{ phase: 'ordered', refused: { words: 'Not so.' } }]);
    ward.take(refused('above-hard-limit'), NOON_MS);
    expect(only(ward, 'infusion')).toMatchObject([{ phase: 'ended' }]);
  });

  it('has no dose any more when its authorisation was withdrawn, and is gone when it is closed', () => {
    const withdrawn = event(AuthorisationWithdrawn, INFUSION, {
      orderId: ORDER,
      cause: 'stop',
      withdrawnBy: 'person-7f3a',
      reason: 'stop ordered',
    });
    const ward = given(made(PUMP, PATIENT), status(), placed(), authorised(), withdrawn);
    expect(only(ward, 'infusion')).toMatchObject([{ phase: 'ended', withdrawn: { cause: 'stop' } }]);
    expect(only(ward, 'pump')[0]).not.toHaveProperty('dose');
    const closed = { outcome: 'completed', closedBy: 'dosing', volumeInfusedMl: 3, reason: 'weaned off' };
    ward.take(event(InfusionClosed, INFUSION, closed), NOON_MS);
    expect(only(ward, 'infusion')).toEqual([]);
    expect(only(ward, 'pump')[0]).not.toHaveProperty('infusionId');
  });
});

describe('a command', () => {
  it('is shown with what was read back and how long it took, and its pump names it', () => {
    const ward = given(
      made(PUMP, PATIENT),
      status(),
      commanded(COMMAND),
      executed(COMMAND, { atMs: NOON_MS + 250 }),
    );
    expect(only(ward, 'command')).toEqual([
      {
        commandId: COMMAND,
        pump: PUMP,
        action: 'set-rate',
        state: 'executed',
        atMs: NOON_MS,
        signedBy: ['person-7f3a'],
        setRateMlPerHour: 6,
        delivering: true,
        readBackAfterMs: 64,
        answeredAfterMs: 250,
      },
    ]);
    expect(only(ward, 'pump')).toMatchObject([{ lastCommandId: COMMAND, setRateMlPerHour: 6 }]);
  });

  it('whose outcome is unknown says so until it is resolved', () => {
    const about = { commandId: COMMAND, commandPosition: '9', detail: 'no read-back' };
    const ward = given(
      commanded(COMMAND),
      event(CommandOutcomeUnknown, toToken(PUMP), { ...about, action: 'set-rate' }),
    );
    expect(only(ward, 'command')).toMatchObject([{ state: 'unknown' }]);
    ward.take(event(CommandOutcomeResolved, toToken(PUMP), { ...about, outcome: 'not-as-ordered' }), NOON_MS);
    expect(only(ward, 'command')).toMatchObject([{ state: 'failed', reason: 'not-as-ordered' }]);
  });

  it('to stop is for who may read of the patient at the pump, though it names none', () => {
    const ward = given(made(PUMP, PATIENT), stopped(COMMAND));
    const entry = [...ward.board.entries].find(({ key }) => key === `command/${COMMAND}`);
    expect(entry).toMatchObject({
      whose: { patient: PATIENT, unit: 'icu-1' },
      value: { value: { action: 'stop' } },
    });
  });

  it('is forgotten when 400 newer ones are there', () => {
    const ward = given(commanded(COMMAND));
    for (let one = 0; one < 400; one++) ward.take(commanded(nextId()), NOON_MS);
    expect(only(ward, 'command')).toHaveLength(400);
    expect(only(ward, 'command').map(({ commandId }) => commandId)).not.toContain(COMMAND);
  });
});

describe('a pump that is steered to a concentration', () => {
  const TARGET = {
    action: 'set-target',
    rateMlPerHour: 60,
    volumeMl: 40,
    weightKg: '80',
    untilAt: new Date(NOON_MS + 3_600_000).toISOString(),
    target: {
      model: 'propofol-schnider',
      site: 'effect',
      concentration: '2.5',
      unit: 'microgram/ml',
      ageYears: 60,
      heightCm: 175,
      sex: 'male',
    },
  };
  const step = (number: number, commandId = COMMAND) =>
    event(TargetStep, toToken(PUMP), {
      commandId,
      step: number,
      rateMlPerHour: 42.3,
      holdRateMlPerHour: 31.5,
      plasma: 3.41,
      effect: 2.1,
      predictedPlasma: 3.38,
      predictedEffect: 2.2,
      volumeGivenMl: 4.8,
    });
  const targetOf = (ward: Ward) => only(ward, 'pump')[0]?.target;

  it('shows what people signed, and the newest step', () => {
    const ward = given(made(PUMP, PATIENT), status(), commanded(COMMAND, TARGET));
    expect(targetOf(ward)).toMatchObject({
      state: 'ordered',
      concentration: '2.5',
      unit: 'microgram/ml',
      site: 'effect',
      untilMs: NOON_MS + 3_600_000,
      ceilingMlPerHour: 60,
      mostMl: 40,
    });
    for (const one of [step(1), step(3), step(2), step(9, nextId())]) ward.take(one, NOON_MS);
    expect(targetOf(ward)).toMatchObject({
      state: 'steered',
      step: { number: 3, atMs: NOON_MS, rateMlPerHour: 42.3, effect: 2.1, predictedEffect: 2.2 },
    });
  });

  it('says that it is held until its adapter says that it follows again, and why it ended', () => {
    const about = { commandId: COMMAND, lastStep: 1, rateMlPerHour: 31.5, detail: 'no step for 30 s' };
    const ward = given(status(), commanded(COMMAND, TARGET), step(1));
    ward.take(event(TargetHeld, toToken(PUMP), about), NOON_MS);
    ward.take(step(2), NOON_MS);
    expect(targetOf(ward)).toMatchObject({ state: 'held', words: 'no step for 30 s', step: { number: 2 } });
    const again = { commandId: COMMAND, step: 2, rateMlPerHour: 40.1 };
    ward.take(event(TargetResumed, toToken(PUMP), again), NOON_MS);
    expect(targetOf(ward)?.state).toBe('steered');
    expect(targetOf(ward)).not.toHaveProperty('words');
    const over = { commandId: COMMAND, lastStep: 2, reason: 'stop', detail: 'stopped', commandPosition: '9' };
    ward.take(event(TargetEnded, toToken(PUMP), over), NOON_MS);
    expect(targetOf(ward)).toMatchObject({ state: 'ended', reason: 'stop' });
  });

  it('keeps its target with a bolus and a stop, and loses it with another order', () => {
    const ward = given(status(), commanded(COMMAND, TARGET));
    ward.take(commanded(nextId(), { action: 'bolus', volumeMl: 2 }), NOON_MS);
    ward.take(stopped(nextId()), NOON_MS);
    expect(targetOf(ward)).toMatchObject({ commandId: COMMAND });
    ward.take(commanded(nextId()), NOON_MS);
    expect(targetOf(ward)).toBeUndefined();
  });
});

describe('the vitals of a patient', () => {
  it('are those of the unit where the patient lies, also after a move', () => {
    const ward = given(sampled(PATIENT, 90));
    const whose = () => [...ward.board.entries].find(({ key }) => key === `vitals/${PATIENT}`)?.whose;
    expect(whose()).toEqual({ patient: PATIENT, unit: 'unknown' });
    ward.take(made(PUMP, PATIENT), NOON_MS);
    expect(whose()).toEqual({ patient: PATIENT, unit: 'icu-1' });
    ward.take(made(PUMP, PATIENT, { bed: 'bed-1', unit: 'icu-2' }), NOON_MS);
    expect(whose()).toEqual({ patient: PATIENT, unit: 'icu-2' });
  });

  it('of who lies nowhere are forgotten after two hours, and of who lies in a bed never', () => {
    const ward = given(sampled(PATIENT, 90), sampled('stay-5e', 80), made(PUMP, PATIENT));
    ward.sweep(NOON_MS + 7_199_000);
    expect(only(ward, 'vitals')).toHaveLength(2);
    ward.sweep(NOON_MS + 7_201_000);
    expect(only(ward, 'vitals')).toMatchObject([{ patient: PATIENT }]);
  });
});

describe('the curves of the last two hours', () => {
  it('have the last value of each half minute, and nothing where nothing was heard', () => {
    const ward = given(made(PUMP, PATIENT));
    for (const [secondsAgo, pressureMmHg] of [
      [7_300, 5],
      [3_600, 40],
      [61, 50],
      [59, 51],
      [0, 60],
    ] as const)
      ward.trends.take(status({ pressureMmHg }, { atMs: NOON_MS - secondsAgo * 1_000 }));
    const [{ change, whose } = {}] = ward.pictures(NOON_MS);
    expect(whose).toEqual({ patient: PATIENT, unit: 'icu-1' });
    const trend = change?.of === 'pump-trend' ? change.value : undefined;
    expect(trend).toMatchObject({ serial: PUMP, startMs: NOON_MS - 239 * 30_000, stepMs: 30_000 });
    const heard = trend?.pressureMmHg.flatMap((value, index) =>
      value === null ? [] : [[(trend.startMs + index * trend.stepMs - NOON_MS) / 1_000, value]],
    );
    expect(heard).toEqual([
      [-3_600, 40],
      [-90, 50],
      [-60, 51],
      [0, 60],
    ]);
  });

  it('may be read after what is newer, and change nothing that is', () => {
    const ward = given();
    ward.trends.take(status({ pressureMmHg: 60 }, { atMs: NOON_MS }));
    ward.trends.take(status({ pressureMmHg: 40 }, { atMs: NOON_MS - 10_000 }));
    ward.trends.take(status({ pressureMmHg: 30 }, { atMs: NOON_MS - 30_000 * 240 }));
    const [{ change } = {}] = ward.pictures(NOON_MS + 10_000);
    expect(change?.of === 'pump-trend' && change.value.pressureMmHg.slice(-2)).toEqual([40, 60]);
  });
});
