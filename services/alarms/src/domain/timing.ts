import { conditionNamed } from './conditions.js';
import type { Channel, Member } from './episode-events.js';
import { lasting, type Episode } from './episode.js';
import { PERSISTENCE_STEPS, reckon, type Priority, type Reckoning } from './priority.js';

/** How people are told, and when again. */
export interface EpisodePolicy {
  readonly channels: readonly Channel[];
  /** Pauses before the first, second, … step; the last one repeats. Empty: never. */
  readonly escalateAfterMs: Readonly<Record<Priority, readonly number[]>>;
  /** After an acknowledgement; then it has to be acknowledged anew. */
  readonly acknowledgedUnresolvedMs: Readonly<Record<Priority, number | undefined>>;
  /** Delay of a condition that is not high; high ones have none. */
  readonly notifyAfterMs: (
    condition: string,
    place: { readonly unit?: string | undefined; readonly bed?: string | undefined },
  ) => number;
}

/** Next moment at which the command `tick` says something; infinity when never. */
export function dueMs(episode: Episode, policy: EpisodePolicy): number {
  if (episode.status !== 'open' && episode.status !== 'latched') return Number.POSITIVE_INFINITY;
  const notify = isTelling(episode)
    ? (episode.notifyAtMs ?? Number.POSITIVE_INFINITY)
    : Number.POSITIVE_INFINITY;
  return Math.min(notify, escalationDueMs(episode, policy), priorityDueMs(episode));
}

export function isTelling({ status, acknowledged }: Episode): boolean {
  return status === 'open' && acknowledged === undefined;
}

/** The clock runs on when somebody acknowledged and nothing was resolved. */
export function escalationDueMs(episode: Episode, policy: EpisodePolicy): number {
  const { acknowledged, priority, step, clockMs } = episode;
  const pauses = policy.escalateAfterMs[priority];
  const pause = acknowledged
    ? policy.acknowledgedUnresolvedMs[priority]
    : pauses[Math.min(step, pauses.length - 1)];
  return pause === undefined ? Number.POSITIVE_INFINITY : clockMs + pause;
}

/** An open episode weighs more with its age. Looked at while a step can still lift it. */
export function priorityDueMs(episode: Episode): number {
  if (episode.status !== 'open' || episode.priority === 'high') return Number.POSITIVE_INFINITY;
  for (const { afterMs } of PERSISTENCE_STEPS) {
    if (weighed(episode, lasting(episode), afterMs).priority !== episode.priority)
      return episode.raisedMs + afterMs;
  }
  return Number.POSITIVE_INFINITY;
}

/** The priority of a condition at these members, with its reckoning. */
export function weighed(
  episode: Pick<Episode, 'condition' | 'status' | 'priority'>,
  members: readonly Member[],
  ageMs: number,
): { readonly priority: Priority; readonly reckoning: Reckoning } {
  const condition = conditionNamed(episode.condition);
  const vasoactive = members.some((one) => one.vasoactive);
  const infusing = members.some((one) => one.infusing === true)
    ? true
    : members.every((one) => one.infusing === false)
      ? false
      : undefined;
  return reckon({
    hazard: (vasoactive ? condition.hazardIfVasoactive : undefined) ?? condition.hazard,
    vasoactive,
    infusing,
    members: members.length,
    ageMs,
    ...(episode.status === 'none' ? {} : { before: episode.priority }),
  });
}
