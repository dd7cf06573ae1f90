import fc from 'fast-check';
import {
  boundsOf,
  PROTOCOL_WIDTHS,
  REQUEST_WIDTHS,
  type DrugProtocol,
  type ProtocolAnswer,
  type ProtocolRequest,
  type Width,
} from '../src/domain/protocol/index.js';
import { NITROPRUSSIDE } from './protocols.js';

const any = (width: Width) => {
  const [min, max] = boundsOf(width);
  return fc.oneof(fc.bigInt({ min, max }), fc.constantFrom(min, max, 0n, 1n));
};

/** Any numbers that the contract's integers can hold. */
const wild: fc.Arbitrary<DrugProtocol> = fc
  .record(
    Object.fromEntries(
      Object.entries(PROTOCOL_WIDTHS).map(([field, width]) => [field, any(width)]),
    ) as Record<keyof typeof PROTOCOL_WIDTHS, fc.Arbitrary<bigint>>,
  )
  .map((numbers) => ({ ...NITROPRUSSIDE, ...numbers, leaseMs: numbers.leaseMs || 1n }));

/** Numbers of the size that a ward has, so that every bound binds sometimes. */
const tame: fc.Arbitrary<DrugProtocol> = fc
  .record({
    alpha: fc.bigInt({ min: -50_000n, max: 50_000n }),
    beta: fc.bigInt({ min: -90_000n, max: 90_000n }),
    gamma: fc.bigInt({ min: -50_000n, max: 50_000n }),
    intercept: fc.bigInt({ min: -9_000_000_000n, max: 9_000_000_000n }),
    heartRateReference: fc.bigInt({ min: 0n, max: 100_000n }),
    saturationReference: fc.bigInt({ min: 0n, max: 100_000n }),
    doseLow: fc.bigInt({ min: 0n, max: 500n }),
    doseHigh: fc.bigInt({ min: 500n, max: 9_000n }),
    maxRise: fc.bigInt({ min: 0n, max: 3_000n }),
    maxFall: fc.bigInt({ min: 0n, max: 3_000n }),
    cumulativeCap: fc.bigInt({ min: 1n, max: 90_000n }),
    leaseMs: fc.bigInt({ min: 1n, max: 300_000n }),
  })
  .map((numbers) => ({ ...NITROPRUSSIDE, ...numbers }));

export const anyProtocol = fc.oneof(wild, { weight: 3, arbitrary: tame });

/** A seeded stream of 64-bit numbers (splitmix64): a hundred thousand questions are too many for an arbitrary each. */
function stream(seed: bigint): () => bigint {
  let state = BigInt.asUintN(64, seed);
  return () => {
    state = BigInt.asUintN(64, state + 0x9e3779b97f4a7c15n);
    let z = state;
    z = BigInt.asUintN(64, (z ^ (z >> 30n)) * 0xbf58476d1ce4e5b9n);
    z = BigInt.asUintN(64, (z ^ (z >> 27n)) * 0x94d049bb133111ebn);
    return z ^ (z >> 31n);
  };
}

