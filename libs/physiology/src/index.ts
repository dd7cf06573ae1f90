export * as haemodynamics from './haemodynamics/index.js';
export * as pk from './pk/index.js';
export * as tci from './tci/index.js';
export { performanceOf, type Performance, type PerformanceSample } from './performance/varvel.js';
export {
  advance,
  initialState,
  monitorReadingOf,
  vitalsOf,
  type Infusions,
  type VirtualPatientState,
} from './patient/virtual-patient.js';
export type { Sensitivity, VirtualPatientOptions, VirtualPatientParameters } from './patient/parameters.js';
export type { NoiseParameters } from './patient/noise.js';
export { generatorFrom, type RandomState } from './patient/random.js';
export type { Vitals } from './patient/vitals.js';
export {
  CovariateError,
  InfusionError,
  ParametersError,
  PhysiologyError,
  SeriesError,
  StepError,
  type PhysiologyErrorCode,
} from './errors.js';
