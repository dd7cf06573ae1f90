import { demandDuration, demandNotNegative, ParametersError } from '../errors.js';

/** First order plus dead time: gain · e^(−deadTime·s) / (timeConstant·s + 1). */
export interface FoptdChannel {
  readonly gain: number;
  readonly timeConstantMin: number;
  readonly deadTimeMin: number;
}

/** What one drug does to mean arterial pressure (mmHg) and cardiac output (ml/kg/min), per µg/kg/min. */
export interface FoptdDrug {
  readonly pressure: FoptdChannel;
  readonly output: FoptdChannel;
}

/** A linear small-signal model of two vasoactive drugs. */
export interface FoptdBank {
  readonly name: string;
  /** Whether the numbers were found in a source that was read. */
  readonly verified: boolean;
  readonly source: string;
  readonly sodiumNitroprusside: FoptdDrug;
  readonly dopamine: FoptdDrug;
}

const channel = (gain: number, timeConstantMin: number, deadTimeMin: number): FoptdChannel => ({
  gain,
  timeConstantMin,
  deadTimeMin,
});

/**
 * Typical gains and times for sodium nitroprusside and dopamine, **unverified**: the structure is that of Yu, Roy,
 * Kaufman and Bequette 1992, the numbers are from memory and must not be published as theirs (reference section 1.2).
 */
export const FOPTD_LITERATURE_TYPICAL_UNVERIFIED: FoptdBank = {
  name: 'FOPTD-2x2, literature-typical, unverified',
  verified: false,
  source: 'structure: Yu 1992; numbers: from memory, not confirmed in any source',
  sodiumNitroprusside: { pressure: channel(-6, 0.67, 0.75), output: channel(12, 0.67, 0.75) },
  dopamine: { pressure: channel(3, 2, 1), output: channel(5, 5, 1) },
};

export interface VasoactiveRates {
  readonly sodiumNitroprussideMicrogramPerKgPerMin: number;
  readonly dopamineMicrogramPerKgPerMin: number;
}

/** Changes against the state without both drugs. */
export interface FoptdOutput {
  readonly pressureMmHg: number;
  readonly outputMlPerKgPerMin: number;
}

/** A rate and since when it runs. */
interface RateChange extends VasoactiveRates {
  readonly sinceMin: number;
}

/**
 * Where the four channels stand, and the rates that have not yet passed the longest dead time. The dead time is kept as
 * changes of rate with their times and not as a row of samples, so steps of any length are exact.
 */
export interface FoptdState {
  readonly timeMin: number;
  readonly changes: readonly RateChange[];
  readonly values: readonly [number, number, number, number];
}

export const FOPTD_AT_REST: FoptdState = { timeMin: 0, changes: [], values: [0, 0, 0, 0] };

type Channels = readonly [FoptdChannel, FoptdChannel, FoptdChannel, FoptdChannel];

function channelsOf({ sodiumNitroprusside: snp, dopamine }: FoptdBank): Channels {
  return [snp.pressure, snp.output, dopamine.pressure, dopamine.output];
}

/** @throws {ParametersError} unless time constants are above 0, dead times at least 0 and all gains finite. */
export function demandBank(bank: FoptdBank): void {
  for (const { gain, timeConstantMin, deadTimeMin } of channelsOf(bank)) {
    const sound =
      Number.isFinite(gain) && timeConstantMin > 0 && deadTimeMin >= 0 && Number.isFinite(deadTimeMin);
    if (!sound) throw new ParametersError(`${bank.name} has a channel without meaning`);
  }
}

/**
 * The state after minutes at constant rates; exact for every length, so two steps are as good as one.
 *
 * @throws {InfusionError} for a negative rate, {StepError} for time that runs backwards.
 */
export function advanceFoptd(
  bank: FoptdBank,
  state: FoptdState,
  minutes: number,
  rates: VasoactiveRates,
): FoptdState {
  demandDuration(minutes, 'min');
  demandNotNegative(rates.sodiumNitroprussideMicrogramPerKgPerMin, 'sodium nitroprusside');
  demandNotNegative(rates.dopamineMicrogramPerKgPerMin, 'dopamine');
  const changes = withChange(state, rates);
  const end = state.timeMin + minutes;
  const [a, b, c, d] = channelsOf(bank);
  const nitroprusside = (change: RateChange): number => change.sodiumNitroprussideMicrogramPerKgPerMin;
  const dopamine = (change: RateChange): number => change.dopamineMicrogramPerKgPerMin;
  const next = (of: FoptdChannel, value: number, rate: (change: RateChange) => number): number =>
    advanceChannel(of, value, [state.timeMin, end], changes, rate);
  const values = [
    next(a, state.values[0], nitroprusside),
    next(b, state.values[1], nitroprusside),
    next(c, state.values[2], dopamine),
    next(d, state.values[3], dopamine),
  ] as const;
  const longest = Math.max(a.deadTimeMin, b.deadTimeMin, c.deadTimeMin, d.deadTimeMin);
  return { timeMin: end, changes: stillNeeded(changes, end - longest), values };
}

