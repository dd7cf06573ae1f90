import {
  BolusGiven,
  CommandExecuted,
  CommandFailed,
  CommandOutcomeResolved,
  CommandOutcomeUnknown,
  InfusionCompleted,
  InfusionStarted,
  InfusionStopped,
  KeepVeinOpenStarted,
  LogGapDetected,
  PumpAlarmCleared,
  PumpAlarmRaised,
  PumpConnected,
  PumpLost,
  RateChanged,
  StatusSampled,
  SyringeChanged,
  TargetEnded,
  TargetHeld,
  TargetResumed,
  VolumeCleared,
  VtbiChanged,
} from '@bcmed/events';
import type { z } from 'zod';

/** Everything that this service says about a pump, by the name that the stream uses. */
export const PUMP_EVENTS = {
  connected: PumpConnected,
  lost: PumpLost,
  'status-sampled': StatusSampled,
  'infusion-started': InfusionStarted,
  'infusion-stopped': InfusionStopped,
  'infusion-completed': InfusionCompleted,
  'keep-vein-open-started': KeepVeinOpenStarted,
  'rate-changed': RateChanged,
  'vtbi-changed': VtbiChanged,
  'volume-cleared': VolumeCleared,
  'bolus-given': BolusGiven,
  'syringe-changed': SyringeChanged,
  'alarm-raised': PumpAlarmRaised,
  'alarm-cleared': PumpAlarmCleared,
  'log-gap-detected': LogGapDetected,
  'command-executed': CommandExecuted,
  'command-failed': CommandFailed,
  'command-outcome-unknown': CommandOutcomeUnknown,
  'command-outcome-resolved': CommandOutcomeResolved,
  'target-held': TargetHeld,
  'target-resumed': TargetResumed,
  'target-ended': TargetEnded,
} as const;

export type PumpEventName = keyof typeof PUMP_EVENTS;
export type DataOf<Name extends PumpEventName> = z.infer<(typeof PUMP_EVENTS)[Name]['data']>;

/**
 * Who caused it, as far as the wire tells: a hand at the front panel, the pump by itself, the adapter that noticed, or the
 * person whose command explains it.
 */
export type Actor = 'front-panel' | 'pump' | 'adapter' | { readonly person: string };

/** What happened, before it has an envelope, a place in the chain and a seal. */
export type PumpEvent = {
  [Name in PumpEventName]: {
    readonly name: Name;
    readonly actor: Actor;
    readonly data: DataOf<Name>;
    /** Command that this follows from. */
    readonly commandId?: string;
  };
}[PumpEventName];

export type SampledStatus = DataOf<'status-sampled'>;
export type Vtbi = DataOf<'vtbi-changed'>['to'];
export type Syringe = DataOf<'syringe-changed'>['to'];

/** Builds one event with its data checked against its own name. */
export function happened<Name extends PumpEventName>(
  name: Name,
  actor: Actor,
  data: DataOf<Name>,
  commandId?: string,
): PumpEvent {
  // The compiler cannot follow that name and data of one call belong to the same member of the union.
  return { name, actor, data, ...(commandId !== undefined && { commandId }) } as PumpEvent;
}
