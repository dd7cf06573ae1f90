/** Wire codecs of infusion pumps: pure functions on bytes, one namespace per family. */
export * as asena from './asena/index.js';
export { PumpProtocolError, UnwritableFrameError, UnwritableValueError } from './errors.js';
export type { PumpProtocolErrorCode } from './errors.js';
export type { PumpFamily, PumpReading, TimeRemaining } from './reading.js';
