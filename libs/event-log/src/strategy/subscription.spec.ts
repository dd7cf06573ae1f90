import { describe, expect, it } from 'vitest';
import { pauseBefore, resolveSubscription } from './subscription.js';

const event = (pattern: string | readonly string[], options: object) =>
  resolveSubscription({ mode: 'event', pattern, options }, 'ward-1');

describe('a subscription', () => {
  it('gets site, stream and defaults filled in', () => {
    expect(event('bcmed.{site}.pump.*.rate-changed', { durable: 'audit-rates' })).toMatchObject({
      filters: ['bcmed.ward-1.pump.*.rate-changed'],
      stream: 'EVENTS',
      tries: 6,
      concurrency: 16,
    });
    expect(event('bcmed-block.{site}.>', { durable: 'audit-blocks', ordered: true })).toMatchObject({
      stream: 'BLOCKS',
      concurrency: 1,
    });
  });

  it.each([
    ['a durable name with a dot', 'bcmed.{site}.>', { durable: 'a.b' }],
    ['a subject of no stream', 'other.>', { durable: 'a' }],
    ['subjects of two streams', ['bcmed.{site}.>', 'bcmed-block.{site}.>'], { durable: 'a' }],
    ['no concurrency', 'bcmed.{site}.>', { durable: 'a', concurrency: 0 }],
    ['a handler of another kind', 'bcmed.{site}.>', undefined],
  ])('with %s is refused', (_, pattern, options) => {
    expect(() => resolveSubscription(options && { mode: 'event', pattern, options }, 'ward-1')).toThrow(
      expect.objectContaining({ code: 'BCM-LOG-SUBSCRIPTION' }),
    );
  });

  it('waits longer and longer between tries, and then always as long', () => {
    expect([2, 3, 4, 9].map((next) => pauseBefore(next, [10, 20, 30]))).toStrictEqual([10, 20, 30, 30]);
  });
});
