import { demandDuration, ParametersError } from '../errors.js';

/**
 * Typical values of the mechanism model of Su 2023 (BJA 131:222) for heart rate, stroke volume and resistance under
 * propofol and remifentanil, as PAS carries it (fork yumuk1989, class Hemo_meca_PD_model); reference section 1.8.
 */
const SU = {
  strokeVolumeMl: 82.2,
  heartRatePerMin: 56.1,
  resistanceMmHgMinPerMl: 0.0163,
  /** Loss of each of the three quantities; production is this times the base value. */
  lossPerMin: 0.072,
  feedbackExponent: -0.661,
  lastingStrokeVolume: 0.0899,
  lastingHeartRate: 0.121,
  lastingDecayPerMin: 0.067,
  /** How much a faster heart fills less. */
  fillingPerLogHeartRate: 0.312,
} as const;

/** Values at rest, awake and without drugs, that a person's model settles at. */
export interface CirculationBaseline {
  readonly heartRatePerMin: number;
  readonly strokeVolumeMl: number;
  readonly meanArterialPressureMmHg: number;
}

/** What the model needs to know about one person; made by {@link circulationOf}. */
export interface Circulation {
  readonly ageYears: number;
  readonly baseHeartRatePerMin: number;
  readonly baseStrokeVolumeMl: number;
  readonly baseResistanceMmHgMinPerMl: number;
  readonly rest: CirculationBaseline;
}

/** The five states. The lasting parts are what being awake adds; they fade once propofol is given. */
export interface CirculationState {
  readonly resistanceMmHgMinPerMl: number;
  readonly strokeVolumeMl: number;
  readonly heartRatePerMin: number;
  readonly lastingStrokeVolumeMl: number;
  readonly lastingHeartRatePerMin: number;
}

/** What a person would measure. */
export interface CirculationOutput {
  readonly heartRatePerMin: number;
  readonly strokeVolumeMl: number;
  readonly meanArterialPressureMmHg: number;
  readonly cardiacOutputLPerMin: number;
  readonly resistanceMmHgMinPerMl: number;
}

/** Plasma concentrations that act on the circulation. */
export interface AnaestheticConcentrations {
  readonly propofolMicrogramPerMl: number;
  readonly remifentanilNgPerMl: number;
}

/** The effect of concentrations on production and loss; it changes only as fast as they do. */
export interface CirculationDrive {
  readonly resistanceProduction: number;
  readonly strokeVolumeProduction: number;
  readonly resistanceLoss: number;
  readonly strokeVolumeLoss: number;
  readonly heartRateLoss: number;
  readonly lastingDecayPerMin: number;
}

/** At rest heart rate 62.9 /min, stroke volume 89.6 ml, pressure 91.8 mmHg: the typical patient of the model. */
export const TYPICAL_BASELINE: CirculationBaseline = {
  heartRatePerMin: SU.heartRatePerMin * (1 + SU.lastingHeartRate),
  strokeVolumeMl: SU.strokeVolumeMl * (1 + SU.lastingStrokeVolume),
  meanArterialPressureMmHg:
    SU.resistanceMmHgMinPerMl *
    SU.heartRatePerMin *
    (1 + SU.lastingHeartRate) *
    SU.strokeVolumeMl *
    (1 + SU.lastingStrokeVolume),
};

/**
 * The model for a person whose values at rest are known. Scaling the typical person to other values at rest is our
 * simplification; the drug effects stay those of the paper.
 *
 * @throws {ParametersError} unless age and baseline are above zero.
 */
export function circulationOf(ageYears: number, rest: CirculationBaseline = TYPICAL_BASELINE): Circulation {
  for (const value of [ageYears, rest.heartRatePerMin, rest.strokeVolumeMl, rest.meanArterialPressureMmHg]) {
    if (!Number.isFinite(value) || value <= 0) {
      throw new ParametersError(
        `a circulation needs values above 0: ${JSON.stringify({ ageYears, ...rest })}`,
      );
    }
  }
  return {
    ageYears,
    baseHeartRatePerMin: rest.heartRatePerMin / (1 + SU.lastingHeartRate),
    baseStrokeVolumeMl: rest.strokeVolumeMl / (1 + SU.lastingStrokeVolume),
    baseResistanceMmHgMinPerMl: rest.meanArterialPressureMmHg / (rest.heartRatePerMin * rest.strokeVolumeMl),
    rest,
  };
}

