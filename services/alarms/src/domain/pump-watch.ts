import {
  CommandExecuted,
  CommandFailed,
  CommandOutcomeResolved,
  CommandOutcomeUnknown,
  InfusionCompleted,
  InfusionStarted,
  InfusionStopped,
  KeepVeinOpenStarted,
  PumpAlarmCleared,
  PumpAlarmRaised,
  PumpConnected,
  PumpLost,
  RateChanged,
  StatusSampled,
  TargetEnded,
  TargetHeld,
  TargetResumed,
  isEvent,
  type PumpAction,
  type StreamEvent,
} from '@bcmed/events';
import { OWN, PUMP_PREFIX, conditionOfTerm, isVasoactive } from './conditions.js';
import type { Place } from './ward.js';
import { trendOf, withSample, type PressureSample } from './pressure-trend.js';

/** What is believed of one pump, as far as alarms need it. */
export interface PumpWatch {
  readonly pump: string;
  /** The sender that owns its line. */
  readonly adapter: string;
  readonly lost: boolean;
  /** Our clock when it was last heard. */
  readonly heardMs: number;
  readonly lastEvent: string;
  readonly lastTime: string;
  /** Whether `no-data` was found since then. */
  readonly silent: boolean;
  readonly infusing?: boolean | undefined;
  readonly drug?: string | undefined;
  readonly pressures: readonly PressureSample[];
  readonly rising: boolean;
  /** Commands whose outcome nobody knows. */
  readonly unknown: Readonly<Record<string, PumpAction>>;
  /** Who and what it is connected to, as somebody recorded. */
  readonly association?: PumpAssociation | undefined;
  /** The adapter began anew and may have forgotten which alarms it told. */
  readonly forgotten: boolean;
}

/** What an association says of a pump. */
export interface PumpAssociation {
  readonly id: string;
  readonly patient: string;
  readonly unit: string;
  readonly bed: string;
  readonly drug: string;
}

/** Whether a vasoactive drug is known to run: by the label at the pump, or by what was recorded. */
export function givesVasoactive({ drug, association }: PumpWatch): boolean {
  return isVasoactive(drug) || isVasoactive(association?.drug);
}

/** A condition begins or ends at one pump, or at one patient. */
export type Finding =
  | {
      readonly kind: 'onset';
      readonly condition: string;
      readonly source: string;
      /** What the condition is about where it is one of several: `command/<id>`, `emergency/<id>`. */
      readonly instance?: string;
      /** Where it is, when the event itself says it. */
      readonly place?: Place;
      readonly cause: string;
      readonly since: string;
      readonly actor: string;
      readonly vendorCode?: string;
    }
  | {
      readonly kind: 'clear';
      readonly condition: string;
      readonly source: string;
      readonly instance?: string;
      readonly cause: string;
      readonly actor: string;
    }
  /** All alarms that the pump itself showed. */
  | {
      readonly kind: 'clear-shown';
      readonly source: string;
      readonly cause: string;
      readonly actor: string;
    };

/** An admitted event of a pump, with its own time and ours. */
export interface Heard {
  readonly event: StreamEvent;
  readonly atMs: number;
  readonly nowMs: number;
}

export interface WatchRules {
  readonly silenceMs: number;
  readonly pressureSlopeMmHgPerMin: number;
}

export interface Watched {
  readonly watch: PumpWatch;
  readonly findings: readonly Finding[];
}

/** What an event of a pump means for alarms. Events that mean nothing only say that the pump is heard. */
export function interpret(before: PumpWatch | undefined, heard: Heard, rules: WatchRules): Watched {
  const { event, nowMs } = heard;
  const known = before ?? beginning(event, nowMs);
  const watch: PumpWatch = {
    ...known,
    adapter: event.source,
    heardMs: Math.max(nowMs, known.heardMs),
    lastEvent: event.id,
    lastTime: event.time,
    silent: false,
    lost: false,
  };
  const meant = meaningOf(watch, heard, rules);
  // Whatever is heard ends the silence, also one that an earlier life of this service has found.
  return { watch: meant.watch, findings: [clear(event, OWN.silent.name), ...meant.findings] };
}

/** Somebody recorded where a pump is connected. One that was never heard is not missed. */
export function associate(
  before: PumpWatch | undefined,
  { event, nowMs }: Heard,
  { pump, association }: { readonly pump: string; readonly association: PumpAssociation },
): Watched {
  const known = before ?? { ...beginning({ ...event, subject: pump }, nowMs), lost: true };
  return { watch: { ...known, association }, findings: [] };
}

