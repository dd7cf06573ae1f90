import { asena } from '@bcmed/pump-protocols';
import type { BeforeBolus, BolusFrame, BolusSeen } from '../domain/index.js';
import type { Line } from './line.js';

/** All that a bolus is judged by, as the pump says it now. */
export interface BolusReading {
  readonly seen: BolusSeen;
  readonly before: BeforeBolus;
}

const SECONDS_OF_24_H = 24 * 3_600;

/**
 * Asks the pump for everything that a bolus is judged by. Undefined when it did not answer all of it, or when another pump did.
 *
 * The pump tells of a volume to be infused only what was set. What is left follows from the time remaining at the set rate, which is
 * whole seconds rounded down and no longer than the syringe lasts: so it is never more than what is left.
 */
export async function readForBolus(line: Line, serial: string): Promise<BolusReading | undefined> {
  const { requests } = asena;
  const status = await line.ask(requests.status());
  if (status.outcome !== 'answered' || status.reading.kind !== 'status') return undefined;
  if (status.reading.serial !== serial) return undefined;
  const rate = await line.ask(requests.rate());
  if (rate.outcome !== 'answered' || rate.reading.kind !== 'rate') return undefined;
  const vtbi = await line.ask(requests.volumeToBeInfused());
  if (vtbi.outcome !== 'answered' || vtbi.reading.kind !== 'volume-to-be-infused') return undefined;
  const alarm = await line.ask(requests.alarm());
  if (alarm.outcome !== 'answered' || alarm.reading.kind !== 'alarm') return undefined;
  const { rateMlPerHour, volumeInfusedMl, mode, timeRemaining } = status.reading;
  const { setRateMlPerHour } = rate.reading;
  const { volumeMl, endAction } = vtbi.reading;
  const delivering = rateMlPerHour > 0 && mode !== 'HLD';
  const seconds = typeof timeRemaining === 'object' ? (timeRemaining?.seconds ?? 0) : SECONDS_OF_24_H;
  const leftMl = Math.floor((seconds * setRateMlPerHour) / 3.6) / 1_000;
  return {
    seen: {
      delivering,
      setRateMlPerHour,
      vtbiMl: volumeMl ?? 0,
      ...(endAction !== null && { atEnd: endAction }),
      volumeInfusedMl,
      alarm: alarm.reading.alarm.term,
    },
    before: {
      delivering,
      rateMlPerHour,
      setRateMlPerHour,
      ...(volumeMl !== null && {
        left: { volumeMl: Math.min(volumeMl, leftMl), atEnd: endAction === 'KVO' ? 'KVO' : 'STOP' },
      }),
      volumeInfusedMl,
    },
  };
}

/** Throws UnwritableValueError for what the wire cannot carry exactly. */
export function bolusFrame(frame: BolusFrame): asena.AsenaFrame {
  const { requests } = asena;
  switch (frame.kind) {
    case 'limit':
      return frame.volumeMl === 0
        ? requests.clearVolumeToBeInfused()
        : requests.setVolumeToBeInfused(frame.volumeMl, frame.atEnd);
    case 'rate':
      return requests.setRate(frame.rateMlPerHour);
    case 'start':
      return requests.start();
    default:
      return frame satisfies never;
  }
}
