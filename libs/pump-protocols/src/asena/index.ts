/** The serial protocol of the Alaris Asena GH, GS and CC syringe pumps (8002 and 8003), "Asena Rev 2.1.5". */
export { ASENA_ALARMS, readAlarmCode, UNKNOWN_ALARM } from './alarms.js';
export type { AlarmPriority, AlarmReadingOfCode, AsenaAlarmMeaning, MeaningBasis } from './alarms.js';
export { crc16CcittFalse, crcText } from './crc16.js';
export {
  formatFrame,
  frameText,
  isWritableField,
  latin1Bytes,
  latin1Text,
  MAX_FRAME_BYTES,
} from './frame.js';
export type { AsenaFrame } from './frame.js';
export { LINE_SETTINGS, WATCHDOG_MS } from './line.js';
export { AsenaParser } from './parser.js';
export type { AsenaDiagnostic, AsenaFinding } from './parser.js';
export { isDelivering, toPumpReading } from './pump-reading.js';
export { decodeReply } from './replies.js';
export type { AsenaReading, AsenaStatus, DecodedReply } from './replies.js';
export { encode, requests, securityCode } from './requests.js';
export type { VtbiEndAction } from './requests.js';