export function circulationAtRest(circulation: Circulation): CirculationState {
  return {
    resistanceMmHgMinPerMl: circulation.baseResistanceMmHgMinPerMl,
    strokeVolumeMl: circulation.baseStrokeVolumeMl,
    heartRatePerMin: circulation.baseHeartRatePerMin,
    lastingStrokeVolumeMl: circulation.baseStrokeVolumeMl * SU.lastingStrokeVolume,
    lastingHeartRatePerMin: circulation.baseHeartRatePerMin * SU.lastingHeartRate,
  };
}

/**
 * Least factors on production and loss. Our guard: the linear terms of the paper would cross zero at 90 years or above
 * 15 ng/ml of remifentanil, where nobody fitted them, and the model would run away. They bind from 88 years under full
 * propofol, and above 10 ng/ml of remifentanil for the stroke volume and 18 ng/ml for the heart rate.
 */
const LEAST_PRODUCTION = 0.1;
const LEAST_LOSS = 0.4;

function saturating(concentration: number, half: number): number {
  return concentration / (half + concentration);
}

/** The effects E of propofol and remifentanil on production and loss. */
export function circulationDrive(
  circulation: Circulation,
  { propofolMicrogramPerMl: propofol, remifentanilNgPerMl: remifentanil }: AnaestheticConcentrations,
): CirculationDrive {
  const remifentanilOnResistance = saturating(remifentanil, 4.59);
  const steep = propofol > 0 ? 1 / (1 + (3.21 / propofol) ** 1.83) : 0;
  const onStrokeVolume = saturating(propofol, 0.44);
  const ageing = Math.exp(0.0333 * (circulation.ageYears - 35));
  return {
    resistanceProduction: 1 + (-0.778 + remifentanilOnResistance) * steep,
    strokeVolumeProduction: Math.max(LEAST_PRODUCTION, 1 - 0.154 * ageing * onStrokeVolume),
    resistanceLoss: 1 + remifentanilOnResistance,
    strokeVolumeLoss: Math.max(LEAST_LOSS, 1 - (0.0581 - 0.212 * onStrokeVolume) * remifentanil),
    heartRateLoss: Math.max(LEAST_LOSS, 1 - (0.0327 - 0.0119 * saturating(propofol, 0.2)) * remifentanil),
    lastingDecayPerMin: propofol > 0 ? SU.lastingDecayPerMin : 0,
  };
}

export function circulationOutput(circulation: Circulation, state: CirculationState): CirculationOutput {
  const heartRatePerMin = state.heartRatePerMin + state.lastingHeartRatePerMin;
  const strokeVolumeMl =
    (state.strokeVolumeMl + state.lastingStrokeVolumeMl) *
    (1 - SU.fillingPerLogHeartRate * Math.log(heartRatePerMin / circulation.rest.heartRatePerMin));
  const flowMlPerMin = heartRatePerMin * strokeVolumeMl;
  return {
    heartRatePerMin,
    strokeVolumeMl,
    meanArterialPressureMmHg: state.resistanceMmHgMinPerMl * flowMlPerMin,
    cardiacOutputLPerMin: flowMlPerMin / 1000,
    resistanceMmHgMinPerMl: state.resistanceMmHgMinPerMl,
  };
}

