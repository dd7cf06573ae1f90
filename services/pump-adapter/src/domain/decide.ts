import { alarmEvents } from './alarm.js';
import { followVolume, type BolusOutcome } from './bolus.js';
import { acting, changedBy, followCommands, reported, seenIn } from './command.js';
import { happened, type PumpEvent, type SampledStatus, type Vtbi } from './events.js';
import { evolve } from './evolve.js';
import { infusionEvents, keepsVeinOpen } from './infusion.js';
import {
  DEFAULT_RULES,
  type Input,
  type Reading,
  type Rules,
  type ShownAlarm,
  type Silence,
} from './input.js';
import { followLog, type LogOutcome } from './log-watch.js';
import type { Belief, PumpState, Watch } from './state.js';

/** What one poll of a pump led to. */
export interface Step {
  readonly events: readonly PumpEvent[];
  readonly state: PumpState;
}

/** What happened at one pump, as one poll shows it. Total: any sequence of inputs is answered. */
export function decide(input: Input, state: PumpState, rules: Rules = DEFAULT_RULES): readonly PumpEvent[] {
  return step(state, input, rules).events;
}

/**
 * One poll: the events that it yields and the state after it. The belief of that state is the fold of `evolve` over
 * the events, so whoever reads them from the stream believes the same; the watch keeps what no event carries yet.
 */
export function step(state: PumpState, input: Input, rules: Rules = DEFAULT_RULES): Step {
  const { events, watch } = judge(state, input, rules);
  return { events, state: { belief: events.reduce(evolve, state.belief), watch } };
}

function judge(state: PumpState, input: Input, rules: Rules): Judged {
  switch (input.kind) {
    case 'silence':
      return silent(state, input, rules);
    case 'commanded': {
      const { commanded: before = [], ...watch } = state.watch;
      const { event, commanded } = reported(input.report, input.moment, before);
      return { events: [event], watch: { ...watch, ...(commanded.length > 0 && { commanded }) } };
    }
    case 'acting': {
      const { commanded: before = [], ...watch } = state.watch;
      return { events: [], watch: { ...watch, commanded: acting(input.awaited, input.moment, before) } };
    }
    case 'steered':
      return { events: [input.event], watch: state.watch };
    case 'reading':
      return answered(state, input, rules);
    default:
      return input satisfies never;
  }
}

interface Judged {
  readonly events: readonly PumpEvent[];
  readonly watch: Watch;
}

function silent({ belief, watch }: PumpState, input: Silence, rules: Rules): Judged {
  const known = belief.contact === 'connected' || belief.contact === 'unheard';
  const patient = input.missedPolls < rules.missedPollsUntilLost && input.reason !== 'another-pump-answers';
  if (!known || patient) return { events: [], watch };
  const { reason, missedPolls, moment } = input;
  const silentSince = watch.heard?.at ?? moment.at;
  return { events: [happened('lost', 'adapter', { reason, silentSince, missedPolls })], watch };
}

