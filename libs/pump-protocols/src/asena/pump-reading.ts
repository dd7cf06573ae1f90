import type { PumpReading } from '../reading.js';
import type { AsenaStatus } from './replies.js';

/**
 * Whether fluid is being driven. The pump has no field for it and its mode words are not all known, so this is our
 * rule: a positive rate, and not on hold.
 */
export function isDelivering(status: Pick<AsenaStatus, 'mode' | 'rateMlPerHour'>): boolean {
  return status.rateMlPerHour > 0 && status.mode !== 'HLD';
}

/** The status in the words of no vendor. */
export function toPumpReading(status: AsenaStatus): PumpReading {
  return {
    family: 'alaris-asena-gh',
    serial: status.serial,
    delivering: isDelivering(status),
    vendorMode: status.mode,
    alarmActive: status.alarmActive,
    rateMlPerHour: status.rateMlPerHour,
    volumeInfusedMl: status.volumeInfusedMl,
    pressureMmHg: status.pressureMmHg,
    timeRemaining: status.timeRemaining,
    drugName: status.drugName,
    logEntryId: status.logEntryId,
  };
}
