import {
  LIMIT,
  type DrugProtocol,
  type ProtocolAnswer,
  type ProtocolRequest,
  type ProtocolVerdict,
} from './protocol.js';

/**
 * The dose that a protocol gives for these vitals: the contract's arithmetic in BigInt, to the last digit. Division truncates
 * towards zero on both sides, and there is one in the linear part, at its end.
 *
 * Demands values that fit the contract's widths (`fieldsOutOfRange`); beyond them the contract has no answer.
 *
 * The formula as the method prints it (Algorithm 2, step iv; intercept and references zero) doses a healthy patient; see
 * DrugProtocol.sol.
 */
export function evaluateProtocol(protocol: DrugProtocol, request: ProtocolRequest): ProtocolAnswer {
  const accumulator =
    protocol.intercept +
    protocol.alpha * (request.heartRate - protocol.heartRateReference) +
    protocol.beta * (request.pressure - protocol.pressureReference) +
    protocol.gamma * (request.saturation - protocol.saturationReference);
  const linearDose = accumulator / 1_000_000n;
  const verdict = judge(protocol, request);
  const bounded = verdict === 'dose' ? bound(protocol, request, linearDose) : { dose: 0n, limits: 0n };
  return { verdict, limits: bounded.limits, accumulator, linearDose, dose: bounded.dose };
}

/** Clocks before freshness, freshness before the condition: old vitals meet no condition. */
function judge(protocol: DrugProtocol, request: ProtocolRequest): ProtocolVerdict {
  const latest = request.nowMs + protocol.maxLeadMs;
  if (request.measuredAtMs > latest || request.previousAtMs > latest) return 'clock-ahead';
  if (request.nowMs > request.measuredAtMs + protocol.maxAgeMs) return 'stale';
  const met =
    request.heartRate >= protocol.heartRateLow &&
    request.heartRate <= protocol.heartRateHigh &&
    request.pressure >= protocol.pressureLow &&
    request.pressure <= protocol.pressureHigh &&
    request.saturation >= protocol.saturationLow &&
    request.saturation <= protocol.saturationHigh;
  return met ? 'dose' : 'condition-not-met';
}

/** Range, then rate of change, then the range's top again (a dose from elsewhere may be above it), then the cap. */
function bound(
  protocol: DrugProtocol,
  request: ProtocolRequest,
  linear: bigint,
): { dose: bigint; limits: bigint } {
  let dose = linear;
  let limits = 0n;
  const become = (value: bigint, limit: bigint) => {
    dose = value;
    limits |= limit;
  };

  if (dose < protocol.doseLow) become(protocol.doseLow, LIMIT.low);
  else if (dose > protocol.doseHigh) become(protocol.doseHigh, LIMIT.high);

  const stepOver = request.nowMs >= request.previousAtMs + protocol.stepMs;
  const highest = request.previousDose + (stepOver ? protocol.maxRise : 0n);
  const fall = stepOver ? protocol.maxFall : 0n;
  const freeFall = request.pressure < protocol.freeFallBelow || request.pressure > protocol.freeFallAbove;
  if (dose > highest) become(highest, LIMIT.rise);
  else if (!freeFall && dose + fall < request.previousDose) become(request.previousDose - fall, LIMIT.fall);
  if (dose > protocol.doseHigh) become(protocol.doseHigh, LIMIT.high);

  const left = protocol.cumulativeCap > request.delivered ? protocol.cumulativeCap - request.delivered : 0n;
  const affordable = (left * 60_000n) / protocol.leaseMs;
  if (dose > affordable) become(affordable, LIMIT.cumulativeCap);
  return { dose, limits };
}
