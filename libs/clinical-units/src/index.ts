export { rationalOf, toNumber, writeDecimal, type Decimal, type WrittenDecimal } from './decimal.js';
export { compare, type Rational, type Rounding } from './rational.js';
export type { AmountUnit, BolusUnit, ConcentrationUnit, Dimension, DoseUnit, TimeUnit } from './units.js';
export {
  bolusIn,
  concentrationIn,
  concentrationOf,
  doseIn,
  parseConcentration,
  parseDose,
  quantityText,
  type Bolus,
  type Concentration,
  type Dose,
  type Exact,
} from './quantities.js';
export { MAX_WEIGHT_KG, MIN_WEIGHT_KG } from './weight.js';
export { bolusOf, doseOf, rateMlPerHourOf, roundedToPump, volumeMlOf, type PumpRate } from './convert.js';
export {
  ClinicalUnitsError,
  DimensionError,
  NegativeQuantityError,
  NotDecimalError,
  UnknownUnitError,
  WeightMissingError,
  WeightRangeError,
  WeightUnusedError,
  ZeroConcentrationError,
  ZeroStepError,
  type ClinicalUnitsErrorCode,
} from './errors.js';
