/**
 * One protocol for one drug: the numbers by which a dose follows from vitals. The same fields, in the same order and units,
 * as `Protocol` in contracts/solidity/DrugProtocol.sol, which explains each.
 *
 * Vitals in thousandths of their unit, coefficients in 1e-6 µg/kg/min for each unit, the intercept in 1e-9 µg/kg/min, doses in
 * ng/kg/min, the cap in ng/kg.
 */
export interface DrugProtocol {
  /** SHA-256 of the released document, 0x and 64 hexadecimal digits. */
  readonly documentHash: string;
  readonly heartRateLow: bigint;
  readonly heartRateHigh: bigint;
  readonly pressureLow: bigint;
  readonly pressureHigh: bigint;
  readonly saturationLow: bigint;
  readonly saturationHigh: bigint;
  readonly alpha: bigint;
  readonly beta: bigint;
  readonly gamma: bigint;
  readonly heartRateReference: bigint;
  readonly pressureReference: bigint;
  readonly saturationReference: bigint;
  readonly intercept: bigint;
  readonly doseLow: bigint;
  readonly doseHigh: bigint;
  readonly maxRise: bigint;
  readonly maxFall: bigint;
  readonly stepMs: bigint;
  readonly freeFallBelow: bigint;
  readonly freeFallAbove: bigint;
  readonly cumulativeCap: bigint;
  readonly leaseMs: bigint;
  readonly maxAgeMs: bigint;
  readonly maxLeadMs: bigint;
}

/** What is asked: a patient's vitals and what was given before. As `Request` of the contract. */
export interface ProtocolRequest {
  readonly heartRate: bigint;
  readonly pressure: bigint;
  readonly saturation: bigint;
  readonly measuredAtMs: bigint;
  readonly nowMs: bigint;
  readonly previousDose: bigint;
  readonly previousAtMs: bigint;
  readonly delivered: bigint;
}

/** In the order of the contract's enum. */
export const PROTOCOL_VERDICTS = ['dose', 'clock-ahead', 'stale', 'condition-not-met'] as const;
export type ProtocolVerdict = (typeof PROTOCOL_VERDICTS)[number];

/** Which bounds changed a dose; an answer's `limits` is their sum. */
export const LIMIT = { low: 1n, high: 2n, rise: 4n, fall: 8n, cumulativeCap: 16n } as const;

/** The answer. Without the verdict `dose` the dose is zero and means nothing: it is not an order to stop. */
export interface ProtocolAnswer {
  readonly verdict: ProtocolVerdict;
  readonly limits: bigint;
  readonly accumulator: bigint;
  readonly linearDose: bigint;
  readonly dose: bigint;
}

/** How wide a field is on the chain; what does not fit there has no answer here either. */
export type Width = 'int64' | 'uint64' | 'uint32';

const WIDTHS: Readonly<Record<Width, readonly [low: bigint, high: bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
};

type Numbers<T> = { readonly [Field in keyof T as T[Field] extends bigint ? Field : never]: Width };

export const PROTOCOL_WIDTHS: Numbers<DrugProtocol> = {
  heartRateLow: 'int64',
  heartRateHigh: 'int64',
  pressureLow: 'int64',
  pressureHigh: 'int64',
  saturationLow: 'int64',
  saturationHigh: 'int64',
  alpha: 'int64',
  beta: 'int64',
  gamma: 'int64',
  heartRateReference: 'int64',
  pressureReference: 'int64',
  saturationReference: 'int64',
  intercept: 'int64',
  doseLow: 'uint32',
  doseHigh: 'uint32',
  maxRise: 'uint32',
  maxFall: 'uint32',
  stepMs: 'uint32',
  freeFallBelow: 'int64',
  freeFallAbove: 'int64',
  cumulativeCap: 'uint64',
  leaseMs: 'uint32',
  maxAgeMs: 'uint64',
  maxLeadMs: 'uint64',
};

export const REQUEST_WIDTHS: Numbers<ProtocolRequest> = {
  heartRate: 'int64',
  pressure: 'int64',
  saturation: 'int64',
  measuredAtMs: 'uint64',
  nowMs: 'uint64',
  previousDose: 'uint32',
  previousAtMs: 'uint64',
  delivered: 'uint64',
};

/** The fields of a protocol or request that do not fit into what the contract takes; empty when all do. */
export function fieldsOutOfRange<Fields extends string>(
  values: Readonly<Record<NoInfer<Fields>, bigint>>,
  widths: Readonly<Record<Fields, Width>>,
): readonly Fields[] {
  // Object.keys gives the keys that the record's type names.
  return (Object.keys(widths) as Fields[]).filter((field) => {
    const [low, high] = WIDTHS[widths[field]];
    return values[field] < low || values[field] > high;
  });
}

/** The smallest and the greatest value of a width, for those who try extremes. */
export function boundsOf(width: Width): readonly [low: bigint, high: bigint] {
  return WIDTHS[width];
}
