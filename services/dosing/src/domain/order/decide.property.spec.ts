import { compare, doseIn, rateMlPerHourOf, rationalOf } from '@bcmed/clinical-units';
import {
  AuthorisationWithdrawn,
  CommandAuthorised,
  createEvent,
  InfusionAuthorised,
  InfusionClosed,
  LimitOverridden,
  OrderPlaced,
  OrderRefused,
  ResponseAssessed,
  StopOrdered,
  toToken,
  type EventDefinition,
} from '@bcmed/events';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  authorising,
  LIBRARY,
  livingVitals,
  ORDER_ID,
  overriding,
  placing,
  signed,
  STOP,
} from '../../../test/ward.js';
import { entryOf } from '../library/index.js';
import {
  decide,
  evolve,
  initialState,
  type DosingCommand,
  type DosingEvent,
  type Infusion,
} from './index.js';

const DEFINITIONS: Readonly<Record<DosingEvent['name'], EventDefinition>> = {
  'order-placed': OrderPlaced,
  'order-refused': OrderRefused,
  'limit-overridden': LimitOverridden,
  'infusion-authorised': InfusionAuthorised,
  'authorisation-withdrawn': AuthorisationWithdrawn,
  'response-assessed': ResponseAssessed,
  'infusion-closed': InfusionClosed,
  'command-authorised': CommandAuthorised,
  'stop-ordered': StopOrdered,
};

const DRUGS = [
  { drug: 'dopamine', concentration: '200-mg', unit: 'microgram/kg/min' },
  { drug: 'dopamine', concentration: '400-mg', unit: 'microgram/kg/min' },
  { drug: 'nitroprusside', concentration: 'standard', unit: 'microgram/kg/min' },
  { drug: 'midazolam', concentration: '50-mg', unit: 'mg/h' },
  { drug: 'dopamine', concentration: '200-mg', unit: 'mg/kg/min' },
  { drug: 'dobutamine', concentration: 'standard', unit: 'microgram/kg/min' },
  { drug: 'noradrenaline', concentration: 'standard', unit: 'microgram/kg/min' },
];

/** Orders of every dose from nothing to far too much, mostly of one drug, mostly with the rate that belongs to it. */
const order = fc
  .record({
    mix: fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...DRUGS.slice(0, 2)) }, fc.constantFrom(...DRUGS)),
    tenths: fc.oneof({ weight: 4, arbitrary: fc.nat(350) }, fc.nat(20_000)),
    wrongRate: fc.constantFrom(undefined, undefined, undefined, undefined, undefined, 0, 99),
    action: fc.oneof(
      { weight: 4, arbitrary: fc.constant('set-rate' as const) },
      fc.constantFrom('start' as const, 'set-vtbi' as const),
    ),
    nonce: fc.nat(30).map((number) => String(number).padStart(22, 'N')),
    weightKg: fc.oneof({ weight: 9, arbitrary: fc.constantFrom('80', '55.5') }, fc.constantFrom('0', '800')),
  })
  .map(({ mix, tenths, wrongRate, weightKg, ...rest }) => {
    const { drug, concentration, unit } = mix;
    const value = (tenths / 10).toFixed(1);
    const rateMlPerHour = wrongRate ?? rateOf(drug, concentration, value, unit, weightKg);
    const volume = rest.action === 'set-vtbi' ? { volumeMl: 10 } : {};
    const strength = { concentration, weightKg };
    return { order: signed({ drug, dose: { value, unit }, rateMlPerHour, ...strength, ...volume, ...rest }) };
  });

function rateOf(drug: string, concentration: string, value: string, unit: string, weightKg: string): number {
  const strength = entryOf(LIBRARY.library, drug, 'adult-icu')?.concentrations.get(concentration);
  if (strength === undefined || ['0', '800'].includes(weightKg)) return 1;
  const weight = unit.includes('kg') ? weightKg : undefined;
  const rate = rateMlPerHourOf(doseIn(value, unit as 'mg/h'), strength, weight);
  const tenthsDown = (rate.numerator * 10n) / rate.denominator;
  return Math.min(2_000, Number(tenthsDown) / 10);
}

const facts = fc.record({
  vitals: fc.constantFrom(
    livingVitals(),
    livingVitals(),
    livingVitals(),
    livingVitals(),
    livingVitals(40_000),
    [],
  ),
  deliveredMl: fc.constantFrom('0', '12.5', '5000'),
  nonceUsedElsewhere: fc.oneof({ weight: 5, arbitrary: fc.constant(false) }, fc.constant(true)),
});

const placed = fc
  .record({ orderId: fc.uuid(), facts, order })
  .map(({ order: given, ...rest }) => placing({ ...given, ...rest }));
