import { conditionNamed } from './conditions.js';
import { MOST_MEMBERS, type EpisodeCommand } from './decide.js';
import { lasting, type Episode } from './episode.js';
import { givesVasoactive, isShown, type Finding, type PumpWatch } from './pump-watch.js';
import type { Place, Ward, WardRules } from './ward.js';

/** Whether a vasoactive drug is known to be given: by this pump, or to this patient by a pump that is not known to stand still. */
export function givesVasoactiveTo({ pumps }: Ward, source: string): boolean {
  const pump = pumps.get(source);
  return pump ? givesVasoactive(pump) : [...pumps.values()].some((one) => keepsAlive(one, source));
}

function keepsAlive(pump: PumpWatch, patient: string): boolean {
  return pump.association?.patient === patient && pump.infusing !== false && givesVasoactive(pump);
}

/** Open episodes of a patient that weigh more because a vasoactive drug runs from this pump now. */
export function raisedBy(
  { episodes }: Ward,
  watch: PumpWatch,
): readonly { readonly id: string; readonly source: string }[] {
  const patient = watch.association?.patient;
  if (patient === undefined || !keepsAlive(watch, patient)) return [];
  return [...episodes.values()].flatMap((episode) => {
    const isWorse = conditionNamed(episode.condition).hazardIfVasoactive !== undefined;
    const member = lasting(episode).find(({ source, vasoactive }) => source === patient && !vasoactive);
    return isWorse && member ? [{ id: episode.id, source: patient }] : [];
  });
}

/** Where a pump or a patient is: as it was recorded, else as the configuration says. */
export function placeOf({ pumps }: Ward, source: string, rules: WardRules): Place {
  const found =
    pumps.get(source)?.association ??
    [...pumps.values()].find(({ association }) => association?.patient === source)?.association;
  return found ? { unit: found.unit, bed: found.bed } : rules.placeOf(source);
}

/** The open episode to which an onset belongs: the one that has this pump already, or a young one of the same group. */
export function joinable(
  ward: Ward,
  { condition, group, member, nowMs }: EpisodeCommand & { kind: 'onset' },
  rules: WardRules,
): Episode | undefined {
  let young: Episode | undefined;
  for (const episode of ward.episodes.values()) {
    if (episode.condition !== condition || episode.group !== group) continue;
    if (episode.members.some(({ source }) => source === member.source)) return episode;
    const fits = episode.status === 'open' && episode.members.length < MOST_MEMBERS;
    if (fits && nowMs - episode.joinedMs <= rules.joinWindowMs) young = episode;
  }
  return young;
}

/**
 * What binds members of one cause. Without a known bed every pump is by itself: nobody is told of two pumps at once
 * because nobody said where they stand.
 */
export function groupOf(
  { condition, source, instance }: Finding & { kind: 'onset' },
  watch: PumpWatch | undefined,
  { unit, bed }: Place,
): string {
  if (instance !== undefined) return instance;
  const { bindBy } = conditionNamed(condition);
  if (!watch) return `patient/${source}`;
  if (bindBy === 'adapter') return `adapter/${watch.adapter}`;
  if (bindBy === 'bed' && bed !== undefined) return `bed/${unit ?? 'all'}/${bed}`;
  return `pump/${source}`;
}

/** Open episodes of which this ends a member. */
export function endedBy(ward: Ward, finding: Exclude<Finding, { kind: 'onset' }>): string[] {
  const ids: string[] = [];
  for (const { id, condition, group, members } of ward.episodes.values()) {
    const concerned =
      finding.kind === 'clear-shown'
        ? isShown(condition)
        : condition === finding.condition && (finding.instance === undefined || group === finding.instance);
    if (concerned && members.some((one) => one.source === finding.source && one.clearedBy === undefined))
      ids.push(id);
  }
  return ids;
}
