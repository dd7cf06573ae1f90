import { UnwritableValueError } from '../errors.js';
import { crc16CcittFalse, crcText } from './crc16.js';
import { formatFrame, latin1Bytes, type AsenaFrame } from './frame.js';

/** What the pump does when the volume to be infused is in. STOP is recorded; KVO (keep vein open) is our guess. */
export type VtbiEndAction = 'STOP' | 'KVO';

const ask = (command: string, ...fields: string[]): AsenaFrame => ({ command, fields });

/**
 * The "key" of remote control: the CRC of the serial number as printed on the pump. It is a checksum and no secret;
 * whoever reaches the line can compute it.
 */
export function securityCode(serial: string): string {
  return crcText(crc16CcittFalse(latin1Bytes(serial)));
}

/**
 * Every request that the pump is known to answer, ready for `encode`. Questions change nothing. `set…`, `start`, `stop`
 * and `clear…` act on the pump and, `stop` perhaps excepted, need remote control; their reply is the value that the
 * pump took, so compare it.
 *
 * @throws UnwritableValueError for a rate or volume that the wire could carry only rounded: a dose is never rounded
 * behind the caller's back.
 */
export const requests = {
  serialNumber: () => ask('INST_SERIALNO'),
  protocol: () => ask('COMMS_PROTOCOL'),
  responseMax: () => ask('COMMS_RESPONSE_MAX'),
  enableRemoteControl: (serial: string) => ask('REMOTE_CTRL', 'ENABLED', securityCode(serial)),
  disableRemoteControl: () => ask('REMOTE_CTRL', 'DISABLED'),
  enableRemoteConfiguration: (serial: string) => ask('REMOTE_CFG', 'ENABLED', securityCode(serial)),
  disableRemoteConfiguration: () => ask('REMOTE_CFG', 'DISABLED'),
  syringe: () => ask('SYRINGE_STATUS'),
  maxRate: () => ask('INF_RATE_MAX_SYRINGE'),
  rate: () => ask('INF_RATE'),
  setRate: (rateMlPerHour: number) => ask('INF_RATE', decimals('rate', rateMlPerHour, 2), 'ml/h'),
  start: () => ask('INF_START'),
  stop: () => ask('INF_STOP'),
  volumeInfused: () => ask('INF_VI'),
  clearVolumeInfused: () => ask('INF_VI_CLEAR'),
  volumeToBeInfused: () => ask('INF_VTBI'),
  setVolumeToBeInfused: (volumeMl: number, endAction: VtbiEndAction = 'STOP') =>
    ask('INF_VTBI', 'ACTIV', decimals('volume to be infused', volumeMl, 3), 'ml', endAction),
  clearVolumeToBeInfused: () => ask('INF_VTBI', 'DEACT'),
  enableBolus: () => ask('INF_BOLUS', 'ENABLED'),
  stopSpontaneousQueries: () => ask('REMQUERY', 'DEACT'),
  alarm: () => ask('ALARM'),
  status: () => ask('INF'),
} as const;

/** The bytes of a request, to be written to the line in one piece. */
export function encode(frame: AsenaFrame): Uint8Array {
  return formatFrame(frame.command, frame.fields);
}

function decimals(what: string, value: number, places: number): string {
  const text = value.toFixed(places);
  const lossless = Math.abs(Number(text) - value) <= Math.abs(value) * Number.EPSILON * 4;
  if (!Number.isFinite(value) || value < 0 || value >= 1e6 || !lossless) {
    throw new UnwritableValueError(`${what} ${value} cannot be written exactly with ${places} decimals`);
  }
  return text;
}
