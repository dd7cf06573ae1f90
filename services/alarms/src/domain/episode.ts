import type { EpisodeEvent, Member } from './episode-events.js';
import type { Priority } from './priority.js';

/** Everything that an alarm episode is, as its events tell it. */
export interface Episode {
  readonly status: 'none' | 'open' | 'latched' | 'closed';
  readonly id: string;
  /** Events so far. */
  readonly version: number;
  readonly condition: string;
  readonly text: string;
  readonly group: string;
  readonly unit?: string | undefined;
  readonly bed?: string | undefined;
  readonly vendorCode?: string | undefined;
  readonly members: readonly Member[];
  readonly priority: Priority;
  readonly score: number;
  readonly latching: boolean;
  readonly raisedMs: number;
  /** When a pump joined last. */
  readonly joinedMs: number;
  /** People are told then, when it is still open and nobody has seen it. */
  readonly notifyAtMs?: number | undefined;
  readonly notifyAfterMs: number;
  readonly notifications: number;
  readonly acknowledged?: { readonly person: string; readonly atMs: number } | undefined;
  readonly firstAcknowledgedMs?: number | undefined;
  readonly audioPausedUntilMs?: number | undefined;
  readonly audioPausedMs: number;
  readonly step: number;
  /** The clock of the escalation runs from here: raised, acknowledged, the last step. */
  readonly clockMs: number;
  readonly closedMs?: number | undefined;
  /** Ids of notifications and ways that have their receipt. */
  readonly delivered: readonly string[];
}

export const NO_EPISODE: Episode = {
  status: 'none',
  id: '',
  version: 0,
  condition: '',
  text: '',
  group: '',
  members: [],
  priority: 'low',
  score: 0,
  latching: false,
  raisedMs: 0,
  joinedMs: 0,
  notifyAfterMs: 0,
  notifications: 0,
  audioPausedMs: 0,
  step: 0,
  clockMs: 0,
  delivered: [],
};

/** Members whose source has not ended it. */
export function lasting(episode: Episode): readonly Member[] {
  return episode.members.filter(({ clearedBy }) => clearedBy === undefined);
}

/** What an event makes of an episode. */
export function evolve(before: Episode, event: EpisodeEvent): Episode {
  return { ...after(before, event), version: before.version + 1 };
}

function after(before: Episode, event: EpisodeEvent): Episode {
  switch (event.type) {
    case 'raised':
      return raised(before, event);
    case 'changed':
      return changed(before, event);
    case 'acknowledged': {
      const acknowledged = { person: event.data.person, atMs: event.atMs };
      return {
        ...before,
        acknowledged,
        firstAcknowledgedMs: before.firstAcknowledgedMs ?? event.atMs,
        notifyAtMs: undefined,
        clockMs: event.atMs,
      };
    }
    case 'audio-paused':
      return {
        ...before,
        audioPausedUntilMs: event.atMs + event.data.forMs,
        audioPausedMs: before.audioPausedMs + event.data.forMs,
      };
    case 'escalated':
      return {
        ...before,
        step: event.data.step,
        clockMs: event.atMs,
        acknowledged: undefined,
        audioPausedUntilMs: undefined,
      };
    case 'resolved':
      return {
        ...before,
        status: 'closed',
        closedMs: event.atMs,
        notifyAtMs: undefined,
        audioPausedUntilMs: undefined,
        members: before.members.map((one) => ({ ...one, clearedBy: one.clearedBy ?? event.data.resolvedBy })),
      };
    case 'notification-sent':
      return { ...before, notifications: event.data.notification, notifyAtMs: undefined };
    case 'notification-delivered':
      return { ...before, delivered: [...before.delivered, event.data.key] };
    case 'notification-failed':
      return before;
    default:
      return event satisfies never;
  }
}

function raised(before: Episode, { atMs, data }: EpisodeEvent & { type: 'raised' }): Episode {
  return {
    ...before,
    status: 'open',
    condition: data.condition,
    text: data.text,
    group: data.group,
    unit: data.unit,
    bed: data.bed,
    vendorCode: data.vendorCode,
    members: data.members,
    priority: data.priority,
    score: data.reckoning.score,
    latching: data.latching,
    raisedMs: atMs,
    joinedMs: atMs,
    notifyAfterMs: data.notifyAfterMs,
    notifyAtMs: atMs + data.notifyAfterMs,
    clockMs: atMs,
  };
}

function changed(before: Episode, { atMs, data }: EpisodeEvent & { type: 'changed' }): Episode {
  const { members, priority, reason } = data;
  const base = { ...before, members, priority, score: data.reckoning.score };
  switch (reason) {
    case 'member-cleared':
      return base;
    case 'latched':
      return { ...base, status: 'latched' };
    case 'member-joined':
    case 'member-returned':
    case 'priority':
      // Whoever acknowledged has not seen this: it sounds again, and its clock begins anew.
      return {
        ...base,
        status: 'open',
        joinedMs: reason === 'member-joined' ? atMs : before.joinedMs,
        acknowledged: undefined,
        audioPausedUntilMs: undefined,
        clockMs: before.acknowledged ? atMs : before.clockMs,
        notifyAtMs: before.notifyAtMs ?? atMs + before.notifyAfterMs,
      };
    default:
      return reason satisfies never;
  }
}

/** What is heard of an alarm now; what is seen is not affected by any of it. */
export function audioOf(
  { status, acknowledged, audioPausedUntilMs }: Episode,
  nowMs: number,
): 'on' | 'paused' | 'acknowledged' | 'off' {
  if (status === 'closed' || status === 'none') return 'off';
  if (acknowledged) return 'acknowledged';
  return audioPausedUntilMs !== undefined && audioPausedUntilMs > nowMs ? 'paused' : 'on';
}
