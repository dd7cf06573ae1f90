import type { asena } from '@bcmed/pump-protocols';
import type { Identity, PumpStatus, ShownAlarm, Syringe, Vtbi } from '../domain/index.js';
import type { LineAddress } from './line-address.js';

/** Protocol family as the events name it. The pump does not tell whether it is a GH, GS or CC. */
const FAMILY = 'alaris-asena';

type Of<Kind extends asena.AsenaReading['kind']> = Extract<asena.AsenaReading, { kind: Kind }>;

const within = (value: number, low: number, high: number): boolean => value >= low && value <= high;

/**
 * The status in the words of no vendor, cut to what an event may carry. Undefined for numbers that no such pump can
 * mean: the CRC was right, so they are the pump's own nonsense, and nothing may be derived from them.
 */
export function toStatus(status: asena.AsenaStatus): PumpStatus | undefined {
  const { rateMlPerHour, volumeInfusedMl, pressureMmHg, timeRemaining, logEntryId } = status;
  if (!within(rateMlPerHour, 0, 2_000) || !within(volumeInfusedMl, 0, 100_000)) return undefined;
  if (!Number.isSafeInteger(logEntryId)) return undefined;
  return {
    delivering: rateMlPerHour > 0 && status.mode !== 'HLD',
    mode: status.mode.slice(0, 16),
    rateMlPerHour,
    volumeInfusedMl,
    pressureMmHg: pressureMmHg !== null && within(pressureMmHg, -500, 5_000) ? pressureMmHg : null,
    remainingSeconds:
      timeRemaining === null || typeof timeRemaining === 'string' ? null : timeRemaining.seconds,
    alarmActive: status.alarmActive,
    drugName: status.drugName?.slice(0, 64) ?? null,
    logEntryId,
  };
}

/** Null when the pump says that there is none. */
export function toAlarm({ alarm, text }: Of<'alarm'>): ShownAlarm | null {
  if (alarm.term === 'none') return null;
  const shown = text.trim().slice(0, 128);
  return { vendorCode: alarm.code.slice(0, 32), term: alarm.term, ...(shown !== '' && { text: shown }) };
}

export function toVtbi({ volumeMl, endAction }: Of<'volume-to-be-infused'>): Vtbi {
  if (volumeMl === null || !within(volumeMl, 0, 100_000)) return { active: false };
  return { active: true, volumeMl, ...(endAction !== null && { atEnd: endAction.slice(0, 16) }) };
}

/** Undefined for a size that no syringe has. */
export function toSyringe({ brand, sizeMl, confirmed }: Of<'syringe'>): Syringe | undefined {
  return within(sizeMl, 0, 1_000) ? { brand: brand.trim().slice(0, 64), sizeMl, confirmed } : undefined;
}

export function toIdentity(serial: string, protocol: string, address: LineAddress): Identity {
  return {
    family: FAMILY,
    model: serial.split('-')[0] ?? serial,
    serial,
    protocol: protocol.slice(0, 64),
    transport: address.transport,
    line: address.name,
  };
}
