import type { PumpOrder } from '@bcmed/events';
import { describe, expect, it } from 'vitest';
import {
  after,
  authorising,
  COMMAND_ID,
  LIBRARY,
  names,
  overriding,
  placing,
  reasonOf,
  signed,
  STOP,
  when,
} from '../../../test/ward.js';
import type { PlaceOrder } from './index.js';

/** Midazolam 50 mg in 50 ml: 1 mg is 1 ml; soft limit 1 mg, hard limit 5 mg. */
const order = (change: Partial<PumpOrder> = {}) =>
  signed(
    {
      action: 'bolus',
      drug: 'midazolam',
      concentration: '50-mg',
      dose: { value: '1', unit: 'mg' },
      volumeMl: 1,
      rateMlPerHour: 120,
      ...change,
    },
    ['nurse'],
  );
const bolus = (change: Partial<PumpOrder> = {}, more: Parameters<typeof placing>[0] = {}): PlaceOrder =>
  placing({ ...more, order: order(change) });
const authorisedBolus = authorising({ order: order(), verifiedSigners: ['nurse'] });

describe('a bolus', () => {
  it.each<[string, Partial<PumpOrder>, string]>([
    ['within the limits of the library', {}, 'order-placed'],
    [
      'above the hard limit',
      { dose: { value: '5.001', unit: 'mg' }, volumeMl: 5.001, rateMlPerHour: 300 },
      'above-hard-limit',
    ],
    [
      'ten times a dose by a slipped point',
      { dose: { value: '10', unit: 'mg' }, volumeMl: 10, rateMlPerHour: 300 },
      'above-hard-limit',
    ],
    ['in the unit of the infusion', { dose: { value: '1', unit: 'mg/h' } }, 'wrong-unit'],
    ['whose volume is not its dose', { volumeMl: 1.001 }, 'volume-differs'],
    ['without a dose', { dose: undefined }, 'dose-missing'],
    ['of nothing', { dose: { value: '0', unit: 'mg' }, volumeMl: 0 }, 'volume-differs'],
    ['at a rate between two steps of the pump', { rateMlPerHour: 120.05 }, 'rate-not-deliverable'],
    ['at no rate', { rateMlPerHour: 0 }, 'rate-not-deliverable'],
    ['that would take more than ten minutes', { rateMlPerHour: 5.9 }, 'rate-not-deliverable'],
    ['faster than the pump may run', { rateMlPerHour: 1_000 }, 'rate-above-maximum'],
    [
      'of a drug that has no limits for one',
      { drug: 'insulin', concentration: '50-unit', dose: { value: '1', unit: 'unit' } },
      'bolus-not-in-library',
    ],
  ])('%s', (_, change, answer) => {
    expect(reasonOf(when(bolus(change)))).toBe(answer);
  });

  it('per kilogram is reckoned with the weight, and rounded down to what the pump can be told', () => {
    // 1 microgram/kg × 77 kg = 77 microgram; at 4 microgram/ml 19.25 ml.
    const dexmedetomidine = (volumeMl: number, weightKg?: string) =>
      bolus({
        drug: 'dexmedetomidine',
        concentration: '200-microgram',
        dose: { value: '1', unit: 'microgram/kg' },
        volumeMl,
        rateMlPerHour: 150,
        weightKg,
      });
    expect(reasonOf(when(dexmedetomidine(19.25, '77')))).toBe('order-placed');
    expect(reasonOf(when(dexmedetomidine(19.251, '77')))).toBe('volume-differs');
    expect(reasonOf(when(dexmedetomidine(19.25)))).toBe('weight-missing');
    expect(reasonOf(when(dexmedetomidine(19.25, '800')))).toBe('weight-implausible');
  });

  it('above the soft limit needs somebody else', () => {
    const more = { dose: { value: '2', unit: 'mg' }, volumeMl: 2 };
    const [placed] = when(bolus(more));
    expect(placed).toMatchObject({ data: { needsOverride: ['soft-high'] } });
    const authorise = authorising({ order: order(more), verifiedSigners: ['nurse'] });
    expect(reasonOf(when(authorise, bolus(more)))).toBe('override-missing');
    expect(names(when(authorise, bolus(more), overriding()))).toEqual([
      'infusion-authorised',
      'command-authorised',
    ]);
  });

  it('of a drug that is given by protocol is given by nobody', () => {
    const entries = LIBRARY.library.entries.map((entry) => ({ ...entry, protocol: `0x${'5a'.repeat(32)}` }));
    const library = { hash: LIBRARY.hash, content: { ...LIBRARY.library, entries } };
    expect(reasonOf(when(bolus({}, { facts: { library } })))).toBe('bolus-not-in-library');
  });

  it('counts against the cap', () => {
    const entries = LIBRARY.library.entries.map((entry) =>
      entry.drug === 'midazolam' && entry.bolus
        ? {
            ...entry,
            cumulativeCap: {
              amount: { ...{ unit: 'mg' as const }, value: { numerator: 10n, denominator: 1n } },
              perHours: 24,
            },
          }
        : entry,
    );
    const library = { hash: LIBRARY.hash, content: { ...LIBRARY.library, entries } };
    expect(reasonOf(when(bolus({}, { facts: { library, deliveredMl: '9' } })))).toBe('order-placed');
    expect(reasonOf(when(bolus({}, { facts: { library, deliveredMl: '9.001' } })))).toBe('cap-reached');
  });
});

describe('a bolus beside an infusion', () => {
  const rate = {
    drug: 'midazolam',
    concentration: '50-mg',
    dose: { value: '3', unit: 'mg/h' },
    rateMlPerHour: 3,
  };
  const infusion = signed({ ...rate, nonce: 'C'.repeat(22) }, ['nurse']);
  const running = [
    placing({ order: infusion, orderId: '01994f7e-7c00-7000-8000-0000000000b2' }),
    authorising({
      order: infusion,
      orderId: '01994f7e-7c00-7000-8000-0000000000b2',
      commandId: '01994f7e-7c00-7000-8000-0000000000c2',
      verifiedSigners: ['nurse'],
    }),
  ];

  it('leaves what is authorised as it is, and is answered by its own command', () => {
    const { state } = after(...running, bolus(), authorisedBolus);
    expect(state.authorised).toMatchObject({ action: 'set-rate', dose: { value: '3', unit: 'mg/h' } });
    expect(state.bolus).toMatchObject({ action: 'bolus', commandId: COMMAND_ID, rateMlPerHour: 120 });
    expect(when(authorisedBolus, ...running, bolus(), authorisedBolus)).toEqual([]);
  });

  it('must mean the same syringe and weight', () => {
    expect(reasonOf(when(bolus({ concentration: '100-mg', volumeMl: 0.5 }), ...running))).toBe(
      'episode-differs',
    );
  });

  it('is not taken back by a stop that comes when it is over', () => {
    const ended = when(STOP, ...running, bolus(), authorisedBolus);
    expect(names(ended)).toEqual(['stop-ordered', 'authorisation-withdrawn']);
  });
});
