import { createEvent, type EventDefinition } from '@bcmed/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  EMPTY,
  IDENTITY,
  momentAt,
  names,
  OCCLUSION,
  SYRINGE,
  VTBI_IN,
  VTBI_KVO,
  Ward,
  type Seen,
} from '../../test/ward.js';
import {
  evolve,
  initialState,
  PUMP_EVENTS,
  step,
  type Input,
  type PumpEvent,
  type PumpStatus,
  type Reading,
} from './index.js';

const status = fc.record<PumpStatus>({
  delivering: fc.boolean(),
  mode: fc.constantFrom('SET', 'HLD', 'NEW'),
  rateMlPerHour: fc.constantFrom(0, 0.1, 5, 1_200),
  volumeInfusedMl: fc.double({ min: 0, max: 100, noNaN: true }),
  pressureMmHg: fc.option(fc.constantFrom(17.91, 530)),
  remainingSeconds: fc.option(fc.nat(86_400)),
  alarmActive: fc.boolean(),
  drugName: fc.option(fc.constantFrom('NORADRENALINE', 'PROPOFOL')),
  logEntryId: fc.nat(20),
});
const reading = fc.record(
  {
    kind: fc.constant('reading' as const),
    identity: fc.constantFrom(IDENTITY, { ...IDENTITY, line: '/dev/ttyUSB1' }),
    status,
    newInfusionId: fc.uuid({ version: 7 }),
    alarm: fc.constantFrom(null, OCCLUSION, VTBI_IN, VTBI_KVO, EMPTY),
    vtbi: fc.constantFrom({ active: false }, { active: true, volumeMl: 11, atEnd: 'STOP' }),
    syringe: fc.constantFrom(SYRINGE, { ...SYRINGE, confirmed: false }, { ...SYRINGE, sizeMl: 20 }),
    setRateMlPerHour: fc.constantFrom(0.1, 5),
  },
  { requiredKeys: ['kind', 'identity', 'status', 'newInfusionId'] },
);
const silence = fc.record({
  kind: fc.constant('silence' as const),
  reason: fc.constantFrom('no-answer' as const, 'line-closed' as const, 'another-pump-answers' as const),
  missedPolls: fc.nat(5),
});
const inputs = fc.array(
  fc.record({
    gapMs: fc.integer({ min: 0, max: 30_000 }),
    input: fc.oneof({ weight: 4, arbitrary: reading }, silence),
  }),
  { maxLength: 40 },
);

function run(sequence: { gapMs: number; input: Omit<Reading, 'moment'> | { kind: 'silence' } }[]) {
  let ms = 0;
  let state = initialState;
  const events: PumpEvent[] = [];
  for (const { gapMs, input } of sequence) {
    ms += gapMs;
    // The arbitraries build whole inputs but for the moment, which only this loop knows.
    const taken = step(state, { ...input, moment: momentAt(ms) } as Input);
    state = taken.state;
    events.push(...taken.events);
  }
  return { state, events };
}

describe('any sequence of readings', () => {
  it('yields events that the catalogue accepts, and whoever replays them believes what the adapter believes', () => {
    fc.assert(
      fc.property(inputs, (sequence) => {
        const { state, events } = run(sequence);
        for (const { name, data } of events) {
          const definition: EventDefinition = PUMP_EVENTS[name];
          createEvent(
            definition,
            {
              id: '01994f7e-7c00-7000-8000-000000000001',
              source: 'pump-adapter/main',
              entity: '8002-51740',
              time: '2026-11-20T12:00:00.000Z',
              site: 's1',
              actor: 'front-panel',
              chain: { chain: '01994f7e-7c00-7000-8000-00000000000a', sequence: '1' },
            },
            data,
          );
        }
        expect(events.reduce(evolve, initialState.belief)).toEqual(state.belief);
      }),
    );
  });

  it('survives the text in which the safety store keeps the state', () => {
    fc.assert(
      fc.property(inputs, (sequence) => {
        const { state } = run(sequence);
        expect(JSON.parse(JSON.stringify(state))).toEqual(state);
      }),
    );
  });

  it('never opens an infusion while one runs, and closes each at most once', () => {
    fc.assert(
      fc.property(inputs, (sequence) => {
        let open: string | undefined;
        for (const event of run(sequence).events) {
          if (event.name === 'infusion-started') open = event.data.infusionId;
          if (event.name === 'infusion-stopped' || event.name === 'infusion-completed') {
            expect(event.data.infusionId).toBe(open);
            open = undefined;
          }
        }
      }),
    );
  });
});

describe('a log that counts one entry for each change and never skips', () => {
  it('never shows a gap when there is at most one change between two polls', () => {
    const change = fc.constantFrom<(seen: Seen) => Seen>(
      () => ({}),
      (now) => ({ setRateMlPerHour: now.setRateMlPerHour === 5 ? 7 : 5 }),
      (now) => ({ vtbi: now.vtbi?.active ? { active: false } : { active: true, volumeMl: 11 } }),
      (now) => ({ alarmActive: !now.alarmActive, alarm: now.alarmActive ? null : OCCLUSION }),
      (now) =>
        now.delivering
          ? { delivering: false, mode: 'HLD', rateMlPerHour: 0 }
          : { delivering: true, mode: 'SET', rateMlPerHour: now.setRateMlPerHour ?? 5 },
    );
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60 }), (changes) => {
        const ward = new Ward();
        let now: Seen = {
          setRateMlPerHour: 5,
          vtbi: { active: false },
          alarm: null,
          alarmActive: false,
          logEntryId: 1,
        };
        ward.look(now);
        for (const apply of changes) {
          const next = apply(now);
          const moved = Object.keys(next).length > 0 ? 1 : 0;
          now = { ...now, ...next, logEntryId: (now.logEntryId ?? 0) + moved };
          if (now.delivering) now = { ...now, rateMlPerHour: now.setRateMlPerHour ?? 5 };
          expect(names(ward.look(now))).not.toContain('log-gap-detected');
        }
      }),
    );
  });
});
