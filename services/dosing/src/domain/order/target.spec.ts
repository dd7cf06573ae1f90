import type { PumpOrder } from '@bcmed/events';
import { describe, expect, it } from 'vitest';
import { after, authorising, names, placing, reasonOf, signed, when } from '../../../test/ward.js';
import type { PlaceOrder } from './index.js';

/** Propofol 300 microgram/kg/min for 70 kg from 10 mg/ml is 126 ml/h: the ceiling. */
const TARGET = {
  model: 'propofol-schnider',
  site: 'effect',
  concentration: '3',
  unit: 'microgram/ml',
  ageYears: 40,
  heightCm: 170,
  sex: 'male',
} as const;
const order = (change: Partial<PumpOrder> = {}) =>
  signed(
    {
      action: 'set-target',
      drug: 'propofol',
      careArea: 'anaesthesia',
      concentration: 'neat',
      weightKg: '70',
      dose: { value: '300', unit: 'microgram/kg/min' },
      rateMlPerHour: 126,
      volumeMl: 50,
      target: TARGET,
      untilAt: '2026-11-20T16:00:00.000Z',
      ...change,
    },
    ['nurse'],
  );
const placed = (change: Partial<PumpOrder> = {}, more: Parameters<typeof placing>[0] = {}): PlaceOrder =>
  placing({ ...more, order: order(change) });
const target = (change: Partial<NonNullable<PumpOrder['target']>>) => ({ target: { ...TARGET, ...change } });
const authorised = authorising({ order: order(), verifiedSigners: ['nurse'] });

describe('a target', () => {
  it.each<[string, Partial<PumpOrder>, string]>([
    ['for a patient for whom the model holds, below a ceiling of the library', {}, 'order-placed'],
    [
      'whose ceiling is above the hard limit',
      { dose: { value: '301', unit: 'microgram/kg/min' }, rateMlPerHour: 126.4 },
      'above-hard-limit',
    ],
    ['whose ceiling is not its dose', { rateMlPerHour: 127 }, 'rate-differs'],
    ['without a ceiling as a dose', { dose: undefined }, 'dose-missing'],
    ['of a model that nobody has', target({ model: 'propofol-mine' }), 'target-unusable'],
    ['of a model of another drug', target({ model: 'remifentanil-minto' }), 'target-unusable'],
    ['in the unit of another model', target({ unit: 'ng/ml' }), 'target-unusable'],
    ['ten times too high by a slipped point', target({ concentration: '30' }), 'target-unusable'],
    ['of nothing', target({ concentration: '0' }), 'target-unusable'],
    ['for a child, by a model of adults', target({ ageYears: 6, heightCm: 115 }), 'target-unusable'],
    ['with a volume of nothing', { volumeMl: 0 }, 'target-unusable'],
    ['without a weight', { weightKg: undefined }, 'weight-missing'],
    ['that has ended', { untilAt: '2026-11-20T11:00:00.000Z' }, 'target-unusable'],
    ['for more than a day', { untilAt: '2026-11-22T12:00:00.000Z' }, 'target-unusable'],
    ['that never ends', { untilAt: undefined }, 'text-unreadable'],
    ['without a target', { target: undefined }, 'text-unreadable'],
  ])('%s', (_, change, answer) => {
    expect(reasonOf(when(placed(change)))).toBe(answer);
  });

  it('stands in no other order', () => {
    expect(reasonOf(when(placing({ order: signed(target({})) })))).toBe('text-unreadable');
  });

  it('is authorised with what it is reckoned by, from the stream alone', () => {
    const [event] = when(authorised, placed());
    expect(event).toMatchObject({
      name: 'infusion-authorised',
      data: { action: 'set-target', amountPerMl: 10, rateMlPerHour: 126 },
    });
  });
});

describe('a pump that is steered', () => {
  const other = { orderId: '01994f7e-7c00-7000-8000-0000000000b2', facts: { setRateMlPerHour: 88.1 } };
  const change = { nonce: 'D'.repeat(22) };
  const steered = [placed(), authorised];

  it.each(['start', 'set-vtbi', 'bolus'] as const)('takes no %s', (action) => {
    const values = {
      start: { rateMlPerHour: undefined, volumeMl: undefined },
      'set-vtbi': { rateMlPerHour: undefined },
      bolus: { rateMlPerHour: 100 },
    }[action];
    const text = { ...change, ...values, action, target: undefined, untilAt: undefined };
    const command = placed(action === 'bolus' ? text : { ...text, dose: undefined }, other);
    expect(reasonOf(when(command, ...steered))).toBe('pump-steered');
  });

  it('takes a rate or another target, whatever the last step was', () => {
    const text = order({ ...change, ...target({ concentration: '2.5' }) });
    const again = authorising({
      ...other,
      order: text,
      commandId: '01994f7e-7c00-7000-8000-0000000000c2',
      verifiedSigners: ['nurse'],
    });
    const { events } = after(...steered, placing({ ...other, order: text }), again);
    expect(names(events).slice(3)).toEqual(['order-placed', 'infusion-authorised', 'command-authorised']);
    expect(events.at(-1)!.data).not.toHaveProperty('assumedRateMlPerHour');
  });
});
