import {
  CommandExecuted,
  InfusionCompleted,
  InfusionStarted,
  InfusionStopped,
  isEvent,
  PumpConnected,
  PumpLost,
  RateChanged,
  StatusSampled,
  type StreamEvent,
} from '@bcmed/events';
import { isAgain, placeOf } from './sender-place.js';
import { Table } from './table.js';

/** What a pump showed last. What is not known is absent. */
export interface Pump {
  readonly connected: boolean;
  readonly delivering?: boolean;
  /** What the pump is set to, which it keeps while it is held. */
  readonly setRateMlPerHour?: number;
  readonly volumeInfusedMl?: number;
  /** Whether the pump said that volume or syringe are at their end, and nothing began since. */
  readonly completed: boolean;
  readonly heardAt: string;
  readonly place: string;
}

/** What an event of a pump means for its volume. */
export interface Heard {
  readonly before: Pump | undefined;
  readonly now: Pump;
  /** Volume since the event before, ml. */
  readonly deliveredMl: number;
  /** The pump's own count, where this very event tells it. */
  readonly saidVolumeMl: number | undefined;
}

/** What every pump shows, by its serial as a token. */
export class Pumps {
  readonly table = new Table<Pump>('pump');

  /** Undefined for an event that was heard before. */
  take(event: StreamEvent): Heard | undefined {
    const before = this.table.get(event.subject);
    const place = placeOf(event);
    if (before !== undefined && isAgain(place, before.place)) return undefined;
    const known = before ?? { connected: true, completed: false };
    const kept = isEvent(event, PumpLost) || isEvent(event, PumpConnected) ? forgetful(known) : known;
    const told = shown(event);
    const now: Pump = { ...kept, ...told, heardAt: event.time, place };
    this.table.set(event.subject, now);
    return { before, now, deliveredMl: volumeBetween(before, now), saidVolumeMl: told.volumeInfusedMl };
  }
}

function shown(event: StreamEvent): Partial<Pump> {
  if (isEvent(event, StatusSampled)) {
    const { state, volumeInfusedMl } = event.data;
    return { connected: true, delivering: state === 'infusing', volumeInfusedMl };
  }
  if (isEvent(event, RateChanged)) return { connected: true, setRateMlPerHour: event.data.toMlPerHour };
  if (isEvent(event, InfusionStarted)) {
    const { rateMlPerHour: setRateMlPerHour } = event.data;
    return { connected: true, delivering: true, completed: false, setRateMlPerHour };
  }
  if (isEvent(event, InfusionStopped))
    return { delivering: false, volumeInfusedMl: event.data.volumeInfusedMl };
  if (isEvent(event, InfusionCompleted))
    return { completed: true, volumeInfusedMl: event.data.volumeInfusedMl };
  if (isEvent(event, CommandExecuted)) {
    const { delivering, setRateMlPerHour } = event.data;
    return { delivering, ...(setRateMlPerHour !== undefined && { setRateMlPerHour }) };
  }
  if (isEvent(event, PumpLost)) return { connected: false };
  return isEvent(event, PumpConnected) ? { connected: true } : {};
}

/** Whoever was away may have been changed meanwhile. */
function forgetful({ connected, completed, volumeInfusedMl }: Omit<Pump, 'heardAt' | 'place'>) {
  return { connected, completed, ...(volumeInfusedMl !== undefined && { volumeInfusedMl }) };
}

/** A volume that fell was cleared; what it shows then went in since. */
function volumeBetween(before: Pump | undefined, { volumeInfusedMl: now }: Pump): number {
  const earlier = before?.volumeInfusedMl;
  if (now === undefined || earlier === undefined) return 0;
  return now >= earlier ? now - earlier : now;
}
