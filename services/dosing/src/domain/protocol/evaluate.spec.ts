import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  NITROPRUSSIDE,
  NOON_MS,
  QUESTION,
  REFERENCE_VECTORS,
  UNBOUNDED,
  asked,
} from '../../../test/protocols.js';
import {
  boundsOf,
  evaluateProtocol,
  fieldsOutOfRange,
  LIMIT,
  PROTOCOL_WIDTHS,
  REQUEST_WIDTHS,
  type Width,
} from './index.js';

const ask = (change: Partial<typeof QUESTION> = {}, protocol = NITROPRUSSIDE) =>
  evaluateProtocol(protocol, { ...QUESTION, ...change });

describe('the arithmetic of a protocol', () => {
  it.each(REFERENCE_VECTORS)('gives the reference: $vitals × $weights', (vector) => {
    const { protocol, request } = asked(vector);
    const { accumulator, linearDose, dose } = vector;
    expect(evaluateProtocol(protocol, request)).toMatchObject({
      verdict: 'dose',
      accumulator,
      linearDose,
      dose,
    });
  });

  it('doses a healthy patient when it is the formula as printed, and does not with reference values', () => {
    const weights = { alpha: 12_000n, beta: 5_000n, gamma: 1_000n };
    const healthy = { heartRate: 75_000n, pressure: 90_000n, saturation: 98_000n, previousDose: 0n };
    expect(ask(healthy, { ...UNBOUNDED, ...weights }).dose).toBe(1_448n);
    const references = {
      heartRateReference: 75_000n,
      pressureReference: 90_000n,
      saturationReference: 98_000n,
    };
    expect(ask(healthy, { ...UNBOUNDED, ...weights, ...references }).dose).toBe(0n);
  });

  it('is the same algebra with an intercept as with reference values', () => {
    const weights = { alpha: 123n, beta: -456n, gamma: 789n };
    const references = {
      heartRateReference: 70_000n,
      pressureReference: 65_000n,
      saturationReference: 95_000n,
    };
    const intercept = -(123n * 70_000n - 456n * 65_000n + 789n * 95_000n);
    expect(ask({}, { ...UNBOUNDED, ...weights, ...references })).toEqual(
      ask({}, { ...UNBOUNDED, ...weights, intercept }),
    );
  });
});

describe('a patient on nitroprusside by protocol', () => {
  it('gets what the pressure asks for', () => {
    expect(ask()).toEqual({
      verdict: 'dose',
      limits: 0n,
      accumulator: 1_000_000_000n,
      linearDose: 1_000n,
      dose: 1_000n,
    });
  });

  it.each([
    ['a pressure of 30 s ago', { measuredAtMs: NOON_MS - 30_000n }, 'dose'],
    ['an older one', { measuredAtMs: NOON_MS - 30_001n }, 'stale'],
    ['a monitor that is a second ahead', { measuredAtMs: NOON_MS + 1_000n }, 'dose'],
    ['a monitor that is further ahead', { measuredAtMs: NOON_MS + 1_001n }, 'clock-ahead'],
    ['a dose that was set tomorrow', { previousAtMs: NOON_MS + 86_400_000n }, 'clock-ahead'],
    ['the lowest pressure of the protocol', { pressure: 60_000n }, 'dose'],
    ['a pressure below it', { pressure: 59_999n }, 'condition-not-met'],
    ['a saturation below its threshold', { saturation: 84_999n }, 'condition-not-met'],
    ['a heart that races', { heartRate: 150_001n }, 'condition-not-met'],
  ] as const)('%s', (_, change, verdict) => {
    const answer = ask(change);
    expect(answer.verdict).toBe(verdict);
    if (verdict !== 'dose') expect(answer).toMatchObject({ dose: 0n, limits: 0n });
  });

  it.each([
    ['rises by one step at most', { pressure: 180_000n }, 1_800n, LIMIT.rise],
    [
      'stays until the step is over',
      { pressure: 180_000n, previousAtMs: NOON_MS - 29_999n },
      800n,
      LIMIT.rise,
    ],
    ['falls by one step at most', { pressure: 90_000n, previousDose: 4_000n }, 3_000n, LIMIT.fall],
    [
      'falls at once when the pressure is below the guard',
      { pressure: 69_999n, previousDose: 4_000n },
      0n,
      LIMIT.low,
    ],
    [
      'never stays above the top, whatever ran before',
      { pressure: 199_000n, previousDose: 50_000n },
      10_000n,
      LIMIT.fall | LIMIT.high,
    ],
    ['ends where the cap leaves nothing', { delivered: 500_000n }, 0n, LIMIT.cumulativeCap],
    [
      'shrinks to what the cap leaves for the whole lease',
      { delivered: 499_001n },
      666n,
      LIMIT.cumulativeCap,
    ],
  ] as const)('%s', (_, change, dose, limits) => {
    expect(ask(change)).toMatchObject({ verdict: 'dose', dose, limits });
  });
});

describe('any protocol and any vitals', () => {
  const within = <F extends string>(widths: Readonly<Record<F, Width>>): fc.Arbitrary<Record<F, bigint>> => {
    const fields = Object.entries<Width>(widths).map(([field, width]) => {
      const [min, max] = boundsOf(width);
      const anyValue = fc.bigInt({ min, max });
      return [field, fc.oneof(anyValue, fc.constantFrom(min, max), fc.bigInt({ min: 1n, max: 99_999n }))];
    });
    return fc.record(Object.fromEntries(fields) as Record<F, fc.Arbitrary<bigint>>) as fc.Arbitrary<
      Record<F, bigint>
    >;
  };
  const anyProtocol = within<keyof typeof PROTOCOL_WIDTHS>(PROTOCOL_WIDTHS);
  const anyQuestion = within<keyof typeof REQUEST_WIDTHS>(REQUEST_WIDTHS);

  it('never give more than the highest dose, and nothing without the verdict', () => {
    fc.assert(
      fc.property(anyProtocol, anyQuestion, (numbers, request) => {
        const doseHigh = numbers.doseHigh < numbers.doseLow ? numbers.doseLow : numbers.doseHigh;
        const protocol = { ...UNBOUNDED, ...numbers, doseHigh, leaseMs: numbers.leaseMs || 1n };
        const answer = evaluateProtocol(protocol, request);
        expect(answer.dose).toBeGreaterThanOrEqual(0n);
        expect(answer.dose).toBeLessThanOrEqual(protocol.doseHigh);
        if (answer.verdict !== 'dose') expect(answer.dose).toBe(0n);
        const most =
          protocol.cumulativeCap > request.delivered ? protocol.cumulativeCap - request.delivered : 0n;
        expect(answer.dose * protocol.leaseMs).toBeLessThanOrEqual(most * 60_000n);
      }),
    );
  });

  it('are told which of their numbers the contract could not take', () => {
    expect(fieldsOutOfRange(QUESTION, REQUEST_WIDTHS)).toEqual([]);
    const wrong = { ...QUESTION, pressure: 2n ** 63n, previousDose: -1n };
    expect(fieldsOutOfRange(wrong, REQUEST_WIDTHS)).toEqual(['pressure', 'previousDose']);
  });
});
