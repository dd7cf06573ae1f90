import {
  AssociationEnded,
  AssociationMade,
  VitalsSampled,
  derivedId,
  isEvent,
  toToken,
  type StreamEvent,
} from '@bcmed/events';
import { episodeDecider, type EpisodeCommand } from './decide.js';
import { emergencyFinding } from './emergency-watch.js';
import type { EpisodeEvent } from './episode-events.js';
import { NO_EPISODE, evolve, type Episode } from './episode.js';
import {
  associate,
  dissociate,
  fallSilent,
  interpret,
  silenceDueMs,
  type Finding,
  type Heard,
  type PumpWatch,
  type WatchRules,
  type Watched,
} from './pump-watch.js';
import { dueMs, type EpisodePolicy } from './timing.js';
import {
  blindDueMs,
  fallBlind,
  interpretVitals,
  letGo,
  type PatientWatch,
  type VitalsRules,
} from './vitals-watch.js';
import { endedBy, givesVasoactiveTo, groupOf, joinable, placeOf, raisedBy } from './ward-lookup.js';

/** Where a pump stands, as far as it is known. */
export interface Place {
  readonly unit?: string | undefined;
  readonly bed?: string | undefined;
}

export interface WardRules extends EpisodePolicy, WatchRules, VitalsRules {
  readonly site: string;
  readonly placeOf: (pump: string) => Place;
  /** Within this time after the last one joined, a further member belongs to the same cause. */
  readonly joinWindowMs: number;
}

/**
 * All pumps and all open episodes of a site. Closed episodes are remembered by the causes that opened them, for as long as
 * their owner keeps them, so that a cause which comes again opens nothing.
 */
export interface Ward {
  readonly pumps: ReadonlyMap<string, PumpWatch>;
  readonly patients: ReadonlyMap<string, PatientWatch>;
  /** Open and latched ones, by id. */
  readonly episodes: ReadonlyMap<string, Episode>;
  /** Causes that were dealt with, of episodes that are closed: condition and event. */
  readonly settled: ReadonlySet<string>;
}

const MOST_SETTLED = 5_000;

export const EMPTY_WARD: Ward = {
  pumps: new Map(),
  patients: new Map(),
  episodes: new Map(),
  settled: new Set(),
};

/** An event of an episode, and the episode after it. */
export interface Said {
  readonly event: EpisodeEvent;
  readonly episode: Episode;
}

export interface Step {
  readonly ward: Ward;
  readonly said: readonly Said[];
}

/** An admitted event of a pump, of a patient's vital signs, of a connection between the two, or of an emergency access. */
export function hear(ward: Ward, heard: Heard, rules: WardRules): Step {
  const { event, nowMs } = heard;
  const moment = { event, nowMs, rules };
  if (isEvent(event, VitalsSampled)) {
    return seen(ward, interpretVitals(ward.patients.get(event.subject), heard, rules), moment);
  }
  if (isEvent(event, AssociationMade)) {
    const { pumpSerial, patient, unit, bed, syringe } = event.data;
    const pump = toToken(pumpSerial);
    const association = { id: event.subject, patient, unit, bed, drug: syringe.drug };
    return watched(ward, associate(ward.pumps.get(pump), heard, { pump, association }), moment);
  }
  if (isEvent(event, AssociationEnded)) {
    const before = [...ward.pumps.values()].find(({ association }) => association?.id === event.subject);
    if (!before) return { ward, said: [] };
    const isOnPurpose = ['disconnected', 'recorded-wrongly'].includes(event.data.cause);
    const step = watched(ward, dissociate(before, event, isOnPurpose), moment);
    return isOnPurpose ? join(step, left(step.ward, before, moment)) : step;
  }
  const emergency = emergencyFinding(event, (group) => patientIn(ward, group));
  if (emergency) return settle(ward, [emergency], moment);
  if (!event.type.startsWith('bcmed.pump.')) return { ward, said: [] };
  return watched(ward, interpret(ward.pumps.get(event.subject), heard, rules), moment);
}

function patientIn({ episodes }: Ward, group: string): string | undefined {
  return [...episodes.values()].find((episode) => episode.group === group)?.members.at(0)?.source;
}

/** Everything that time alone brings about. */
export function tick(ward: Ward, nowMs: number, rules: WardRules): Step {
  let step: Step = { ward, said: [] };
  for (const watch of ward.pumps.values()) {
    const fallen = fallSilent(watch, nowMs, rules);
    if (!fallen) continue;
    step = join(step, watched(step.ward, fallen, { nowMs, rules }));
  }
  for (const watch of ward.patients.values()) {
    const fallen = fallBlind(watch, nowMs, rules);
    if (fallen) step = join(step, seen(step.ward, fallen, { nowMs, rules }));
  }
  for (const { id } of step.ward.episodes.values())
    step = join(step, command(step.ward, id, { kind: 'tick', nowMs }, rules));
  return step;
}

/** When {@link tick} has something to do next; infinity when never. */
export function wardDueMs(ward: Ward, rules: WardRules): number {
  let due = Number.POSITIVE_INFINITY;
  for (const watch of ward.pumps.values()) due = Math.min(due, silenceDueMs(watch, rules));
  for (const watch of ward.patients.values()) due = Math.min(due, blindDueMs(watch, rules));
  for (const episode of ward.episodes.values()) due = Math.min(due, dueMs(episode, rules));
  return due;
}

