import type { PumpOrder } from '@bcmed/events';
import type { DataOf } from './events.js';

/** Why a pump is no longer steered. */
export type SteeringEnd = DataOf<'target-ended'>['reason'];

/** A pump that is steered to a concentration, as it stands on disk. */
export interface Steering {
  readonly commandId: string;
  /** Position of the command on EVENTS, decimal. */
  readonly commandPosition: string;
  readonly person: string;
  readonly order: PumpOrder;
  /** When the target ends by what people signed, milliseconds since 1970. */
  readonly untilMs: number;
  /** 0 before the first. */
  readonly lastStep: number;
  /** When the pump last took a step, or the target was set; on the steady scale. */
  readonly followedMs: number;
  /** Set rates that the pump may show for what was written to it; empty before the first step. */
  readonly mayShow: readonly number[];
  readonly holdRateMlPerHour: number;
  /** The pump ran before, or the start was written: a pump that is held then was held by somebody. */
  readonly isStarted: boolean;
  /** No step came in time, and it was told. */
  readonly isHeld: boolean;
  /** It ends as soon as the pump has a rate that it may be left with. */
  readonly leaving?: { readonly reason: SteeringEnd; readonly detail: string };
}

/** A step as dosing says it, and when it said so, milliseconds since 1970. */
export interface SteeringStep {
  readonly commandId: string;
  readonly step: number;
  readonly rateMlPerHour: number;
  readonly holdRateMlPerHour: number;
  readonly isLast: boolean;
  readonly saidMs: number;
}

/** What the pump says of itself now. */
export interface SteeringSeen {
  readonly delivering: boolean;
  readonly setRateMlPerHour: number;
}

/** What is wanted of the pump, and why. */
export type Wanted =
  | { readonly why: 'step'; readonly rateMlPerHour: number; readonly step: SteeringStep }
  /** Never faster than it runs. */
  | { readonly why: 'hold' | 'leave'; readonly atMostMlPerHour: number }
  /** Only whether a hand has changed something. */
  | { readonly why: 'look' };

/** What is to be done at the pump for it. */
export type SteeringAct =
  | { readonly do: 'end'; readonly reason: SteeringEnd; readonly detail: string }
  | { readonly do: 'write'; readonly rateMlPerHour?: number; readonly start: boolean };

/** A step is good for this long after it was said. */
const FRESH_MS = 15_000;
/** What the clocks of dosing and of the adapter may differ. */
const CLOCKS_DIFFER_MS = 5_000;
/**
 * Without a step for so long, three of ten seconds each, the pump is put to the rate that never passes the target. Not to nothing: a
 * patient who sleeps by the drug must not wake up because a network is down.
 */
export const HOLD_AFTER_MS = 30_000;

/** Why a step is not taken; undefined for one that is. */
export function notTaken(
  { commandId, order, lastStep, leaving, untilMs }: Steering,
  step: SteeringStep,
  nowMs: number,
): string | undefined {
  const ceiling = order.rateMlPerHour ?? 0;
  if (step.commandId !== commandId) return `it is of the target ${step.commandId}, which is not this pump's`;
  if (leaving !== undefined) return `the target ends: ${leaving.reason}`;
  if (step.step <= lastStep) return `step ${lastStep} was taken before`;
  if (step.rateMlPerHour > ceiling)
    return `${step.rateMlPerHour} ml/h is above the ceiling of ${ceiling} ml/h`;
  if (step.holdRateMlPerHour > step.rateMlPerHour) return 'it would be left with more than it asks for';
  if (nowMs - step.saidMs > FRESH_MS) return 'it is too old';
  if (step.saidMs - nowMs > CLOCKS_DIFFER_MS) return 'it was said in the future';
  return nowMs >= untilMs ? 'the target is over' : undefined;
}

/** Whether no step came in time. */
export function isOverdue({ followedMs }: Steering, steadyMs: number): boolean {
  return steadyMs - followedMs > HOLD_AFTER_MS;
}

/**
 * What comes next at the pump. Total and pure.
 *
 * Promises: what a hand has changed is left as it is, and ends the target; a pump that was held is not started again; the start is
 * written once in the life of a target, and with a step only; without a step the rate only falls.
 */
export function actOn(steering: Steering, wanted: Wanted, seen: SteeringSeen): SteeringAct {
  const { mayShow, isStarted } = steering;
  const { setRateMlPerHour: shows, delivering } = seen;
  if (mayShow.length > 0 && !mayShow.includes(shows))
    return { do: 'end', reason: 'changed-at-pump', detail: `somebody set ${shows} ml/h at the pump` };
  if (isStarted && !delivering) return { do: 'end', reason: 'pump-held', detail: 'the pump is held' };
  if (wanted.why === 'look') return { do: 'write', start: false };
  if (wanted.why !== 'step') {
    const { atMostMlPerHour } = wanted;
    return { do: 'write', start: false, ...(atMostMlPerHour < shows && { rateMlPerHour: atMostMlPerHour }) };
  }
  const { rateMlPerHour } = wanted;
  return { do: 'write', start: !delivering, ...(rateMlPerHour !== shows && { rateMlPerHour }) };
}

/** After the pump took a step. */
export function followed(
  steering: Steering,
  { step, rateMlPerHour, holdRateMlPerHour }: SteeringStep,
  steadyMs: number,
): Steering {
  return {
    ...steering,
    lastStep: step,
    followedMs: steadyMs,
    mayShow: [rateMlPerHour],
    holdRateMlPerHour,
    isStarted: true,
    isHeld: false,
  };
}
