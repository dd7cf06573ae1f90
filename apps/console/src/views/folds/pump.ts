import {
  CommandExecuted,
  InfusionCompleted,
  InfusionStarted,
  InfusionStopped,
  isEvent,
  PumpAlarmCleared,
  PumpAlarmRaised,
  PumpConnected,
  PumpLost,
  RateChanged,
  StatusSampled,
  SyringeChanged,
  VolumeCleared,
  VtbiChanged,
  type StreamEvent,
} from '@bcmed/events';
import type { PumpView } from '../../domain/live.js';

/** What a pump itself shows: everything of its view that neither the record of the bed nor dosing says. */
export type ShownPump = Omit<
  PumpView,
  | 'bed'
  | 'unit'
  | 'patient'
  | 'drug'
  | 'concentration'
  | 'associationId'
  | 'associatedSinceMs'
  | 'infusionId'
  | 'dose'
  | 'authorisedRateMlPerHour'
  | 'waitingOrderId'
  | 'lastCommandId'
  | 'target'
>;

/** A pump of which nothing was heard. Its serial is the one in subjects until the pump says how it writes it. */
export const unheardPump = (serial: string): ShownPump => ({
  serial,
  connected: false,
  alarms: [],
  completed: false,
});

/** The pump after one of its events. Total: an event that tells nothing of what is shown changes only when it was heard. */
export function pumpAfter(pump: ShownPump, event: StreamEvent): ShownPump {
  const heardAtMs = Date.parse(event.time);
  if (isEvent(event, PumpLost))
    return { ...pump, connected: false, heardAtMs: Date.parse(event.data.silentSince) };
  return { ...told(pump, event, heardAtMs), connected: true, heardAtMs };
}

function told(pump: ShownPump, event: StreamEvent, atMs: number): ShownPump {
  if (isEvent(event, StatusSampled)) return sampled(pump, event.data);
  if (isEvent(event, PumpConnected)) {
    const { family, model, serial, syringe = pump.syringe } = event.data;
    return { ...pump, serial, family, model, ...(syringe && { syringe }) };
  }
  if (isEvent(event, PumpAlarmRaised)) {
    const { vendorCode, term, text } = event.data;
    const raised = { vendorCode, term, ...(text !== undefined && { text }), sinceMs: atMs };
    return { ...pump, alarmActive: true, alarms: [...otherAlarms(pump, vendorCode), raised] };
  }
  if (isEvent(event, PumpAlarmCleared)) return { ...pump, alarms: otherAlarms(pump, event.data.vendorCode) };
  if (isEvent(event, SyringeChanged)) return { ...pump, syringe: event.data.to };
  if (isEvent(event, VtbiChanged)) return withVtbi(pump, event.data.to);
  if (isEvent(event, VolumeCleared)) return { ...pump, volumeInfusedMl: event.data.toMl };
  return running(pump, event);
}

function running(pump: ShownPump, event: StreamEvent): ShownPump {
  if (isEvent(event, RateChanged)) return { ...pump, setRateMlPerHour: event.data.toMlPerHour };
  if (isEvent(event, InfusionStarted)) {
    const setRateMlPerHour = event.data.rateMlPerHour;
    return { ...pump, delivering: true, completed: false, setRateMlPerHour };
  }
  if (isEvent(event, InfusionStopped)) {
    const { volumeInfusedMl } = event.data;
    return { ...pump, delivering: false, rateMlPerHour: 0, volumeInfusedMl };
  }
  if (isEvent(event, InfusionCompleted))
    return { ...pump, completed: true, volumeInfusedMl: event.data.volumeInfusedMl };
  if (isEvent(event, CommandExecuted)) {
    const { delivering, setRateMlPerHour = pump.setRateMlPerHour } = event.data;
    return { ...pump, delivering, ...(setRateMlPerHour !== undefined && { setRateMlPerHour }) };
  }
  return pump;
}

/** A sample is all that the pump shows: what is not in it, it does not show any more. */
function sampled(pump: ShownPump, data: StatusSampledData): ShownPump {
  const { remainingSeconds: _, pressureMmHg: _p, drugName: _d, ...kept } = pump;
  const { state, mode, rateMlPerHour, volumeInfusedMl, alarmActive, vtbi } = data;
  const delivering = state === 'infusing';
  const set = delivering || pump.setRateMlPerHour === undefined ? rateMlPerHour : pump.setRateMlPerHour;
  const next: ShownPump = {
    ...kept,
    delivering,
    mode,
    rateMlPerHour: delivering ? rateMlPerHour : 0,
    setRateMlPerHour: set,
    volumeInfusedMl,
    alarmActive,
    alarms: alarmActive ? pump.alarms : [],
    ...(data.pressureMmHg !== undefined && { pressureMmHg: data.pressureMmHg }),
    ...(data.remainingSeconds !== undefined && { remainingSeconds: data.remainingSeconds }),
    ...(data.drugName !== undefined && { drugName: data.drugName }),
  };
  return vtbi === undefined ? next : withVtbi(next, vtbi);
}

type StatusSampledData = ReturnType<(typeof StatusSampled)['data']['parse']>;
type Vtbi = NonNullable<StatusSampledData['vtbi']>;

function withVtbi(pump: ShownPump, { active, volumeMl, atEnd }: Vtbi): ShownPump {
  const { vtbiMl: _, vtbiAtEnd: _a, ...kept } = pump;
  if (!active) return kept;
  return {
    ...kept,
    ...(volumeMl !== undefined && { vtbiMl: volumeMl }),
    ...(atEnd !== undefined && { vtbiAtEnd: atEnd }),
  };
}

const otherAlarms = ({ alarms }: ShownPump, vendorCode: string): ShownPump['alarms'] =>
  alarms.filter((alarm) => alarm.vendorCode !== vendorCode);