/** A command to one episode. One that is closed is given by whoever has it: receipts may come after the end. */
export function command(
  ward: Ward,
  id: string,
  given: EpisodeCommand,
  rules: WardRules,
  archived?: Episode,
): Step {
  const before = ward.episodes.get(id) ?? archived;
  if (!before) return { ward, said: [] };
  return apply(ward, before, episodeDecider(rules).decide(given, before));
}

/** Takes over an event of an episode that an earlier life of this service said. */
export function recall(ward: Ward, id: string, event: EpisodeEvent, archived?: Episode): Step {
  const before = ward.episodes.get(id) ?? archived ?? { ...NO_EPISODE, id };
  if ((before.status === 'none') !== (event.type === 'raised')) return { ward, said: [] };
  return apply(ward, before, [event]);
}

/** Name of a cause for one condition. */
export function causeKey(condition: string, cause: string): string {
  return `${condition}/${cause}`;
}

interface Moment {
  readonly nowMs: number;
  /** What was heard; absent when time alone brought it about. */
  readonly event?: StreamEvent;
  readonly rules: WardRules;
}

function watched(ward: Ward, { watch, findings }: Watched, moment: Moment): Step {
  const known = { ...ward, pumps: with_(ward.pumps, watch.pump, watch) };
  let step = settle(known, findings, moment);
  const { nowMs, rules, event } = moment;
  if (!event) return step;
  for (const { id, source } of raisedBy(step.ward, watch))
    step = join(step, command(step.ward, id, { kind: 'vasoactive', nowMs, source, cause: event.id }, rules));
  return step;
}

function seen(ward: Ward, { watch, findings }: ReturnType<typeof letGo>, moment: Moment): Step {
  return settle({ ...ward, patients: with_(ward.patients, watch.patient, watch) }, findings, moment);
}

/** When the last pump of a patient was disconnected on purpose, nobody waits for the monitor. */
function left(ward: Ward, { association }: PumpWatch, moment: Moment): Step {
  const patient = ward.patients.get(association?.patient ?? '');
  const { event } = moment;
  if (!patient || !event) return { ward, said: [] };
  const isConnected = [...ward.pumps.values()].some((one) => one.association?.patient === patient.patient);
  return isConnected ? { ward, said: [] } : seen(ward, letGo(patient, event), moment);
}

function settle(ward: Ward, findings: readonly Finding[], moment: Moment): Step {
  const { nowMs, rules } = moment;
  let step: Step = { ward, said: [] };
  for (const finding of findings) {
    if (finding.kind === 'onset') step = join(step, open(step.ward, finding, moment));
    else
      for (const id of endedBy(step.ward, finding))
        step = join(step, command(step.ward, id, { ...finding, kind: 'clear', nowMs }, rules));
  }
  return step;
}

function open(ward: Ward, finding: Finding & { readonly kind: 'onset' }, { nowMs, rules }: Moment): Step {
  const { condition, source, cause, since, actor, vendorCode } = finding;
  if (ward.settled.has(causeKey(condition, cause))) return { ward, said: [] };
  const watch = ward.pumps.get(source);
  const place = finding.place ?? placeOf(ward, source, rules);
  const group = groupOf(finding, watch, place);
  const vasoactive = givesVasoactiveTo(ward, source);
  const infusing = watch?.infusing === undefined ? {} : { infusing: watch.infusing };
  const given: EpisodeCommand = {
    kind: 'onset',
    nowMs,
    condition,
    group,
    ...place,
    vendorCode,
    actor,
    member: { source, cause, since, vasoactive, ...infusing },
  };
  const id = derivedId(rules.site, 'alarm-episode', condition, group, cause);
  const before = joinable(ward, given, rules) ?? ward.episodes.get(id) ?? { ...NO_EPISODE, id };
  return apply(ward, before, episodeDecider(rules).decide(given, before));
}

function apply(ward: Ward, before: Episode, events: readonly EpisodeEvent[]): Step {
  if (events.length === 0) return { ward, said: [] };
  let episode = before;
  const said = events.map((event) => {
    episode = evolve(episode, event);
    return { event, episode };
  });
  const closed = episode.status === 'closed';
  const episodes = new Map(ward.episodes);
  if (closed) episodes.delete(episode.id);
  else episodes.set(episode.id, episode);
  const settled = closed ? withCausesOf(ward.settled, episode) : ward.settled;
  return { ward: { ...ward, episodes, settled }, said };
}

/** The newest causes are enough: positions that were handled do not come again, only what was in flight does. */
export function withCausesOf(settled: ReadonlySet<string>, { condition, members }: Episode): Set<string> {
  const all = [...settled, ...members.map(({ cause }) => causeKey(condition, cause))];
  return new Set(all.slice(-MOST_SETTLED));
}

function join(first: Step, second: Step): Step {
  return { ward: second.ward, said: [...first.said, ...second.said] };
}

function with_<Key, Value>(map: ReadonlyMap<Key, Value>, key: Key, value: Value): ReadonlyMap<Key, Value> {
  return new Map(map).set(key, value);
}
