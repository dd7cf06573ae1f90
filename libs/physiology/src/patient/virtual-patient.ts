import { demandDuration, demandNotNegative } from '../errors.js';
import { advanceFoptd, FOPTD_AT_REST, foptdOutput, type FoptdState } from '../haemodynamics/foptd.js';
import { pressorEffectMmHg } from '../haemodynamics/norepinephrine.js';
import {
  advanceCirculation,
  advanceFollower,
  circulationAtRest,
  circulationDrive,
  circulationOutput,
  type Circulation,
  type CirculationDrive,
  type CirculationOutput,
  type CirculationState,
  type FollowerState,
} from '../haemodynamics/su2023.js';
import { advancePk, EMPTY, type PkState } from '../pk/compartments.js';
import { advanceNoise, noiseFrom, type NoiseState } from './noise.js';
import {
  completed,
  drugSteps,
  prepared,
  type DrugSteps,
  type PreparedPatient,
  type VirtualPatientOptions,
  type VirtualPatientParameters,
} from './parameters.js';
import type { RandomState } from './random.js';
import { vitalsFrom, type Vitals } from './vitals.js';

/** What runs into the patient; a drug that is not named does not run. */
export interface Infusions {
  readonly propofolMgPerMin?: number;
  readonly remifentanilMicrogramPerMin?: number;
  readonly norepinephrineMicrogramPerMin?: number;
  readonly sodiumNitroprussideMicrogramPerKgPerMin?: number;
  readonly dopamineMicrogramPerKgPerMin?: number;
}

/** A virtual patient at one moment: plain data, never changed, and all that the future depends on. */
export interface VirtualPatientState {
  readonly parameters: VirtualPatientParameters;
  readonly timeSeconds: number;
  readonly propofol: PkState;
  readonly remifentanil: PkState;
  readonly norepinephrine: PkState;
  /** The circulation as if norepinephrine had never been given. */
  readonly circulation: CirculationState;
  /** Heart rate and stroke volume under norepinephrine; absent until the first of it. */
  readonly underPressor?: FollowerState;
  readonly vasoactive: FoptdState;
  /** Absent for a patient without noise. */
  readonly noise?: NoiseState;
}

/**
 * A patient at rest, awake, without drugs.
 *
 * With a generator a monitor's readings are noisy (`monitorReadingOf`); the patient itself is not.
 *
 * @throws {CovariateError}, {ParametersError} or {InfusionError} for parameters that no model can be fed with.
 */
export function initialState(options: VirtualPatientOptions, generator?: RandomState): VirtualPatientState {
  const parameters = completed(options);
  const state: VirtualPatientState = {
    parameters,
    timeSeconds: 0,
    propofol: EMPTY,
    remifentanil: EMPTY,
    norepinephrine: EMPTY,
    circulation: circulationAtRest(prepared(parameters).circulation),
    vasoactive: FOPTD_AT_REST,
  };
  return generator === undefined ? state : { ...state, noise: noiseFrom(generator, parameters.noise) };
}

type Drugs = Pick<VirtualPatientState, 'propofol' | 'remifentanil' | 'norepinephrine'>;

/** What changes from second to second. */
interface Moving extends Drugs {
  /** What the drugs do at this moment; kept, because the end of a step is the beginning of the next. */
  readonly drive: CirculationDrive;
  readonly circulation: CirculationState;
  readonly underPressor: FollowerState | undefined;
}

/**
 * The patient some seconds later, under infusions that are constant meanwhile.
 *
 * Pure: the same arguments give the same state, and whole seconds may be split into calls at will. Works in steps of one
 * second and a last shorter one.
 *
 * @throws {InfusionError} for a negative rate, {StepError} for time that runs backwards.
 */
export function advance(
  state: VirtualPatientState,
  seconds: number,
  infusions: Infusions,
): VirtualPatientState {
  demandDuration(seconds, 's');
  const rates = demandRates(infusions);
  const patient = prepared(state.parameters);
  const whole = Math.floor(seconds);
  let moving: Moving = {
    ...state,
    drive: driveOf(state.parameters, patient, state),
    underPressor: state.underPressor,
  };
  let noise = state.noise;
  for (let count = 0; count < whole; count++) {
    moving = stepped(state.parameters, patient, moving, [patient.halfSecond, 1 / 60], rates);
  }
  if (seconds > whole) {
    const rest = seconds - whole;
    const steps = drugSteps(patient.constants, rest / 2);
    moving = stepped(state.parameters, patient, moving, [steps, rest / 60], rates);
  }
  const timeSeconds = state.timeSeconds + seconds;
  for (
    let count = Math.floor(state.timeSeconds);
    noise !== undefined && count < Math.floor(timeSeconds);
    count++
  ) {
    noise = advanceNoise(noise, state.parameters.noise);
  }
  return {
    parameters: state.parameters,
    timeSeconds,
    propofol: moving.propofol,
    remifentanil: moving.remifentanil,
    norepinephrine: moving.norepinephrine,
    circulation: moving.circulation,
    ...(moving.underPressor === undefined ? {} : { underPressor: moving.underPressor }),
    vasoactive: advanceFoptd(state.parameters.bank, state.vasoactive, seconds / 60, {
      sodiumNitroprussideMicrogramPerKgPerMin:
        rates.sodiumNitroprussideMicrogramPerKgPerMin * state.parameters.sensitivity.sodiumNitroprusside,
      dopamineMicrogramPerKgPerMin:
        rates.dopamineMicrogramPerKgPerMin * state.parameters.sensitivity.dopamine,
    }),
    ...(noise === undefined ? {} : { noise }),
  };
}

