import type { Episode } from './episode.js';

/** What a periodic review counts; IEC 60601-1-8 wants every high and medium condition in a log that people look at. */
export interface ReviewFigures {
  readonly episodes: number;
  readonly byPriority: Readonly<Record<'high' | 'medium' | 'low', number>>;
  readonly byCondition: readonly Counted[];
  readonly bySource: readonly Counted[];
  /** From raised to the first acknowledgement. */
  readonly acknowledged: Durations;
  /** From raised to resolved. */
  readonly resolved: Durations;
  readonly escalated: number;
  /** Closed without anybody having acknowledged. */
  readonly endedUnseen: number;
  readonly open: number;
}

export interface Counted {
  readonly name: string;
  readonly count: number;
}

export interface Durations {
  readonly count: number;
  readonly medianMs: number | undefined;
  readonly p90Ms: number | undefined;
  readonly histogram: readonly Counted[];
}

const EDGES = [
  { belowMs: 15_000, name: '< 15 s' },
  { belowMs: 30_000, name: '15-30 s' },
  { belowMs: 60_000, name: '30-60 s' },
  { belowMs: 120_000, name: '1-2 min' },
  { belowMs: 300_000, name: '2-5 min' },
  { belowMs: 900_000, name: '5-15 min' },
  { belowMs: Number.POSITIVE_INFINITY, name: '> 15 min' },
] as const;

const TOP = 10;

export function figuresOf(episodes: readonly Episode[]): ReviewFigures {
  const priorities = { high: 0, medium: 0, low: 0 };
  for (const { priority } of episodes) priorities[priority] += 1;
  const closed = episodes.filter(({ status }) => status === 'closed');
  return {
    episodes: episodes.length,
    byPriority: priorities,
    byCondition: counted(episodes.map(({ condition }) => condition)),
    bySource: counted(episodes.flatMap(({ members }) => members.map(({ source }) => source))),
    acknowledged: durations(
      episodes.map(({ firstAcknowledgedMs, raisedMs }) => difference(firstAcknowledgedMs, raisedMs)),
    ),
    resolved: durations(closed.map(({ closedMs, raisedMs }) => difference(closedMs, raisedMs))),
    escalated: episodes.filter(({ step }) => step > 0).length,
    endedUnseen: closed.filter(({ firstAcknowledgedMs }) => firstAcknowledgedMs === undefined).length,
    open: episodes.length - closed.length,
  };
}

function difference(later: number | undefined, earlier: number): number | undefined {
  return later === undefined ? undefined : Math.max(0, later - earlier);
}

function counted(names: readonly string[]): Counted[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1))
    .slice(0, TOP);
}

function durations(given: readonly (number | undefined)[]): Durations {
  const sorted = given.filter((one) => one !== undefined).sort((a, b) => a - b);
  const at = (share: number): number | undefined => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  let from = 0;
  const histogram = EDGES.map(({ belowMs, name }) => {
    const count = sorted.filter((one) => one >= from && one < belowMs).length;
    from = belowMs;
    return { name, count };
  });
  return { count: sorted.length, medianMs: at(0.5), p90Ms: at(0.9), histogram };
}
