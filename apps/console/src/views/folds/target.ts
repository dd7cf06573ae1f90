import {
  isEvent,
  TargetEnded,
  TargetHeld,
  TargetResumed,
  TargetStep,
  type PumpOrder,
  type StreamEvent,
} from '@bcmed/events';
import type { TargetView } from '../../domain/live.js';

/** What a pump is steered to after a command to it: a new target, none, or the one before where the command does not touch it. */
export function targetAfterCommand(
  target: TargetView | undefined,
  commandId: string,
  { action, target: wanted, untilAt, rateMlPerHour, volumeMl }: PumpOrder,
): TargetView | undefined {
  if (action === 'bolus') return target;
  const isWhole = wanted !== undefined && untilAt !== undefined && rateMlPerHour !== undefined;
  if (action !== 'set-target' || !isWhole || volumeMl === undefined)
    return action === 'stop' ? target : undefined;
  const { model, site, concentration, unit } = wanted;
  return {
    commandId,
    model,
    site,
    concentration,
    unit,
    untilMs: Date.parse(untilAt),
    ceilingMlPerHour: rateMlPerHour,
    mostMl: volumeMl,
    state: 'ordered',
  };
}

/** The target after what dosing or the pump's adapter said of it. Total; what is about another command changes nothing. */
export function targetAfter(target: TargetView, event: StreamEvent): TargetView {
  if (isEvent(event, TargetStep)) return stepped(target, event);
  if (isEvent(event, TargetHeld) && isOf(target, event))
    return { ...target, state: 'held', words: event.data.detail };
  if (isEvent(event, TargetResumed) && isOf(target, event)) return steered(target);
  if (isEvent(event, TargetEnded) && isOf(target, event))
    return { ...target, state: 'ended', reason: event.data.reason, words: event.data.detail };
  return target;
}

function stepped(target: TargetView, event: StreamEvent<StepData>): TargetView {
  const { step: number, commandId: _, holdRateMlPerHour: _h, isLast: _l, ...reckoned } = event.data;
  const isNews = isOf(target, event) && number > (target.step?.number ?? 0);
  if (!isNews) return target;
  const step = { number, atMs: Date.parse(event.time), ...reckoned };
  // Whether a pump that was held follows again is for its adapter to say.
  const isSteered = target.state === 'ordered';
  return { ...target, step, ...(isSteered && { state: 'steered' as const }) };
}

function steered(target: TargetView): TargetView {
  const { words: _, reason: _r, ...kept } = target;
  return { ...kept, state: 'steered' };
}

const isOf = (target: TargetView, { data }: StreamEvent<{ readonly commandId: string }>): boolean =>
  data.commandId === target.commandId;

type StepData = ReturnType<(typeof TargetStep)['data']['parse']>;
