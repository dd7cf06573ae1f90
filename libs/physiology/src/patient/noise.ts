import { nextNormal, type RandomState } from './random.js';

/** How a monitor's readings wander about the truth. All numbers are our assumption; no source was found. */
export interface NoiseParameters {
  readonly heartRateSdPerMin: number;
  readonly pressureSdMmHg: number;
  /** Time in which a deviation forgets itself. */
  readonly correlationSeconds: number;
}

export const DEFAULT_NOISE: NoiseParameters = {
  heartRateSdPerMin: 1.5,
  pressureSdMmHg: 2,
  correlationSeconds: 20,
};

/** The deviations of now, and the chance that is still to come. */
export interface NoiseState {
  readonly generator: RandomState;
  readonly heartRatePerMin: number;
  readonly pressureMmHg: number;
}

export function noiseFrom(generator: RandomState, parameters: NoiseParameters): NoiseState {
  const [heartRate, second] = nextNormal(generator);
  const [pressure, after] = nextNormal(second);
  return {
    generator: after,
    heartRatePerMin: heartRate * parameters.heartRateSdPerMin,
    pressureMmHg: pressure * parameters.pressureSdMmHg,
  };
}

/** One second later: first-order autoregressive, so its spread stays the same however long it runs. */
export function advanceNoise(state: NoiseState, parameters: NoiseParameters): NoiseState {
  const kept = Math.exp(-1 / parameters.correlationSeconds);
  const fresh = Math.sqrt(1 - kept * kept);
  const { generator, heartRatePerMin, pressureMmHg } = noiseFrom(state.generator, parameters);
  return {
    generator,
    heartRatePerMin: kept * state.heartRatePerMin + fresh * heartRatePerMin,
    pressureMmHg: kept * state.pressureMmHg + fresh * pressureMmHg,
  };
}
