import { changedBy, type AwaitedCommand } from './command.js';
import { happened, type PumpEvent } from './events.js';
import type { Reading, ShownAlarm } from './input.js';
import type { Belief, Infusion } from './state.js';

const ENDED: ReadonlySet<string> = new Set(['end-of-infusion-stopped', 'volume-to-be-infused-stopped']);
const KEEPS_VEIN_OPEN: ReadonlySet<string> = new Set([
  'end-of-infusion-keep-vein-open',
  'volume-to-be-infused-keep-vein-open',
]);

/** Whether this alarm says that the pump goes on at its keep-vein-open rate. */
export function keepsVeinOpen(alarm: ShownAlarm | undefined): boolean {
  return alarm !== undefined && KEEPS_VEIN_OPEN.has(alarm.term);
}

/**
 * How the infusion episode moved. `alarm` is what the pump shows now. An adapter that meets a running pump for the first
 * time opens an episode with it: the `connected` event without `lastContactAt` just before tells that it may have run before.
 */
export function infusionEvents(
  reading: Reading,
  belief: Belief,
  alarm: ShownAlarm | undefined,
  commanded: readonly AwaitedCommand[],
): PumpEvent[] {
  const { infusion } = belief;
  const { delivering } = reading.status;
  if (!infusion) return delivering ? [started(reading, belief, commanded)] : [];
  if (!delivering) return ended(reading, infusion, alarm, commanded);
  return infusion.phase === 'running'
    ? keptOpen(reading, infusion, alarm)
    : startedAnew(reading, belief, alarm, commanded);
}

function started(
  { status, newInfusionId, vtbi }: Reading,
  belief: Belief,
  commanded: readonly AwaitedCommand[],
): PumpEvent {
  const known = vtbi ?? belief.vtbi;
  const { actor, commandId, changedBy: cause } = changedBy(commanded, 'delivering', true);
  const data = {
    infusionId: newInfusionId,
    rateMlPerHour: status.rateMlPerHour,
    ...(known && { vtbi: known }),
    changedBy: cause,
    logEntryId: status.logEntryId,
  };
  return happened('infusion-started', actor, data, commandId);
}

/** An episode that only kept the vein open was complete before; that it is held now is told by the sample. */
function ended(
  { status }: Reading,
  infusion: Infusion,
  alarm: ShownAlarm | undefined,
  commanded: readonly AwaitedCommand[],
): PumpEvent[] {
  if (infusion.phase === 'keep-vein-open') return [];
  const { volumeInfusedMl, logEntryId, alarmActive } = status;
  if (alarm && ENDED.has(alarm.term)) return [completed(infusion, volumeInfusedMl, alarm, logEntryId)];
  const by = changedBy(commanded, 'delivering', false);
  // Whoever stops a pump that gives an alarm, perhaps of its near end, stops it all the same.
  const byAlarm = by.commandId === undefined && (alarmActive || alarm !== undefined);
  const data = {
    infusionId: infusion.id,
    cause: byAlarm ? ('alarm' as const) : ('held' as const),
    volumeInfusedMl,
    changedBy: byAlarm ? ('front-panel' as const) : by.changedBy,
    logEntryId,
  };
  return byAlarm
    ? [happened('infusion-stopped', 'pump', data)]
    : [happened('infusion-stopped', by.actor, data, by.commandId)];
}

function keptOpen({ status }: Reading, infusion: Infusion, alarm: ShownAlarm | undefined): PumpEvent[] {
  if (!alarm || !keepsVeinOpen(alarm)) return [];
  const { volumeInfusedMl, logEntryId, rateMlPerHour } = status;
  const { vendorCode } = alarm;
  return [
    completed(infusion, volumeInfusedMl, alarm, logEntryId),
    happened('keep-vein-open-started', 'pump', {
      infusionId: infusion.id,
      rateMlPerHour,
      vendorCode,
      logEntryId,
    }),
  ];
}

/** The alarm that told of keeping the vein open is gone and the rate is another: somebody started the pump again. */
function startedAnew(
  reading: Reading,
  belief: Belief,
  alarm: ShownAlarm | undefined,
  commanded: readonly AwaitedCommand[],
): PumpEvent[] {
  const sameRate = reading.status.rateMlPerHour === belief.shown?.rateMlPerHour;
  return keepsVeinOpen(alarm) || sameRate ? [] : [started(reading, belief, commanded)];
}

function completed(
  infusion: Infusion,
  volumeInfusedMl: number,
  alarm: ShownAlarm,
  logEntryId: number,
): PumpEvent {
  return happened('infusion-completed', 'pump', {
    infusionId: infusion.id,
    volumeInfusedMl,
    vendorCode: alarm.vendorCode,
    logEntryId,
  });
}