/** The connection ended. A drug that is disconnected on purpose is not missed any more. */
export function dissociate(before: PumpWatch, event: StreamEvent, isOnPurpose: boolean): Watched {
  const { association: _, ...watch } = before;
  const source = before.pump;
  const ended = { ...clear(event, OWN.vasoactiveStopped.name), source };
  return { watch, findings: isOnPurpose ? [ended] : [] };
}

/** The condition `no-data`, when it is due. Its cause is the last event that was heard. */
export function fallSilent(watch: PumpWatch, nowMs: number, rules: WatchRules): Watched | undefined {
  if (silenceDueMs(watch, rules) > nowMs) return undefined;
  const { pump, adapter, lastEvent, lastTime } = watch;
  const base = {
    condition: OWN.silent.name,
    source: pump,
    cause: lastEvent,
    since: lastTime,
    actor: adapter,
  };
  return { watch: { ...watch, silent: true }, findings: [{ kind: 'onset', ...base }] };
}

/** When silence becomes a condition; never for a pump that is lost, which is known already. */
export function silenceDueMs({ lost, silent, heardMs }: PumpWatch, { silenceMs }: WatchRules): number {
  return lost || silent ? Number.POSITIVE_INFINITY : heardMs + silenceMs;
}

function beginning({ id, subject, source, time }: StreamEvent, nowMs: number): PumpWatch {
  return {
    pump: subject,
    adapter: source,
    lost: false,
    heardMs: nowMs,
    lastEvent: id,
    lastTime: time,
    silent: false,
    pressures: [],
    rising: false,
    unknown: {},
    forgotten: false,
  };
}

function meaningOf(watch: PumpWatch, heard: Heard, rules: WatchRules): Watched {
  const { event } = heard;
  if (isEvent(event, PumpAlarmRaised)) {
    const { term, vendorCode } = event.data;
    if (term === 'none') return { watch, findings: [] };
    return { watch, findings: [{ ...onset(event, conditionOfTerm(term)), vendorCode }] };
  }
  if (isEvent(event, PumpAlarmCleared))
    return { watch, findings: [clear(event, conditionOfTerm(event.data.term))] };
  if (isEvent(event, PumpLost))
    return { watch: { ...watch, lost: true }, findings: [onset(event, OWN.lost.name)] };
  if (isEvent(event, PumpConnected)) {
    const forgotten = event.data.lastContactAt === undefined;
    return { watch: { ...watch, lost: false, forgotten }, findings: [clear(event, OWN.lost.name)] };
  }
  if (isEvent(event, StatusSampled)) return sampled(watch, heard, event.data, rules);
  const { watch: now, findings } = infusionOf(watch, event) ??
    commandOf(watch, event) ?? { watch, findings: [] };
  return { watch: now, findings: [...findings, ...targetOf(event)] };
}

function sampled(
  before: PumpWatch,
  { event, atMs }: Heard,
  data: ReturnType<(typeof StatusSampled)['data']['parse']>,
  rules: WatchRules,
): Watched {
  const infusing = data.state === 'infusing';
  const shownNone = before.forgotten && !data.alarmActive;
  const pressures =
    infusing && data.pressureMmHg !== undefined
      ? withSample(before.pressures, { atMs, mmHg: data.pressureMmHg })
      : [];
  const { slopeMmHgPerMin, rising: ramps } = trendOf(pressures, rules.pressureSlopeMmHgPerMin);
  // Once it rises, it does so until the slope is clearly below the limit: no flapping.
  const rising = ramps || (before.rising && slopeMmHgPerMin >= rules.pressureSlopeMmHgPerMin / 4);
  const watch: PumpWatch = {
    ...before,
    infusing,
    drug: data.drugName,
    pressures,
    rising,
    forgotten: before.forgotten && data.alarmActive,
  };
  const findings: Finding[] = [];
  if (rising && !before.rising) findings.push(onset(event, OWN.pressureRising.name));
  if (!rising && before.rising) findings.push(clear(event, OWN.pressureRising.name));
  if (!infusing) findings.push(clear(event, OWN.stopFailed.name));
  if (givesVasoactive(before) && !givesVasoactive(watch))
    findings.push(clear(event, OWN.vasoactiveStopped.name));
  if (shownNone)
    findings.push({ kind: 'clear-shown', source: event.subject, cause: event.id, actor: event.actor });
  return { watch, findings };
}

