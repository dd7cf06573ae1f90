export {
  advancePk,
  discretise,
  EMPTY,
  fromClearances,
  giveBolus,
  infuse,
  type PkState,
  type PkStep,
  type RateConstants,
  type VolumesAndClearances,
} from './compartments.js';
export { effectSiteOf, type PlasmaSample } from './effect-site.js';
export { ke0OfPeakTimePerMin, peakEffect } from './exponentials.js';
export { constantsFor, isWithinRange, type ModelRange, type PkModel } from './model.js';
export {
  BELOEIL_NOREPINEPHRINE,
  GEPTS_SUFENTANIL,
  HANNIVOORT_DEXMEDETOMIDINE,
  SHAFER_FENTANYL,
} from './other-drugs.js';
export type { Person } from './person.js';
export {
  ELEVELD_PROPOFOL,
  ELEVELD_PROPOFOL_WITH_OPIOID,
  MARSH,
  MARSH_MODIFIED,
  SCHNIDER,
} from './propofol.js';
export { ELEVELD_REMIFENTANIL, MINTO } from './remifentanil.js';