/** Questions of three kinds: as on a ward, at a bound of the protocol and one beside it, and anything at all with extremes. */
export function questionsFor(protocol: DrugProtocol, seed: bigint, count: number): ProtocolRequest[] {
  const next = stream(seed);
  const below = (limit: bigint) => next() % limit;
  const pick = (values: readonly bigint[]) => values[Number(below(BigInt(values.length)))] ?? 0n;
  const anything = (width: Width): bigint => {
    const [min, max] = boundsOf(width);
    if (below(3n) === 0n) return pick([min, max, min + 1n, max - 1n, 0n]);
    const bits = BigInt.asUintN(width === 'uint32' ? 32 : 64, next());
    return width === 'int64' ? BigInt.asIntN(64, bits) : bits;
  };
  const near = (value: bigint, width: Width): bigint => {
    const [min, max] = boundsOf(width);
    const moved = value + pick([-1n, 0n, 1n]);
    return moved < min ? min : moved > max ? max : moved;
  };
  const ward = (): ProtocolRequest => {
    const nowMs = 1_795_176_000_000n + below(1_000_000n);
    return {
      heartRate: 30_000n + below(130_000n),
      pressure: 50_000n + below(160_000n),
      saturation: 84_000n + below(17_000n),
      measuredAtMs: nowMs + 1_500n - below(33_000n),
      nowMs,
      previousDose: below(9_000n),
      previousAtMs: nowMs + 100n - below(70_000n),
      delivered: below(100_000n),
    };
  };
  const bounds: readonly (readonly [keyof ProtocolRequest, keyof typeof PROTOCOL_WIDTHS])[] = [
    ['heartRate', 'heartRateLow'],
    ['heartRate', 'heartRateHigh'],
    ['pressure', 'pressureLow'],
    ['pressure', 'pressureHigh'],
    ['pressure', 'freeFallBelow'],
    ['pressure', 'freeFallAbove'],
    ['saturation', 'saturationLow'],
    ['saturation', 'saturationHigh'],
    ['previousDose', 'doseHigh'],
    ['delivered', 'cumulativeCap'],
  ];
  const atBound = (): ProtocolRequest => {
    const [field, bound] = bounds[Number(below(BigInt(bounds.length)))] ?? ['pressure', 'pressureLow'];
    const question = ward();
    const measuredAtMs = near(question.nowMs - pick([protocol.maxAgeMs, -protocol.maxLeadMs, 0n]), 'uint64');
    const previousAtMs = near(question.nowMs - pick([protocol.stepMs, -protocol.maxLeadMs]), 'uint64');
    return { ...question, measuredAtMs, previousAtMs, [field]: near(protocol[bound], REQUEST_WIDTHS[field]) };
  };
  const wildly = (): ProtocolRequest => {
    const entries = Object.entries(REQUEST_WIDTHS).map(([field, width]) => [field, anything(width)]);
    return { ...ward(), ...(Object.fromEntries(entries) as Partial<ProtocolRequest>) };
  };
  return Array.from({ length: count }, () => {
    const kind = below(10n);
    return kind < 5n ? ward() : kind < 8n ? atBound() : wildly();
  });
}

const word = (value: bigint) => BigInt.asUintN(256, value).toString(16).padStart(64, '0');

/** `preview` as the ABI lays it out, by hand: the library that the adapter uses takes a minute for so many. */
export function encodePreview(
  selector: string,
  protocol: DrugProtocol,
  questions: readonly ProtocolRequest[],
): string {
  const { documentHash, ...numbers } = protocol;
  const fields = Object.keys(PROTOCOL_WIDTHS) as (keyof typeof PROTOCOL_WIDTHS)[];
  const rules = documentHash.slice(2) + fields.map((field) => word(numbers[field])).join('');
  const asked = Object.keys(REQUEST_WIDTHS) as (keyof ProtocolRequest)[];
  const items = questions.map((question) => asked.map((field) => word(question[field])).join(''));
  const offset = word(32n * BigInt(2 + fields.length));
  return `${selector}${rules}${offset}${word(BigInt(questions.length))}${items.join('')}`;
}

/** The words of `preview`'s answer, five for each question, as the adapter would name them. */
export function decodePreview(
  bytes: string,
  verdicts: readonly ProtocolAnswer['verdict'][],
): ProtocolAnswer[] {
  const words = (bytes.slice(2).match(/.{64}/g) ?? []).slice(2).map((hex) => BigInt(`0x${hex}`));
  const answers: ProtocolAnswer[] = [];
  for (let index = 0; index < words.length; index += 5) {
    const [verdict = 9n, limits = 0n, accumulator = 0n, linearDose = 0n, dose = 0n] = words.slice(
      index,
      index + 5,
    );
    answers.push({
      verdict: verdicts[Number(verdict)]!,
      limits,
      accumulator: BigInt.asIntN(256, accumulator),
      linearDose: BigInt.asIntN(256, linearDose),
      dose,
    });
  }
  return answers;
}