function infusionOf(before: PumpWatch, event: StreamEvent): Watched | undefined {
  if (isEvent(event, InfusionStarted)) {
    const watch = { ...before, infusing: true, pressures: [] };
    return { watch, findings: [clear(event, OWN.vasoactiveStopped.name)] };
  }
  if (isEvent(event, RateChanged)) return { watch: { ...before, pressures: [] }, findings: [] };
  const keepsOpen = isEvent(event, KeepVeinOpenStarted);
  if (!keepsOpen && !isEvent(event, InfusionStopped) && !isEvent(event, InfusionCompleted)) return undefined;
  const findings: Finding[] = keepsOpen ? [] : [clear(event, OWN.stopFailed.name)];
  if (givesVasoactive(before)) findings.push(onset(event, OWN.vasoactiveStopped.name));
  return { watch: { ...before, infusing: keepsOpen, pressures: [] }, findings };
}

function commandOf(watch: PumpWatch, event: StreamEvent): Watched | undefined {
  if (isEvent(event, CommandOutcomeUnknown)) {
    const { commandId: instance, action } = event.data;
    const unknown = { ...watch.unknown, [instance]: action };
    return {
      watch: { ...watch, unknown },
      findings: [{ ...onset(event, OWN.outcomeUnknown.name), instance: aboutCommand(instance) }],
    };
  }
  if (isEvent(event, CommandOutcomeResolved)) {
    const { commandId: instance, outcome } = event.data;
    const { [instance]: action, ...unknown } = watch.unknown;
    const failed = action === 'stop' && outcome === 'not-as-ordered' && watch.infusing !== false;
    const findings: Finding[] = [
      { ...clear(event, OWN.outcomeUnknown.name), instance: aboutCommand(instance) },
    ];
    if (failed) findings.push(onset(event, OWN.stopFailed.name));
    return { watch: { ...watch, unknown }, findings };
  }
  if (isEvent(event, CommandFailed)) {
    // A pump that is known to stand still needs no stop.
    const matters = event.data.action === 'stop' && watch.infusing !== false;
    return { watch, findings: matters ? [onset(event, OWN.stopFailed.name)] : [] };
  }
  if (isEvent(event, CommandExecuted) && event.data.action === 'stop')
    return { watch: { ...watch, infusing: false }, findings: [clear(event, OWN.stopFailed.name)] };
  return undefined;
}

/** A target that ends while nobody is at the pump: what it runs at is then looked after by nobody. */
const UNATTENDED: readonly string[] = ['no-step', 'expired', 'not-permitted', 'bedside-changed'];

/** Whether somebody steers the pump. A new order, a hand at the pump and a pump that is held end what was told of a target. */
function targetOf(event: StreamEvent): Finding[] {
  const [held, ended] = [OWN.targetHeld.name, OWN.targetEnded.name];
  if (isEvent(event, TargetHeld)) return [onset(event, held)];
  if (isEvent(event, TargetResumed)) return [clear(event, held)];
  if (isEvent(event, TargetEnded)) {
    const isUnattended = UNATTENDED.includes(event.data.reason);
    return [clear(event, held), ...(isUnattended ? [onset(event, ended)] : [])];
  }
  const isOrdered =
    isEvent(event, CommandExecuted) && ['set-rate', 'set-target', 'stop'].includes(event.data.action);
  const isByHand = isEvent(event, RateChanged) && event.data.changedBy === 'front-panel';
  const isOver = isEvent(event, InfusionStopped) || isEvent(event, InfusionCompleted);
  return isOrdered || isByHand || isOver ? [clear(event, ended)] : [];
}

function onset(event: StreamEvent, condition: string): Finding & { readonly kind: 'onset' } {
  const { subject: source, id: cause, time: since, actor } = event;
  return { kind: 'onset', condition, source, cause, since, actor };
}

function clear(event: StreamEvent, condition: string): Finding & { readonly kind: 'clear' } {
  return { kind: 'clear', condition, source: event.subject, cause: event.id, actor: event.actor };
}

/** Whether a condition is one that pumps show themselves. */
export function isShown(condition: string): boolean {
  return condition.startsWith(PUMP_PREFIX);
}

const aboutCommand = (id: string): string => `command/${id}`;
