import { InfusionError, ParametersError } from '../errors.js';
import { demandBank, FOPTD_LITERATURE_TYPICAL_UNVERIFIED, type FoptdBank } from '../haemodynamics/foptd.js';
import { BELOEIL_PRESSOR, OUALHA_PRESSOR, type PressorCurve } from '../haemodynamics/norepinephrine.js';
import {
  circulationOf,
  TYPICAL_BASELINE,
  type Circulation,
  type CirculationBaseline,
} from '../haemodynamics/su2023.js';
import { discretise, type PkStep, type RateConstants } from '../pk/compartments.js';
import { constantsFor, type PkModel } from '../pk/model.js';
import { BELOEIL_NOREPINEPHRINE } from '../pk/other-drugs.js';
import type { Person } from '../pk/person.js';
import {
  ELEVELD_PROPOFOL,
  ELEVELD_PROPOFOL_WITH_OPIOID,
  MARSH,
  MARSH_MODIFIED,
  SCHNIDER,
} from '../pk/propofol.js';
import { ELEVELD_REMIFENTANIL, MINTO } from '../pk/remifentanil.js';
import { DEFAULT_NOISE, type NoiseParameters } from './noise.js';

const PROPOFOL_MODELS = {
  marsh: MARSH,
  'marsh-modified': MARSH_MODIFIED,
  schnider: SCHNIDER,
  eleveld: ELEVELD_PROPOFOL,
  'eleveld-with-opioid': ELEVELD_PROPOFOL_WITH_OPIOID,
} as const satisfies Record<string, PkModel>;

const REMIFENTANIL_MODELS = { minto: MINTO, eleveld: ELEVELD_REMIFENTANIL } as const satisfies Record<
  string,
  PkModel
>;

const PRESSORS = { beloeil: BELOEIL_PRESSOR, oualha: OUALHA_PRESSOR } as const satisfies Record<
  string,
  PressorCurve
>;

/** How strongly a patient answers to each drug; 1 is typical, and trials of controllers go from 0.1 to 10. */
export interface Sensitivity {
  readonly propofol: number;
  readonly remifentanil: number;
  readonly norepinephrine: number;
  readonly sodiumNitroprusside: number;
  readonly dopamine: number;
}

/** Everything that makes one virtual patient another than the next. Plain data that may be stored and sent. */
export interface VirtualPatientParameters {
  readonly person: Person;
  readonly propofolModel: keyof typeof PROPOFOL_MODELS;
  readonly remifentanilModel: keyof typeof REMIFENTANIL_MODELS;
  readonly pressor: keyof typeof PRESSORS;
  /** Awake and without drugs. */
  readonly baseline: CirculationBaseline;
  readonly bank: FoptdBank;
  readonly sensitivity: Sensitivity;
  readonly noise: NoiseParameters;
}

const TYPICAL: Sensitivity = {
  propofol: 1,
  remifentanil: 1,
  norepinephrine: 1,
  sodiumNitroprusside: 1,
  dopamine: 1,
};

/** What may be said about a patient; all but the person has a typical value. */
export type VirtualPatientOptions = { readonly person: Person } & Partial<
  Omit<VirtualPatientParameters, 'person' | 'sensitivity' | 'noise'>
> & { readonly sensitivity?: Partial<Sensitivity>; readonly noise?: Partial<NoiseParameters> };

/**
 * Fills in what is not said and checks the whole.
 *
 * @throws {CovariateError}, {ParametersError} or {InfusionError} for a person or values that no model can be fed with.
 */
export function completed(options: VirtualPatientOptions): VirtualPatientParameters {
  const parameters: VirtualPatientParameters = {
    propofolModel: 'eleveld-with-opioid',
    remifentanilModel: 'eleveld',
    pressor: 'beloeil',
    baseline: TYPICAL_BASELINE,
    bank: FOPTD_LITERATURE_TYPICAL_UNVERIFIED,
    ...options,
    sensitivity: { ...TYPICAL, ...options.sensitivity },
    noise: { ...DEFAULT_NOISE, ...options.noise },
  };
  demandBank(parameters.bank);
  for (const [drug, factor] of Object.entries(parameters.sensitivity)) {
    if (!Number.isFinite(factor) || factor < 0) {
      throw new InfusionError(`a sensitivity is 0 or more, for ${drug} it is ${String(factor)}`);
    }
  }
  const { heartRateSdPerMin, pressureSdMmHg, correlationSeconds } = parameters.noise;
  if (!(heartRateSdPerMin >= 0 && pressureSdMmHg >= 0 && correlationSeconds > 0)) {
    throw new ParametersError(`noise without meaning: ${JSON.stringify(parameters.noise)}`);
  }
  return parameters;
}

/** Steps of the three drugs over half of a time; norepinephrine and the others share it. */
export interface DrugSteps {
  readonly propofol: PkStep;
  readonly remifentanil: PkStep;
  readonly norepinephrine: PkStep;
}

/** What follows from parameters alone and costs enough to be worked out once. */
export interface PreparedPatient {
  readonly circulation: Circulation;
  readonly pressor: PressorCurve;
  readonly halfSecond: DrugSteps;
  readonly constants: Readonly<Record<'propofol' | 'remifentanil' | 'norepinephrine', RateConstants>>;
}

/** Results of `prepare` by their parameters. It changes how fast an answer comes and never the answer. */
const KNOWN = new WeakMap<VirtualPatientParameters, PreparedPatient>();

export function prepared(parameters: VirtualPatientParameters): PreparedPatient {
  const known = KNOWN.get(parameters);
  if (known !== undefined) return known;
  const fresh = prepare(parameters);
  KNOWN.set(parameters, fresh);
  return fresh;
}

function prepare(parameters: VirtualPatientParameters): PreparedPatient {
  const { person } = parameters;
  const constants = {
    propofol: constantsFor(PROPOFOL_MODELS[parameters.propofolModel], person),
    remifentanil: constantsFor(REMIFENTANIL_MODELS[parameters.remifentanilModel], person),
    norepinephrine: constantsFor(BELOEIL_NOREPINEPHRINE, person),
  };
  return {
    circulation: circulationOf(person.ageYears, parameters.baseline),
    pressor: PRESSORS[parameters.pressor],
    halfSecond: drugSteps(constants, 0.5),
    constants,
  };
}

export function drugSteps(constants: PreparedPatient['constants'], seconds: number): DrugSteps {
  const minutes = seconds / 60;
  return {
    propofol: discretise(constants.propofol, minutes),
    remifentanil: discretise(constants.remifentanil, minutes),
    norepinephrine: discretise(constants.norepinephrine, minutes),
  };
}
