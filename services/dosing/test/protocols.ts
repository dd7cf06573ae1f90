import type { DrugProtocol, ProtocolRequest } from '../src/domain/protocol/index.js';

export const NOON_MS = 1_795_176_000_000n;
const FAR = 2n ** 62n;

/** A protocol that bounds nothing, so that a test sees what it is about. */
export const UNBOUNDED: DrugProtocol = {
  documentHash: `0x${'11'.repeat(32)}`,
  heartRateLow: -FAR,
  heartRateHigh: FAR,
  pressureLow: -FAR,
  pressureHigh: FAR,
  saturationLow: -FAR,
  saturationHigh: FAR,
  alpha: 0n,
  beta: 0n,
  gamma: 0n,
  heartRateReference: 0n,
  pressureReference: 0n,
  saturationReference: 0n,
  intercept: 0n,
  doseLow: 0n,
  doseHigh: 10_000n,
  maxRise: 4_000_000_000n,
  maxFall: 4_000_000_000n,
  stepMs: 1n,
  freeFallBelow: -FAR,
  freeFallAbove: FAR,
  cumulativeCap: FAR,
  leaseMs: 60_000n,
  maxAgeMs: 30_000n,
  maxLeadMs: 1_000n,
};

/** Nitroprusside: nothing at 80 mmHg, 50 ng/kg/min more for each mmHg above it, 1,000 for each step of 30 s. Invented. */
export const NITROPRUSSIDE: DrugProtocol = {
  ...UNBOUNDED,
  documentHash: `0x${'22'.repeat(32)}`,
  heartRateLow: 40_000n,
  heartRateHigh: 150_000n,
  pressureLow: 60_000n,
  pressureHigh: 200_000n,
  saturationLow: 85_000n,
  saturationHigh: 100_000n,
  beta: 50_000n,
  pressureReference: 80_000n,
  maxRise: 1_000n,
  maxFall: 1_000n,
  stepMs: 30_000n,
  freeFallBelow: 70_000n,
  cumulativeCap: 500_000n,
  leaseMs: 90_000n,
};

export const QUESTION: ProtocolRequest = {
  heartRate: 80_000n,
  pressure: 100_000n,
  saturation: 97_000n,
  measuredAtMs: NOON_MS - 2_000n,
  nowMs: NOON_MS,
  previousDose: 800n,
  previousAtMs: NOON_MS - 60_000n,
  delivered: 0n,
};

/** What was reckoned independently of this code: thousandths of vitals, millionths of coefficients, and what comes out. */
export interface ReferenceVector {
  readonly vitals: readonly [heartRate: bigint, pressure: bigint, saturation: bigint];
  readonly weights: readonly [alpha: bigint, beta: bigint, gamma: bigint];
  readonly intercept: bigint;
  readonly accumulator: bigint;
  readonly linearDose: bigint;
  /** Clamped to 0..10000. */
  readonly dose: bigint;
}

export const REFERENCE_VECTORS: readonly ReferenceVector[] = [
  {
    vitals: [80_000n, 75_000n, 97_000n],
    weights: [12_000n, -20_000n, 5_000n],
    intercept: 0n,
    accumulator: -55_000_000n,
    linearDose: -55n,
    dose: 0n,
  },
  {
    vitals: [143_500n, 52_300n, 88_100n],
    weights: [12_345n, -20_001n, -777n],
    intercept: 0n,
    accumulator: 657_001_500n,
    linearDose: 657n,
    dose: 657n,
  },
  {
    vitals: [61_234n, 110_987n, 99_500n],
    weights: [-1_500n, -33_333n, 0n],
    intercept: 4_000_000_000n,
    accumulator: 208_619_329n,
    linearDose: 208n,
    dose: 208n,
  },
  {
    vitals: [61_234n, 110_987n, 99_500n],
    weights: [-1_500n, -33_333n, 10n],
    intercept: 0n,
    accumulator: -3_790_385_671n,
    linearDose: -3_790n,
    dose: 0n,
  },
];

/** A vector of the reference as a protocol and a question. */
export function asked({ vitals, weights, intercept }: ReferenceVector): {
  protocol: DrugProtocol;
  request: ProtocolRequest;
} {
  const [alpha, beta, gamma] = weights;
  const [heartRate, pressure, saturation] = vitals;
  return {
    protocol: { ...UNBOUNDED, alpha, beta, gamma, intercept },
    request: { ...QUESTION, heartRate, pressure, saturation, previousDose: 0n },
  };
}