function withChange(state: FoptdState, rates: VasoactiveRates): readonly RateChange[] {
  const last = state.changes.at(-1);
  const same =
    rates.sodiumNitroprussideMicrogramPerKgPerMin === (last?.sodiumNitroprussideMicrogramPerKgPerMin ?? 0) &&
    rates.dopamineMicrogramPerKgPerMin === (last?.dopamineMicrogramPerKgPerMin ?? 0);
  if (same) return state.changes;
  const { sodiumNitroprussideMicrogramPerKgPerMin, dopamineMicrogramPerKgPerMin } = rates;
  const change = {
    sinceMin: state.timeMin,
    sodiumNitroprussideMicrogramPerKgPerMin,
    dopamineMicrogramPerKgPerMin,
  };
  return [...state.changes, change];
}

/** The last change that every channel has felt, and all later ones. */
function stillNeeded(changes: readonly RateChange[], feltUntilMin: number): readonly RateChange[] {
  const felt = changes.findLastIndex(({ sinceMin }) => sinceMin <= feltUntilMin);
  return felt > 0 ? changes.slice(felt) : changes;
}

/** One channel through a stretch of time, change by change as they arrive after the dead time. */
function advanceChannel(
  { gain, timeConstantMin, deadTimeMin }: FoptdChannel,
  value: number,
  [begin, end]: readonly [number, number],
  changes: readonly RateChange[],
  rate: (change: RateChange) => number,
): number {
  let result = value;
  let time = begin;
  let target = 0;
  for (const change of changes) {
    const arrives = Math.min(end, change.sinceMin + deadTimeMin);
    if (arrives > time) {
      result = target + (result - target) * Math.exp(-(arrives - time) / timeConstantMin);
      time = arrives;
    }
    if (change.sinceMin + deadTimeMin > end) return result;
    target = gain * rate(change);
  }
  return target + (result - target) * Math.exp(-(end - time) / timeConstantMin);
}

export function foptdOutput({
  values: [snpPressure, snpOutput, dopaminePressure, dopamineOutput],
}: FoptdState): FoptdOutput {
  return {
    pressureMmHg: snpPressure + dopaminePressure,
    outputMlPerKgPerMin: snpOutput + dopamineOutput,
  };
}

/** Rates that would hold a target for ever, and whether they can be given. */
export interface TargetFeasibility extends VasoactiveRates {
  /** `below-zero`: a drug would have to be taken away. `above-limit`: more than the limit that was given. */
  readonly outcome: 'feasible' | 'below-zero' | 'above-limit';
}

/**
 * Whether changes of pressure and output can be held by the two drugs together, and the rates for it.
 *
 * Not every pair can: both drugs act on both. A screen that takes targets must show the answer before it accepts them.
 *
 * @throws {ParametersError} for a bank whose gains cannot be inverted.
 */
export function feasibilityOf(
  bank: FoptdBank,
  target: FoptdOutput,
  limits: VasoactiveRates = {
    sodiumNitroprussideMicrogramPerKgPerMin: Infinity,
    dopamineMicrogramPerKgPerMin: Infinity,
  },
): TargetFeasibility {
  const [k11, k21, k12, k22] = channelsOf(bank).map(({ gain }) => gain) as [number, number, number, number];
  const determinant = k11 * k22 - k12 * k21;
  if (determinant === 0) throw new ParametersError(`the gains of ${bank.name} cannot be inverted`);
  const { pressureMmHg, outputMlPerKgPerMin } = target;
  const nitroprusside = (k22 * pressureMmHg - k12 * outputMlPerKgPerMin) / determinant;
  const dopamine = (k11 * outputMlPerKgPerMin - k21 * pressureMmHg) / determinant;
  const rates = {
    // −0 is 0 for whoever prints it.
    sodiumNitroprussideMicrogramPerKgPerMin: nitroprusside + 0,
    dopamineMicrogramPerKgPerMin: dopamine + 0,
  };
  if (nitroprusside < 0 || dopamine < 0) return { outcome: 'below-zero', ...rates };
  const above =
    nitroprusside > limits.sodiumNitroprussideMicrogramPerKgPerMin ||
    dopamine > limits.dopamineMicrogramPerKgPerMin;
  return { outcome: above ? 'above-limit' : 'feasible', ...rates };
}