/** Change per minute of each state. */
function derivative(
  circulation: Circulation,
  drive: CirculationDrive,
  state: CirculationState,
): CirculationState {
  const { meanArterialPressureMmHg } = circulationOutput(circulation, state);
  const relative = meanArterialPressureMmHg / circulation.rest.meanArterialPressureMmHg;
  const production = SU.lossPerMin * relative ** SU.feedbackExponent;
  return {
    resistanceMmHgMinPerMl:
      production * circulation.baseResistanceMmHgMinPerMl * drive.resistanceProduction -
      SU.lossPerMin * state.resistanceMmHgMinPerMl * drive.resistanceLoss,
    strokeVolumeMl:
      production * circulation.baseStrokeVolumeMl * drive.strokeVolumeProduction -
      SU.lossPerMin * state.strokeVolumeMl * drive.strokeVolumeLoss,
    heartRatePerMin:
      production * circulation.baseHeartRatePerMin -
      SU.lossPerMin * state.heartRatePerMin * drive.heartRateLoss,
    lastingStrokeVolumeMl: -drive.lastingDecayPerMin * state.lastingStrokeVolumeMl,
    lastingHeartRatePerMin: -drive.lastingDecayPerMin * state.lastingHeartRatePerMin,
  };
}

function moved(state: CirculationState, change: CirculationState, minutes: number): CirculationState {
  return {
    resistanceMmHgMinPerMl: state.resistanceMmHgMinPerMl + minutes * change.resistanceMmHgMinPerMl,
    strokeVolumeMl: state.strokeVolumeMl + minutes * change.strokeVolumeMl,
    heartRatePerMin: state.heartRatePerMin + minutes * change.heartRatePerMin,
    lastingStrokeVolumeMl: state.lastingStrokeVolumeMl + minutes * change.lastingStrokeVolumeMl,
    lastingHeartRatePerMin: state.lastingHeartRatePerMin + minutes * change.lastingHeartRatePerMin,
  };
}

/** Heart and stroke volume of a circulation whose pressure something else raises; see {@link advanceFollower}. */
export interface FollowerState {
  readonly strokeVolumeMl: number;
  readonly heartRatePerMin: number;
}

/**
 * Lets stroke volume and heart rate follow a pressure that is given from outside, by the model's own feedback, for one
 * step. Exact for a drive and a pressure that are constant; pass the values at the middle of the step.
 *
 * Source: PAS (fork yumuk1989) runs a second copy of the model whose resistance is steered, with a gain that settles
 * within seconds, to the pressure without norepinephrine plus the pressor effect. Here it is on that pressure at once.
 */
export function advanceFollower(
  circulation: Circulation,
  state: FollowerState,
  minutes: number,
  middle: { readonly drive: CirculationDrive; readonly meanArterialPressureMmHg: number },
): FollowerState {
  const { drive, meanArterialPressureMmHg } = middle;
  const relative = meanArterialPressureMmHg / circulation.rest.meanArterialPressureMmHg;
  const feedback = relative ** SU.feedbackExponent;
  const towards = (value: number, settled: number, loss: number): number =>
    settled + (value - settled) * Math.exp(-SU.lossPerMin * loss * minutes);
  return {
    strokeVolumeMl: towards(
      state.strokeVolumeMl,
      (feedback * circulation.baseStrokeVolumeMl * drive.strokeVolumeProduction) / drive.strokeVolumeLoss,
      drive.strokeVolumeLoss,
    ),
    heartRatePerMin: towards(
      state.heartRatePerMin,
      (feedback * circulation.baseHeartRatePerMin) / drive.heartRateLoss,
      drive.heartRateLoss,
    ),
  };
}

/** Effects at the beginning, the middle and the end of a step. */
export type DriveOverStep = readonly [
  begin: CirculationDrive,
  middle: CirculationDrive,
  end: CirculationDrive,
];

/**
 * One step of the classical Runge-Kutta method of order 4. Steps of a few seconds are enough: the fastest rate of the
 * model is near 0.1 per minute, and an error per step of 1e-12 is what is left at 1 s.
 */
export function advanceCirculation(
  circulation: Circulation,
  state: CirculationState,
  minutes: number,
  [begin, middle, end]: DriveOverStep,
): CirculationState {
  demandDuration(minutes, 'min');
  const k1 = derivative(circulation, begin, state);
  const k2 = derivative(circulation, middle, moved(state, k1, minutes / 2));
  const k3 = derivative(circulation, middle, moved(state, k2, minutes / 2));
  const k4 = derivative(circulation, end, moved(state, k3, minutes));
  const sum = moved(moved(moved(k1, k2, 2), k3, 2), k4, 1);
  return moved(state, sum, minutes / 6);
}
