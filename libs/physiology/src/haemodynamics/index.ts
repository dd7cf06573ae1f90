export {
  advanceFoptd,
  feasibilityOf,
  FOPTD_AT_REST,
  FOPTD_LITERATURE_TYPICAL_UNVERIFIED,
  foptdOutput,
  type FoptdBank,
  type FoptdChannel,
  type FoptdDrug,
  type FoptdOutput,
  type FoptdState,
  type TargetFeasibility,
  type VasoactiveRates,
} from './foptd.js';
export { BELOEIL_PRESSOR, OUALHA_PRESSOR, pressorEffectMmHg, type PressorCurve } from './norepinephrine.js';
export {
  advanceCirculation,
  circulationAtRest,
  circulationDrive,
  circulationOf,
  circulationOutput,
  TYPICAL_BASELINE,
  type AnaestheticConcentrations,
  type Circulation,
  type CirculationBaseline,
  type CirculationOutput,
  type CirculationState,
} from './su2023.js';
