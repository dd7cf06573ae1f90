/** The mock ICU as a library: what tools and tests of this folder start in-process. */
export { readOptions, type IcuOptions } from './cli.js';
export { EmulatedAsena } from './domain/emulated-asena.js';
export { GUESSES } from './domain/guesses.js';
export { Icu } from './icu.js';
export { planWard } from './ward-plan.js';
