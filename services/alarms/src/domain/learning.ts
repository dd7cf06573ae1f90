import { conditionNamed } from './conditions.js';
import type { Episode } from './episode.js';
import { priorityOfHazard } from './priority.js';

/** Where a threshold counts: a unit, or one bed of it. */
export interface Scope {
  readonly condition: string;
  /** `all` for places of which the unit is not known. */
  readonly unit: string;
  readonly bed?: string | undefined;
}

/** What became of one episode, as far as learning may use it. */
export interface Labelled extends Scope {
  readonly id: string;
  readonly priority: Episode['priority'];
  readonly raisedMs: number;
  /** From raised to resolved. */
  readonly lastedMs: number;
  /** Whether somebody acted: acknowledged it, or it escalated. */
  readonly mattered: boolean;
}

export const LEARNING = {
  /** Fewer episodes teach nothing. */
  fewest: 30,
  /** Delays are proposed in whole seconds; a smaller gain is not worth two people's time. */
  stepMs: 1_000,
  /** So many are named, to be looked at. */
  examples: 20,
} as const;

export const UNKNOWN_UNIT = 'all';

/** Whether anything about a condition may be learned at all: never where it can be high. */
export function isLearnable(condition: string): boolean {
  const { hazard, hazardIfVasoactive } = conditionNamed(condition);
  return [hazard, hazardIfVasoactive ?? hazard].every((one) => priorityOfHazard(one) !== 'high');
}

/** An episode as learning sees it. An open one teaches nothing yet. */
export function labelOf(episode: Episode): Labelled | undefined {
  const { status, condition, priority, raisedMs, closedMs, firstAcknowledgedMs, step } = episode;
  if (status !== 'closed' || closedMs === undefined) return undefined;
  const { id, unit = UNKNOWN_UNIT, bed } = episode;
  const mattered = firstAcknowledgedMs !== undefined || step > 0;
  return { id, condition, unit, bed, priority, raisedMs, lastedMs: closedMs - raisedMs, mattered };
}

/** High episodes are told at once whatever is learned: they teach nothing about delays. */
export function relevantTo(scope: Scope, history: readonly Labelled[]): readonly Labelled[] {
  return history.filter(
    ({ condition, unit, bed, priority }) =>
      condition === scope.condition &&
      unit === scope.unit &&
      (scope.bed === undefined || bed === scope.bed) &&
      priority !== 'high',
  );
}

/** Places about which there is enough to learn from: units first, then their beds. */
export function learnablePlaces(history: readonly Labelled[]): readonly Scope[] {
  const counts = new Map<string, { readonly scope: Scope; count: number }>();
  for (const { condition, unit, bed, priority } of history) {
    if (priority === 'high' || !isLearnable(condition)) continue;
    for (const scope of [{ condition, unit }, ...(bed === undefined ? [] : [{ condition, unit, bed }])]) {
      const key = JSON.stringify([scope.condition, scope.unit, bedOf(scope)]);
      const found = counts.get(key) ?? { scope, count: 0 };
      found.count += 1;
      counts.set(key, found);
    }
  }
  const enough = [...counts.values()].filter(({ count }) => count >= LEARNING.fewest);
  return enough
    .map(({ scope }) => scope)
    .sort((a, b) => Number(bedOf(a) !== undefined) - Number(bedOf(b) !== undefined));
}

function bedOf({ bed }: Scope): string | undefined {
  return bed;
}

/** The longest delay of the band that is shorter than every episode that mattered. */
export function longestSafe(cases: readonly Labelled[], [low, high]: readonly [number, number]): number {
  const shortest = shortestThatMattered(cases) ?? high + LEARNING.stepMs;
  const whole = Math.ceil(shortest / LEARNING.stepMs) * LEARNING.stepMs - LEARNING.stepMs;
  return Math.min(high, Math.max(low, whole));
}

/** Episodes that mattered and that nobody would have been told of. */
export function missedBy(delayMs: number, cases: readonly Labelled[]): number {
  return cases.filter(({ lastedMs, mattered }) => mattered && lastedMs < delayMs).length;
}

/** What another delay would have changed. */
export interface Replay {
  readonly episodes: number;
  readonly mattered: number;
  readonly told: number;
  readonly spared: number;
  readonly later: number;
  readonly missed: 0;
  readonly shortestThatMatteredMs?: number;
  readonly examples: string[];
}

/** Demands a delay that misses nothing of these cases. */
export function replay(cases: readonly Labelled[], fromMs: number, toMs: number): Replay {
  const told = cases.filter(({ lastedMs }) => lastedMs >= fromMs);
  const spared = told.filter(({ lastedMs, mattered }) => !mattered && lastedMs < toMs);
  const shortest = shortestThatMattered(cases);
  return {
    episodes: cases.length,
    mattered: cases.filter(({ mattered }) => mattered).length,
    told: told.length,
    spared: spared.length,
    later: told.filter(({ mattered }) => mattered).length,
    missed: 0,
    ...(shortest === undefined ? {} : { shortestThatMatteredMs: Math.floor(shortest) }),
    examples: spared.slice(-LEARNING.examples).map(({ id }) => id),
  };
}

function shortestThatMattered(cases: readonly Labelled[]): number | undefined {
  const lasted = cases.filter(({ mattered }) => mattered).map(({ lastedMs }) => lastedMs);
  return lasted.length === 0 ? undefined : lasted.reduce((least, one) => Math.min(least, one));
}
