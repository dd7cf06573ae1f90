import {
  AssociationEnded,
  AssociationMade,
  createEvent,
  PumpLost,
  RateChanged,
  StatusSampled,
  StopOrdered,
  VitalsSampled,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import { describe, expect, it } from 'vitest';
import { authorising, COMMAND_ID, NOON, ORDER_ID, placing, signed } from '../../test/ward.js';
import { makeEvents } from '../commands/event-maker.js';
import { fixtureSealer } from '@bcmed/testing';
import { decide, evolve, initialState } from '../domain/order/index.js';
import { Feedback } from '../reactions/feedback.js';
import { Ward } from './ward.js';

const PUMP = '8002-51740';
const clock = { nowMs: Date.parse(NOON), wallMs: () => clock.nowMs, steadyMs: () => clock.nowMs / 2 };
let ids = 0;

function event(
  definition: EventDefinition,
  entity: string,
  data: Record<string, unknown>,
  more: { sequence?: number; chain?: string; time?: string } = {},
): StreamEvent {
  const { sequence = ++ids, chain = '01994f7e-7c00-7000-8000-0000000f0000', time = NOON } = more;
  const id = `01994f7e-7c00-7000-8000-${(++ids).toString(16).padStart(12, '0')}`;
  const place = { chain, sequence: String(sequence), ...(sequence > 1 && { previous: 'A'.repeat(43) }) };
  return createEvent(
    definition,
    { id, source: 'x/1', entity, time, site: 's1', actor: 'x', ...(definition.chained && { chain: place }) },
    data,
  );
}

const status = (volumeInfusedMl: number, more: { sequence?: number; chain?: string } = {}) => {
  const data = {
    state: 'infusing',
    mode: 'SET',
    rateMlPerHour: 2,
    volumeInfusedMl,
    alarmActive: false,
    logEntryId: 1,
  };
  return event(StatusSampled, PUMP, data, more);
};
const made = (pumpSerial: string, patient: string, id: string) =>
  event(AssociationMade, id, {
    patient,
    bed: 'bed-7',
    unit: 'icu-1',
    pumpSerial,
    syringe: { drug: 'dopamine', concentration: '4 mg/ml' },
    recordedBy: 'x',
    validFrom: NOON,
  });

describe('what a pump shows', () => {
  it('adds up, also when its volume was cleared, and not when an event comes again', () => {
    const { pumps } = new Ward(clock);
    const heard = [
      status(1, { sequence: 1 }),
      status(1.5, { sequence: 2 }),
      status(1, { sequence: 1 }),
      status(0.25, { sequence: 3 }),
      status(9, { sequence: 1, chain: '01994f7e-7c00-7000-8000-0000000f0001' }),
    ].map((one) => pumps.take(one)?.deliveredMl);
    expect(heard).toEqual([0, 0.5, undefined, 0.25, 8.75]);
  });

  it('is forgotten when it is lost: whoever was away may have been changed', () => {
    const { pumps } = new Ward(clock);
    const rate = { fromMlPerHour: 1, toMlPerHour: 2, changedBy: 'front-panel', logEntryId: 1 };
    pumps.take(event(RateChanged, PUMP, rate));
    expect(pumps.table.get(PUMP)).toMatchObject({ connected: true, setRateMlPerHour: 2 });
    pumps.take(event(PumpLost, PUMP, { reason: 'no-answer', silentSince: NOON, missedPolls: 3 }));
    expect(pumps.table.get(PUMP)).not.toHaveProperty('setRateMlPerHour');
    expect(pumps.table.get(PUMP)).toMatchObject({ connected: false });
  });
});

describe('who is connected to whom', () => {
  const [one, two] = ['01994f7e-7c00-7000-8000-0000000000e1', '01994f7e-7c00-7000-8000-0000000000e2'];

  it('is known by the exact serial: one that only looks the same in a subject is another pump', () => {
    const { associations } = new Ward(clock);
    associations.take(made('8002-51740', 'stay-1', one));
    expect(associations.of('8002-51740')?.patient).toBe('stay-1');
    for (const other of ['8002.51740', '8002 51740', '8002-51740 '])
      expect(associations.of(other)).toBeUndefined();
  });

  it('ends with the end of that association and no other', () => {
    const { associations } = new Ward(clock);
    associations.take(made(PUMP, 'stay-1', one));
    expect(associations.take(made(PUMP, 'stay-2', two))).toMatchObject({
      association: { patient: 'stay-1' },
    });
    const end = { cause: 'disconnected', recordedBy: 'x', validUntil: NOON };
    expect(associations.take(event(AssociationEnded, one, end))).toBeUndefined();
    expect(associations.of(PUMP)?.patient).toBe('stay-2');
    expect(associations.take(event(AssociationEnded, two, end))).toMatchObject({ syringeOnly: false });
    expect(associations.of(PUMP)).toBeUndefined();
  });
});

describe('the vitals of a patient', () => {
  const reading = (value: number, quality = 'good') => ({ value, quality, source: 'x' });
  const sample = (value: number, atMs: number, quality?: string) =>
    event(
      VitalsSampled,
      'stay-1',
      { heartRateBpm: reading(value, quality) },
      { time: new Date(atMs).toISOString() },
    );

  it('grow old by the steady clock, and keep since when they have not moved', () => {
    const { vitals } = new Ward(clock);
    const begunMs = clock.nowMs;
    for (const [value, after] of [
      [90, 0],
      [80, 1_000],
      [80, 61_000],
      [80, 121_000],
    ] as const)
      vitals.take(sample(value, begunMs + after - 121_000));
    expect(vitals.of('stay-1').map(({ ageMs, heartRateBpm }) => [ageMs, heartRateBpm])).toEqual([
      [0, 80],
      [120_000, 80],
      [121_000, 90],
    ]);
    clock.nowMs += 2_000; // the steady clock of this test runs at half the speed of the wall's
    expect(vitals.of('stay-1')[0]?.ageMs).toBe(1_000);
    clock.nowMs = begunMs;
  });

  it('that were only repeated are no new ones', () => {
    const { vitals } = new Ward(clock);
    vitals.take(sample(80, clock.nowMs - 40_000));
    vitals.take(sample(80, clock.nowMs, 'frozen'));
    expect(vitals.of('stay-1')).toMatchObject([{ ageMs: 40_000 }]);
    expect(vitals.of('stay-2')).toEqual([]);
  });
});

describe('a stop', () => {
  it('ends what stands before it on the stream, and nothing behind it', () => {
    const ward = new Ward(clock);
    const feedback = new Feedback({ ward, source: 'dosing/1' });
    const id = '01994f7e-7c00-7000-8000-0000000000d1';
    const placed = decide(placing(), initialState);
    const events = [...placed, ...decide(authorising(), placed.reduce(evolve, initialState))];
    const signature = { site: 's1', source: 'dosing/1', sealer: fixtureSealer('dosing') };
    makeEvents(events, id, { actor: 'nurse', at: NOON, key: 'k' }, signature).forEach((one, index) =>
      ward.infusions.take(one.event, BigInt(10 + index)),
    );
    const row = ward.infusions.row(id);
    expect(row.awaiting).toEqual({ commandId: COMMAND_ID, orderId: ORDER_ID });
    const stop = event(StopOrdered, PUMP, { order: signed({ action: 'stop' }, ['nurse']) });
    const said = (position: bigint) =>
      feedback.ofStop(stop, position).flatMap((followUp) => followUp.decide(row.state, row, NOON));
    expect(said(5n)).toEqual([]);
    expect(said(11n)).toEqual([]);
    expect(said(12n)).toMatchObject([
      { name: 'authorisation-withdrawn', data: { orderId: ORDER_ID, cause: 'stop' } },
    ]);
  });
});
