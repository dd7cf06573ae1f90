/** The mock ICU as a library: what tools and tests of this folder start in-process. */
export { readOptions, type GatewayOptions, type IcuOptions } from './cli.js';
export { Floor, type BedAction } from './domain/bedside/floor.js';
export { Stay, type StayPlan } from './domain/bedside/stay.js';
export { EmulatedAsena } from './domain/emulated-asena.js';
export { GUESSES } from './domain/guesses.js';
export { Icu } from './icu.js';
export { planBeds, planFromFile, type FloorPlan } from './plan/floor-plan.js';
export { planWard } from './ward-plan.js';