function demandRates(infusions: Infusions): Required<Infusions> {
  const rates = {
    propofolMgPerMin: 0,
    remifentanilMicrogramPerMin: 0,
    norepinephrineMicrogramPerMin: 0,
    sodiumNitroprussideMicrogramPerKgPerMin: 0,
    dopamineMicrogramPerKgPerMin: 0,
    ...infusions,
  };
  for (const [name, rate] of Object.entries(rates)) demandNotNegative(rate, name);
  return rates;
}

function infused(drugs: Drugs, steps: DrugSteps, rates: Required<Infusions>): Drugs {
  return {
    propofol: advancePk(steps.propofol, drugs.propofol, rates.propofolMgPerMin),
    remifentanil: advancePk(steps.remifentanil, drugs.remifentanil, rates.remifentanilMicrogramPerMin),
    norepinephrine: advancePk(
      steps.norepinephrine,
      drugs.norepinephrine,
      rates.norepinephrineMicrogramPerMin,
    ),
  };
}

function driveOf(
  parameters: VirtualPatientParameters,
  patient: PreparedPatient,
  drugs: Drugs,
): CirculationDrive {
  return circulationDrive(patient.circulation, {
    propofolMicrogramPerMl: drugs.propofol.plasma * parameters.sensitivity.propofol,
    remifentanilNgPerMl: drugs.remifentanil.plasma * parameters.sensitivity.remifentanil,
  });
}

function pressureRise(parameters: VirtualPatientParameters, patient: PreparedPatient, drugs: Drugs): number {
  const concentration = drugs.norepinephrine.plasma * parameters.sensitivity.norepinephrine;
  return pressorEffectMmHg(patient.pressor, concentration);
}

/** One step; `half` are the drugs' steps over half of `minutes`. */
function stepped(
  parameters: VirtualPatientParameters,
  patient: PreparedPatient,
  before: Moving,
  [half, minutes]: readonly [DrugSteps, number],
  rates: Required<Infusions>,
): Moving {
  const middle = infused(before, half, rates);
  const end = infused(middle, half, rates);
  const middleDrive = driveOf(parameters, patient, middle);
  const endDrive = driveOf(parameters, patient, end);
  const circulation = advanceCirculation(patient.circulation, before.circulation, minutes, [
    before.drive,
    middleDrive,
    endDrive,
  ]);
  return {
    propofol: end.propofol,
    remifentanil: end.remifentanil,
    norepinephrine: end.norepinephrine,
    drive: endDrive,
    circulation,
    underPressor: followed(patient.circulation, before, circulation, {
      minutes,
      drive: middleDrive,
      riseMmHg: pressureRise(parameters, patient, middle),
    }),
  };
}

/** Heart rate and stroke volume under norepinephrine after a step, or nothing while there was never any. */
function followed(
  circulation: Circulation,
  before: Moving,
  after: CirculationState,
  middle: { readonly minutes: number; readonly drive: CirculationDrive; readonly riseMmHg: number },
): FollowerState | undefined {
  const follower = before.underPressor ?? (middle.riseMmHg > 0 ? before.circulation : undefined);
  if (follower === undefined) return undefined;
  const pressure =
    (circulationOutput(circulation, before.circulation).meanArterialPressureMmHg +
      circulationOutput(circulation, after).meanArterialPressureMmHg) /
    2;
  return advanceFollower(circulation, follower, middle.minutes, {
    drive: middle.drive,
    meanArterialPressureMmHg: pressure + middle.riseMmHg,
  });
}

/** Flow and pressure with norepinephrine, before the linear bank is laid over them. */
function outputUnderPressor(state: VirtualPatientState, patient: PreparedPatient): CirculationOutput {
  const without = circulationOutput(patient.circulation, state.circulation);
  if (state.underPressor === undefined) return without;
  const flow = circulationOutput(patient.circulation, { ...state.circulation, ...state.underPressor });
  return {
    ...flow,
    meanArterialPressureMmHg:
      without.meanArterialPressureMmHg + pressureRise(state.parameters, patient, state),
  };
}

/**
 * What is true about the patient now.
 *
 * KNOWN: sodium nitroprusside and dopamine are laid over pressure and output as the linear bank says, without reflex;
 * heart rate does not answer to them.
 */
export function vitalsOf(state: VirtualPatientState): Vitals {
  const patient = prepared(state.parameters);
  const base = outputUnderPressor(state, patient);
  const change = foptdOutput(state.vasoactive);
  return vitalsFrom(state.parameters.baseline, {
    heartRatePerMin: base.heartRatePerMin,
    meanArterialPressureMmHg: base.meanArterialPressureMmHg + change.pressureMmHg,
    cardiacOutputLPerMin:
      base.cardiacOutputLPerMin + (change.outputMlPerKgPerMin * state.parameters.person.weightKg) / 1000,
  });
}

/** What a monitor shows: the truth and the noise of now, if the patient has any. */
export function monitorReadingOf(state: VirtualPatientState): Vitals {
  const vitals = vitalsOf(state);
  if (state.noise === undefined) return vitals;
  return vitalsFrom(state.parameters.baseline, {
    heartRatePerMin: vitals.heartRatePerMin + state.noise.heartRatePerMin,
    meanArterialPressureMmHg: vitals.meanArterialPressureMmHg + state.noise.pressureMmHg,
    cardiacOutputLPerMin: vitals.cardiacOutputLPerMin,
  });
}
