import type { asena } from '@bcmed/pump-protocols';
import { GUESSES } from './guesses.js';

/** The alarms that the emulated pump can raise, in the vendor's letters. */
export type AlarmCode = (typeof GUESSES.alarmOrder.value)[number];

/** Who pressed the key: a hand on the pump, or a driver on the line. */
export type Origin = 'front-panel' | 'serial';

export interface Syringe {
  readonly brand: string;
  readonly sizeMl: number;
  readonly contentMl: number;
}

/** A volume after which the pump acts by itself. */
export interface VolumeToBeInfused {
  readonly volumeMl: number;
  readonly remainingMl: number;
  readonly endAction: asena.VtbiEndAction;
}

/** The whole truth about one emulated pump, its syringe and its line; what the wire shows is a part of it. */
export interface PumpState {
  readonly serial: string;
  readonly drugName: string;
  readonly elapsedMs: number;
  readonly running: boolean;
  readonly startedBy: Origin | null;
  readonly keepVeinOpen: boolean;
  readonly setRateMlPerHour: number;
  readonly volumeInfusedMl: number;
  readonly vtbi: VolumeToBeInfused | null;
  readonly bolus: {
    readonly rateMlPerHour: number;
    readonly remainingMl: number;
    readonly givenMl: number;
  } | null;
  /** Null while none is held. */
  readonly syringe: Syringe | null;
  readonly alarms: readonly AlarmCode[];
  readonly mains: boolean;
  /** Null while the line is open; otherwise how much the closed part gives way. */
  readonly occlusion: { readonly complianceMlPerMmHg: number } | null;
  readonly linePressureMmHg: number;
  /** Driven into a closed line and not yet in the patient: it arrives at once when the line opens. */
  readonly heldBackMl: number;
  /** What really went into the patient since the pump was made; no display shows it and nothing clears it. */
  readonly deliveredMl: number;
  /** What the display and the wire show: the line pressure and the sensor's noise. */
  readonly shownPressureMmHg: number;
  readonly remoteControl: boolean;
  readonly remoteConfiguration: boolean;
  readonly bolusEnabled: boolean;
  /** Virtual time since a frame with a right CRC arrived. */
  readonly silentMs: number;
  readonly logEntryId: number;
  /** The generator of the sensor's noise. */
  readonly noise: number;
}

/** What stands in the pump's own log. Each entry raises the log entry id by one. */
export type PumpEvent =
  | { readonly type: 'infusion-started'; readonly by: Origin }
  | { readonly type: 'infusion-stopped'; readonly by: Origin }
  | {
      readonly type: 'rate-changed';
      readonly fromMlPerHour: number;
      readonly toMlPerHour: number;
      readonly by: Origin;
    }
  | {
      readonly type: 'vtbi-changed';
      readonly vtbi: { readonly volumeMl: number; readonly endAction: asena.VtbiEndAction } | null;
      readonly by: Origin;
    }
  | { readonly type: 'volume-cleared'; readonly volumeMl: number; readonly by: Origin }
  | { readonly type: 'bolus-given'; readonly volumeMl: number }
  | {
      readonly type: 'alarm-raised';
      readonly code: AlarmCode;
      readonly then: 'go-on' | 'stop' | 'keep-vein-open';
    }
  | { readonly type: 'alarm-cleared'; readonly code: AlarmCode }
  | { readonly type: 'syringe-changed'; readonly syringe: Syringe };

/** What a new pump is like before anybody touches it. */
export interface PumpSetup {
  readonly serial: string;
  readonly drugName: string;
  readonly syringe: Syringe;
  readonly setRateMlPerHour: number;
  readonly logEntryId: number;
  readonly seed: number;
}

/** A pump on hold with a confirmed syringe, on mains, its line open. */
export function initialState(setup: PumpSetup): PumpState {
  return {
    serial: setup.serial,
    drugName: setup.drugName,
    elapsedMs: 0,
    running: false,
    startedBy: null,
    keepVeinOpen: false,
    setRateMlPerHour: setup.setRateMlPerHour,
    volumeInfusedMl: 0,
    vtbi: null,
    bolus: null,
    syringe: setup.syringe,
    alarms: [],
    mains: true,
    occlusion: null,
    linePressureMmHg: GUESSES.restingPressureMmHg.value,
    heldBackMl: 0,
    deliveredMl: 0,
    shownPressureMmHg: GUESSES.restingPressureMmHg.value,
    remoteControl: false,
    remoteConfiguration: false,
    bolusEnabled: false,
    silentMs: 0,
    logEntryId: setup.logEntryId,
    noise: setup.seed >>> 0,
  };
}

const HELD = { running: false, startedBy: null, keepVeinOpen: false, bolus: null } as const;

/** Applies one log entry. Total: every entry is possible in every state. */
export function evolve(state: PumpState, event: PumpEvent): PumpState {
  const logEntryId = state.logEntryId >= GUESSES.logEntryIdWrapsAfter.value ? 0 : state.logEntryId + 1;
  const logged = { ...state, logEntryId };
  switch (event.type) {
    case 'infusion-started':
      return { ...logged, running: true, keepVeinOpen: false, startedBy: event.by };
    case 'infusion-stopped':
      return { ...logged, ...HELD };
    case 'rate-changed':
      return { ...logged, setRateMlPerHour: event.toMlPerHour };
    case 'vtbi-changed':
      return { ...logged, vtbi: event.vtbi && { ...event.vtbi, remainingMl: event.vtbi.volumeMl } };
    case 'volume-cleared':
      return { ...logged, volumeInfusedMl: 0 };
    case 'bolus-given':
      return { ...logged, bolus: null };
    case 'alarm-raised':
      return { ...logged, ...afterAlarm(event), alarms: [...new Set([...state.alarms, event.code])] };
    case 'alarm-cleared':
      return { ...logged, alarms: state.alarms.filter((code) => code !== event.code) };
    case 'syringe-changed':
      return { ...logged, syringe: event.syringe };
    default:
      return event satisfies never;
  }
}

function afterAlarm(alarm: Extract<PumpEvent, { type: 'alarm-raised' }>): Partial<PumpState> {
  const volumeIsIn = alarm.code === 'AL_VTBIS' || alarm.code === 'AL_VTBIK';
  return {
    ...(volumeIsIn ? { vtbi: null } : {}),
    ...(alarm.then === 'stop' ? HELD : {}),
    ...(alarm.then === 'keep-vein-open' ? { keepVeinOpen: true } : {}),
  };
}

/** The rate at which the plunger is driven at this moment. */
export function driveMlPerHour(state: PumpState): number {
  if (!state.running || state.syringe === null) return 0;
  if (state.bolus !== null) return state.bolus.rateMlPerHour;
  return rateMlPerHour(state);
}

/** The rate that the display and INF show. */
export function rateMlPerHour(state: PumpState): number {
  if (!state.running) return GUESSES.rateWhileHeldMlPerHour.value;
  if (!state.keepVeinOpen) return state.setRateMlPerHour;
  return Math.min(GUESSES.keepVeinOpenRateMlPerHour.value, state.setRateMlPerHour);
}

/** The one alarm that `ALARM` tells. */
export function foremostAlarm(state: PumpState): AlarmCode | null {
  return GUESSES.alarmOrder.value.find((code) => state.alarms.includes(code)) ?? null;
}
