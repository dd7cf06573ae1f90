import type { Episode } from './episode.js';
import { audioOf } from './episode.js';
import type { Sent } from './episode-events.js';

/** An alarm as people and programs see it. No name of a patient can be in it: none of its sources has one. */
export interface AlarmView {
  readonly id: string;
  readonly status: 'open' | 'latched' | 'closed';
  readonly condition: string;
  readonly text: string;
  readonly priority: string;
  readonly score: number;
  readonly unit: string | null;
  readonly bed: string | null;
  readonly vendorCode: string | null;
  readonly members: readonly {
    readonly source: string;
    readonly since: string;
    readonly lasts: boolean;
    readonly vasoactive: boolean;
  }[];
  readonly raisedMs: number;
  readonly acknowledgedBy: string | null;
  readonly audio: string;
  readonly audioPausedUntilMs: number | null;
  readonly step: number;
  readonly closedMs: number | null;
}

export function viewOf(episode: Episode, nowMs: number): AlarmView {
  return {
    id: episode.id,
    status: episode.status === 'none' ? 'closed' : episode.status,
    condition: episode.condition,
    text: episode.text,
    priority: episode.priority,
    score: episode.score,
    unit: episode.unit ?? null,
    bed: episode.bed ?? null,
    vendorCode: episode.vendorCode ?? null,
    members: episode.members.map(({ source, since, clearedBy, vasoactive }) => ({
      source,
      since,
      lasts: clearedBy === undefined,
      vasoactive,
    })),
    raisedMs: Math.round(episode.raisedMs),
    acknowledgedBy: episode.acknowledged?.person ?? null,
    audio: audioOf(episode, nowMs),
    audioPausedUntilMs:
      episode.audioPausedUntilMs === undefined ? null : Math.round(episode.audioPausedUntilMs),
    step: episode.step,
    closedMs: episode.closedMs === undefined ? null : Math.round(episode.closedMs),
  };
}

/** What one notification says; every way carries these fields. */
export interface Notice {
  readonly key: string;
  readonly site: string;
  readonly notification: number;
  readonly reason: string;
  readonly step: number;
  readonly decidedAt: string;
  readonly alarm: AlarmView;
}

export function noticeOf(
  { data, atMs }: Sent,
  episode: Episode,
  more: { readonly key: string; readonly site: string; readonly decidedAt: string },
): Notice {
  const { notification, reason, step } = data;
  return { ...more, notification, reason, step, alarm: viewOf(episode, atMs) };
}

const REASON = { raised: '', changed: 'changed: ', escalated: 'not answered: ', resolved: 'resolved: ' };

/** One line for people: priority first, then what and where. */
export function headlineOf({ reason, step, alarm }: Notice): string {
  const before = reason in REASON ? REASON[reason as keyof typeof REASON] : '';
  const where = [alarm.unit, alarm.bed].filter((one) => one !== null).join(' ');
  const sources = alarm.members
    .filter(({ lasts }) => lasts || alarm.status !== 'open')
    .map(({ source }) => source);
  const named = sources.length > 3 ? `${sources.length} pumps` : sources.join(', ');
  const again = step > 0 ? ` (step ${step})` : '';
  return `${alarm.priority.toUpperCase()} ${before}${alarm.text} - ${[where, named].filter(Boolean).join(' ')}${again}`;
}