const command: fc.Arbitrary<DosingCommand> = fc.oneof(
  { weight: 12, arbitrary: placed },
  fc.constant(STOP),
  fc.constantFrom('running' as const, 'held' as const, 'unknown' as const).map((delivery): DosingCommand => ({
    type: 'assess',
    at: STOP.at,
    response: { delivery, volumeInfusedMl: 1, finding: 'not-assessable', words: 'seen' },
  })),
  fc.constant<DosingCommand>({
    type: 'withdraw',
    at: STOP.at,
    by: 'nurse',
    cause: 'person',
    reason: 'changed',
  }),
  {
    weight: 1,
    arbitrary: fc.constant<DosingCommand>({
      type: 'close',
      at: STOP.at,
      by: 'nurse',
      outcome: 'abandoned',
      volumeInfusedMl: 0,
      reason: 'over',
    }),
  },
);
/** Who overrides or authorises names what waits, which only the run knows. */
const step = fc.oneof(
  fc.constant((state: Infusion): DosingCommand =>
    overriding({ orderId: state.pending?.orderId ?? ORDER_ID }),
  ),
  { weight: 2, arbitrary: command.map((given) => () => given) },
  fc.record({ facts, commandId: fc.uuid() }).map(
    (given) =>
      (state: Infusion): DosingCommand =>
        authorising({
          ...given,
          orderId: state.pending?.orderId ?? ORDER_ID,
          ...(state.pending === undefined ? {} : { order: state.pending.order }),
        }),
  ),
);

function run(steps: readonly ((state: Infusion) => DosingCommand)[]) {
  let state = initialState;
  const events: DosingEvent[] = [];
  for (const next of steps) {
    const said = decide(next(state), state);
    state = said.reduce(evolve, state);
    events.push(...said);
  }
  return { state, events };
}

describe('any sequence of orders, overrides, stops and reports', () => {
  it('never authorises above a hard limit, beyond an open soft one, or one text twice', () => {
    let authorisations = 0;
    fc.assert(
      fc.property(fc.array(step, { minLength: 2, maxLength: 40, size: 'max' }), (steps) => {
        const { events } = run(steps);
        const orders = new Map(
          events.flatMap((event) =>
            event.name === 'order-placed' ? [[event.data.orderId, event.data]] : [],
          ),
        );
        const texts = events.flatMap((event) =>
          event.name === 'command-authorised' ? [event.data.order.text] : [],
        );
        expect(new Set(texts).size).toBe(texts.length);
        for (const event of events) {
          if (event.name !== 'infusion-authorised') continue;
          authorisations += 1;
          const placedOrder = orders.get(event.data.orderId)!;
          const entry = entryOf(LIBRARY.library, placedOrder.drug, placedOrder.careArea)!;
          expect(event.data.dose.unit).toBe(entry.doseUnit);
          expect(compare(rationalOf(event.data.dose.value), entry.limits.hardHigh)).not.toBe(1);
          const weight = entry.doseUnit.includes('kg') ? placedOrder.weightKg : undefined;
          const strength = entry.concentrations.get(placedOrder.concentration)!;
          const most = rateMlPerHourOf(
            { value: entry.limits.hardHigh, unit: entry.doseUnit },
            strength,
            weight,
          );
          expect(compare(rationalOf(event.data.rateMlPerHour), most)).not.toBe(1);
          expect(event.data.signedBy.length).toBeGreaterThanOrEqual(entry.signaturesNeeded);
          if (event.data.overridden.length > 0) {
            expect(events).toContainEqual(
              expect.objectContaining({
                name: 'limit-overridden',
                data: expect.objectContaining({ orderId: event.data.orderId }) as object,
              }),
            );
          }
        }
      }),
      { numRuns: 500 },
    );
    expect(authorisations).toBeGreaterThan(50);
  });

  it('is followed by a stop that is accepted, after which nothing is authorised', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), fc.string({ minLength: 2 }), (steps, text) => {
        const { state } = run(steps);
        const said = decide({ ...STOP, order: { ...STOP.order, text } }, state);
        expect(said[0]?.name).toBe('stop-ordered');
        const stopped = said.reduce(evolve, state);
        expect(stopped.authorised).toBeUndefined();
        expect(stopped.pending).toBeUndefined();
      }),
    );
  });

  it('yields events that the catalogue accepts', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
        for (const event of run(steps).events) {
          const attributes = {
            id: 'eventId' in event ? event.eventId : ORDER_ID,
            source: 'dosing/main',
            entity: 'pump' in event ? toToken(event.pump) : ORDER_ID,
            time: STOP.at,
            site: 's1',
            actor: 'nurse',
          };
          expect(() => createEvent(DEFINITIONS[event.name], attributes, event.data)).not.toThrow();
        }
      }),
    );
  });

  it('can be replayed in any order without an exception: a damaged log is read, not fallen over', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), fc.array(fc.nat(50)), (steps, picks) => {
        const { events } = run(steps);
        const shuffled = picks.flatMap((pick) => events[pick] ?? []);
        expect(() => shuffled.reduce(evolve, initialState)).not.toThrow();
      }),
    );
  });
});