function answered({ belief, watch }: PumpState, reading: Reading, rules: Rules): Judged {
  const alarm = alarmEvents(reading, belief, watch.unexplainedFlags);
  const infusion = infusionEvents(reading, belief, alarm.alarm, watch.commanded ?? []);
  const setRateMlPerHour = shownSetRateOf(reading, belief, alarm.alarm) ?? watch.setRateMlPerHour;
  const volume = volumeOutcome(reading, belief, watch);
  const changes = [
    ...settingEvents(reading, belief, watch, { alarm: alarm.alarm, setRateMlPerHour }),
    ...syringeEvents(reading, belief, watch),
    ...infusion,
    ...bolusEvents(reading, volume),
    ...alarm.events,
  ];
  const log = logOutcome(
    reading,
    belief,
    watch,
    changes.length +
      unsaidChanges(reading, belief, watch, { began: volume.began, moved: infusion.length > 0 }),
  );
  const sample = sampleOf(reading, belief);
  const { moment } = reading;
  const seen = seenIn(reading, shownSetRateOf(reading, belief, alarm.alarm));
  const { commanded, resolved } = followCommands(watch.commanded ?? [], seen, moment);
  const due = moment.steadyMs - (watch.sampledMs ?? -Infinity) >= rules.slowBeatMs;
  const sampled = due || !sameSample(sample, belief.shown);
  const events = [
    ...contactEvents(reading, belief, watch),
    ...changes,
    ...resolved,
    ...(log.gap ? [happened('log-gap-detected', 'adapter', log.gap)] : []),
    ...(sampled ? [happened('status-sampled', 'adapter', sample)] : []),
  ];
  const sampledMs = sampled ? moment.steadyMs : watch.sampledMs;
  return {
    events,
    watch: {
      heard: moment,
      ...(sampledMs !== undefined && { sampledMs }),
      ...(volume.watch && { bolus: volume.watch }),
      ...(commanded.length > 0 && { commanded }),
      log: log.watch,
      unexplainedFlags: alarm.unexplainedFlags,
      ...(setRateMlPerHour !== undefined && { setRateMlPerHour }),
      syringeOut: reading.syringe ? !reading.syringe.confirmed : watch.syringeOut,
    },
  };
}

function contactEvents({ identity, syringe }: Reading, belief: Belief, { heard }: Watch): PumpEvent[] {
  if (belief.contact === 'connected' && belief.identity?.line === identity.line) return [];
  return [
    happened('connected', 'adapter', {
      ...identity,
      ...(syringe && { syringe }),
      ...(heard && { lastContactAt: heard.at }),
    }),
  ];
}

/** Rate, volume to be infused and volume infused, as somebody set them. */
function settingEvents(reading: Reading, belief: Belief, watch: Watch, now: Now): PumpEvent[] {
  const events: PumpEvent[] = [];
  const { shown } = belief;
  const { logEntryId, volumeInfusedMl } = reading.status;
  const by = { changedBy: 'front-panel', logEntryId } as const;
  const { commanded = [] } = watch;
  if (shown && volumeInfusedMl < shown.volumeInfusedMl) {
    const fromMl = shown.volumeInfusedMl;
    events.push(happened('volume-cleared', 'front-panel', { fromMl, toMl: volumeInfusedMl, ...by }));
  }
  const from = belief.vtbi;
  const to = reading.vtbi;
  if (to && from && !sameVtbi(to, from) && !isUsedUp(to, now.alarm)) {
    const vtbiMl = to.active ? (to.volumeMl ?? 0) : 0;
    const { changedBy: cause, actor, commandId } = changedBy(commanded, 'vtbiMl', vtbiMl);
    events.push(happened('vtbi-changed', actor, { from, to, changedBy: cause, logEntryId }, commandId));
  }
  const fromMlPerHour = watch.setRateMlPerHour;
  const toMlPerHour = now.setRateMlPerHour;
  if (fromMlPerHour !== undefined && toMlPerHour !== undefined && fromMlPerHour !== toMlPerHour) {
    const { changedBy: cause, actor, commandId } = changedBy(commanded, 'setRateMlPerHour', toMlPerHour);
    const data = { fromMlPerHour, toMlPerHour, changedBy: cause, logEntryId };
    events.push(happened('rate-changed', actor, data, commandId));
  }
  return events;
}

/** What the reading and what was known before say together. */
interface Now {
  readonly alarm: ShownAlarm | undefined;
  readonly setRateMlPerHour: number | undefined;
}

/** While it infuses, the pump shows the set rate, but not while it keeps the vein open, and nothing on hold. */
function shownSetRateOf(reading: Reading, belief: Belief, alarm: ShownAlarm | undefined): number | undefined {
  if (reading.setRateMlPerHour !== undefined) return reading.setRateMlPerHour;
  const { delivering, rateMlPerHour } = reading.status;
  const keepsOpen = belief.infusion?.phase === 'keep-vein-open' || keepsVeinOpen(alarm);
  return delivering && !keepsOpen ? rateMlPerHour : undefined;
}

