import type { PumpOrder } from '@bcmed/events';
import { asena, UnwritableValueError } from '@bcmed/pump-protocols';
import type { Expected } from '../domain/index.js';
import type { Line, Told } from './line.js';

/** What became of one order at the pump. */
export type CarriedOut =
  | {
      readonly outcome: 'executed';
      readonly framesWritten: readonly string[];
      readonly readBack: ReadBack;
    }
  | {
      readonly outcome: 'failed';
      readonly reason: 'remote-control-refused' | 'pump-refused' | 'read-back-differs' | 'pump-not-connected';
      readonly detail: string;
    }
  | { readonly outcome: 'unknown'; readonly detail: string };

/** What the pump says of itself after the frame. */
export interface ReadBack {
  readonly delivering: boolean;
  readonly setRateMlPerHour: number;
  /** 0 when no volume is set. */
  readonly vtbiMl?: number;
}

/** How the pump must show itself when it took the order. */
export function expectedOf({ action, rateMlPerHour, volumeMl }: PumpOrder): Expected {
  switch (action) {
    case 'set-rate':
      return rateMlPerHour === undefined ? {} : { setRateMlPerHour: rateMlPerHour };
    case 'set-vtbi':
      return volumeMl === undefined ? {} : { vtbiMl: volumeMl };
    case 'start':
      return { delivering: true };
    case 'stop':
      return { delivering: false };
    case 'set-target':
      // The pump itself ends what nobody ends; rate and start come with the first step.
      return volumeMl === undefined ? {} : { vtbiMl: volumeMl };
    case 'bolus':
      // When it is over the pump is as it was before.
      return {};
    default:
      return action satisfies never;
  }
}

/** The frame that acts, or what the wire cannot carry: a dose is never rounded on its way to the pump. */
export function frameOf({ action, rateMlPerHour = 0, volumeMl = 0 }: PumpOrder): asena.AsenaFrame | string {
  const { requests } = asena;
  try {
    switch (action) {
      case 'set-rate':
        return requests.setRate(rateMlPerHour);
      case 'set-target':
      case 'set-vtbi':
        return requests.setVolumeToBeInfused(volumeMl);
      case 'start':
        return requests.start();
      case 'stop':
        return requests.stop();
      case 'bolus':
        requests.setRate(rateMlPerHour);
        return requests.setVolumeToBeInfused(volumeMl);
      default:
        return action satisfies never;
    }
  } catch (error) {
    if (error instanceof UnwritableValueError) return error.message;
    throw error;
  }
}

/** The outcome, and whether the pump took remote control back. */
export type Attempt = CarriedOut & { readonly givenBack: boolean };

/**
 * Takes remote control, writes the acting frame once, reads the pump back, and gives remote control back, so that a pump
 * whose adapter dies afterwards goes on as it was told and does not stop by its watchdog.
 *
 * `executed` promises that the pump was read back as ordered; `failed`, that it was told nothing or says itself that it
 * took something else; everything between is `unknown`. A stop is written even when remote control is refused or the line gives no
 * sign, and twice when it is not answered.
 */
export async function carryOut(
  line: Line,
  serial: string,
  order: PumpOrder,
  frame: asena.AsenaFrame,
): Promise<Attempt> {
  const outcome = await act(line, serial, order, frame);
  return { ...outcome, givenBack: await giveBack(line) };
}

/** Takes remote control. False when the pump did not give it. */
export async function takeControl(line: Line, serial: string): Promise<boolean> {
  return isGranted(await line.ask(asena.requests.enableRemoteControl(serial)));
}

function isGranted(control: Told): boolean {
  return (
    control.outcome === 'answered' && control.reading.kind === 'remote-control' && control.reading.enabled
  );
}

/** Ends remote control. False when the pump did not say so. */
export async function giveBack(line: Line): Promise<boolean> {
  const answer = await line.ask(asena.requests.disableRemoteControl());
  return answer.outcome === 'answered' && answer.reading.kind === 'remote-control' && !answer.reading.enabled;
}

async function act(
  line: Line,
  serial: string,
  order: PumpOrder,
  frame: asena.AsenaFrame,
): Promise<CarriedOut> {
  const isStop = order.action === 'stop';
  const enable = asena.requests.enableRemoteControl(serial);
  const control = await (isStop ? line.insist(enable) : line.ask(enable));
  if (!isGranted(control) && !isStop) {
    const detail = `to the key the pump said: ${saying(control)}`;
    return { outcome: 'failed', reason: 'remote-control-refused', detail };
  }
  const told = await (isStop ? line.insist(frame) : line.tell(frame));
  if (told.outcome === 'not-written')
    return { outcome: 'failed', reason: 'pump-not-connected', detail: `nothing was written: ${told.why}` };
  const readBack = await readPump(line, serial, order);
  if (!readBack)
    return { outcome: 'unknown', detail: `no read-back; to the frame the pump said: ${saying(told)}` };
  const expected = expectedOf(order);
  const parts = Object.keys(expected) as (keyof Expected)[];
  const wrong = parts.filter((part) => expected[part] !== readBack[part]);
  if (wrong.length === 0) return { outcome: 'executed', framesWritten: [textOf(frame)], readBack };
  const detail = wrong
    .map((part) => `${part} is ${String(readBack[part])}, not ${String(expected[part])}`)
    .join(', ');
  // Without an answer the frame may still act: a pump takes up to four seconds.
  if (told.outcome !== 'answered') return { outcome: 'unknown', detail: `no answer to the frame; ${detail}` };
  return { outcome: 'failed', reason: 'read-back-differs', detail };
}

/** What the pump says of itself. Undefined when it did not answer all of it, or when another pump did. */
export async function readPump(
  line: Line,
  serial: string,
  { action }: Pick<PumpOrder, 'action'>,
): Promise<ReadBack | undefined> {
  const { requests } = asena;
  const rate = await line.ask(requests.rate());
  const status = await line.ask(requests.status());
  if (rate.outcome !== 'answered' || rate.reading.kind !== 'rate') return undefined;
  if (status.outcome !== 'answered' || status.reading.kind !== 'status') return undefined;
  if (status.reading.serial !== serial) return undefined;
  const { setRateMlPerHour } = rate.reading;
  const { rateMlPerHour, mode } = status.reading;
  const delivering = rateMlPerHour > 0 && mode !== 'HLD';
  if (action !== 'set-vtbi' && action !== 'set-target') return { delivering, setRateMlPerHour };
  const vtbi = await line.ask(requests.volumeToBeInfused());
  if (vtbi.outcome !== 'answered' || vtbi.reading.kind !== 'volume-to-be-infused') return undefined;
  return { delivering, setRateMlPerHour, vtbiMl: vtbi.reading.volumeMl ?? 0 };
}

/** The frame in the form of the reference, without checksum and terminator. */
export function textOf({ command, fields }: asena.AsenaFrame): string {
  return [command, ...fields].join('^');
}

function saying(told: Told): string {
  if (told.outcome === 'answered') return told.reading.kind;
  return 'why' in told ? `${told.outcome}, ${told.why}` : told.outcome;
}
