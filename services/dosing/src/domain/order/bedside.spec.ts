import { describe, expect, it } from 'vitest';
import {
  after,
  authorising,
  FACTS,
  names,
  ORDER_ID,
  placing,
  reasonOf,
  signed,
  when,
} from '../../../test/ward.js';
import type { Withdraw } from './index.js';

const holding = (drug: string, concentration: string) => ({
  facts: { association: { ...FACTS.association!, syringe: { drug, concentration } } },
});

describe('an order for a pump whose syringe was recorded', () => {
  it.each(['200 mg in 50 ml', '4 mg/ml', '4000 microgram/ml', '4.000 mg/ml'])(
    'is placed when the label says the same: %s',
    (concentration) => {
      expect(names(when(placing(holding('dopamine', concentration))))).toEqual(['order-placed']);
    },
  );

  it('is refused for another drug, with what is in the syringe', () => {
    const [event] = when(placing(holding('noradrenaline', '200 mg in 50 ml')));
    expect(event).toMatchObject({
      data: { reason: 'pump-not-at-bed', limit: 'noradrenaline', value: 'dopamine' },
    });
  });

  it.each([
    '400 mg in 50 ml',
    '4.001 mg/ml',
    '4 unit/ml',
    '4 mmol/ml',
    '',
    '4',
    'x'.repeat(500),
    '0 mg/ml',
    '4 mg/0 ml',
  ])('is refused for another concentration, or one that cannot be read: %j', (concentration) => {
    expect(reasonOf(when(placing(holding('dopamine', concentration))))).toBe('concentration-unknown');
  });

  it('is not authorised when the syringe was changed meanwhile', () => {
    expect(reasonOf(when(authorising(holding('dopamine', '400 mg in 50 ml')), placing()))).toBe(
      'concentration-unknown',
    );
  });
});

describe('an order that would live too long', () => {
  it('is refused: adapters would refuse it', () => {
    const order = signed({ expiresAt: '2026-11-20T12:10:00.001Z' });
    expect(when(placing({ order }))).toMatchObject([{ data: { reason: 'expired', limit: '10 min' } }]);
    const most = signed({ expiresAt: '2026-11-20T12:10:00.000Z' });
    expect(names(when(placing({ order: most })))).toEqual(['order-placed']);
  });
});

describe('a withdrawal of one order', () => {
  const LATER = '01994f7e-7c00-7000-8000-0000000000b2';
  const withdrawing = (orderId: string): Withdraw => ({
    type: 'withdraw',
    at: '2026-11-20T12:01:00.000Z',
    by: 'nurse',
    cause: 'person',
    reason: 'a test',
    orderId,
  });
  const before = [
    placing(),
    authorising(),
    placing({ orderId: LATER, order: signed({ nonce: 'BBBBBBBBBBBBBBBBBBBBBB' }) }),
  ];

  it('leaves the other one', () => {
    const { state } = after(...before, withdrawing(LATER));
    expect([state.pending?.orderId, state.authorised?.orderId]).toEqual([undefined, ORDER_ID]);
    const other = after(...before, withdrawing(ORDER_ID)).state;
    expect([other.pending?.orderId, other.authorised?.orderId]).toEqual([LATER, undefined]);
  });

  it('says nothing about an order that is none', () => {
    expect(when(withdrawing('01994f7e-7c00-7000-8000-0000000000b9'), ...before)).toEqual([]);
  });
});