/** A volume that is in is no longer set: nobody changed it, and the alarm says so. */
function isUsedUp(to: Vtbi, alarm: ShownAlarm | undefined): boolean {
  return !to.active && alarm !== undefined && alarm.term.startsWith('volume-to-be-infused-');
}

function sameVtbi(a: NonNullable<Belief['vtbi']>, b: NonNullable<Belief['vtbi']>): boolean {
  return a.active === b.active && a.volumeMl === b.volumeMl && a.atEnd === b.atEnd;
}

function syringeEvents({ syringe, status }: Reading, belief: Belief, { syringeOut }: Watch): PumpEvent[] {
  const from = belief.syringe;
  // A pump without a syringe holds no other one: that it was out shows when the next is confirmed.
  if (!syringe || !from || syringe.sizeMl === 0) return [];
  const another = syringe.brand !== from.brand || syringe.sizeMl !== from.sizeMl;
  if (!another && !(syringe.confirmed && (syringeOut || !from.confirmed))) return [];
  return [happened('syringe-changed', 'front-panel', { from, to: syringe, logEntryId: status.logEntryId })];
}

function volumeOutcome({ moment, status }: Reading, { shown }: Belief, watch: Watch): BolusOutcome {
  if (!shown || !watch.heard) return { began: false };
  return followVolume(watch.bolus, {
    before: watch.heard,
    now: moment,
    deltaMl: status.volumeInfusedMl - shown.volumeInfusedMl,
    rateMlPerHour: Math.max(status.rateMlPerHour, shown.rateMlPerHour),
  });
}

function bolusEvents({ status }: Reading, { given }: BolusOutcome): PumpEvent[] {
  if (!given || given.volumeMl <= 0) return [];
  return [
    happened('bolus-given', 'front-panel', {
      ...given,
      changedBy: 'front-panel',
      logEntryId: status.logEntryId,
    }),
  ];
}

/** Changes that a pump may log and that are seen, but are no event of their own: they only explain log entries. */
function unsaidChanges(
  { status, syringe }: Reading,
  { shown }: Belief,
  { syringeOut }: Watch,
  { began, moved }: { readonly began: boolean; readonly moved: boolean },
): number {
  if (!shown) return 0;
  const anotherMode = shown.mode !== status.mode || shown.rateMlPerHour > 0 !== status.rateMlPerHour > 0;
  const seen = [
    began,
    anotherMode && !moved,
    (shown.drugName ?? null) !== status.drugName,
    syringe !== undefined && !syringe.confirmed && !syringeOut,
  ];
  return seen.filter(Boolean).length;
}

function logOutcome(
  { moment, status }: Reading,
  { shown }: Belief,
  watch: Watch,
  changes: number,
): LogOutcome {
  if (!shown || !watch.heard) return { watch: watch.log };
  return followLog(watch.log, {
    before: { logEntryId: shown.logEntryId, moment: watch.heard },
    now: { logEntryId: status.logEntryId, moment },
    changes,
  });
}

function sampleOf({ status, vtbi }: Reading, belief: Belief): SampledStatus {
  const { delivering, pressureMmHg, remainingSeconds, drugName, ...plain } = status;
  const knownVtbi = vtbi ?? belief.vtbi;
  return {
    state: delivering ? 'infusing' : 'held',
    ...plain,
    ...(pressureMmHg !== null && { pressureMmHg }),
    ...(remainingSeconds !== null && { remainingSeconds }),
    ...(drugName !== null && { drugName }),
    ...(knownVtbi && { vtbi: knownVtbi }),
  };
}

function sameSample(a: SampledStatus, b: SampledStatus | undefined): boolean {
  if (!b) return false;
  const { vtbi: vtbiA, ...restA } = a;
  const { vtbi: vtbiB, ...restB } = b;
  const sameSetting = vtbiA && vtbiB ? sameVtbi(vtbiA, vtbiB) : vtbiA === vtbiB;
  const keys = new Set([...Object.keys(restA), ...Object.keys(restB)]) as Set<keyof typeof restA>;
  return sameSetting && [...keys].every((key) => restA[key] === restB[key]);
}
