import type { ThresholdApproved, ThresholdProposed, ThresholdRolledBack } from '@bcmed/events';
import type { z } from 'zod';
import { conditionNamed } from './conditions.js';
import type { Episode } from './episode.js';
import { priorityOfHazard } from './priority.js';

/** What became of one episode, as far as learning may use it. */
export interface Labelled {
  readonly condition: string;
  readonly priority: Episode['priority'];
  /** From raised to resolved. */
  readonly lastedMs: number;
  /** Whether somebody acted: acknowledged it, or it escalated, or it lasted until somebody came. */
  readonly mattered: boolean;
}

/** One threshold: the delay before people are told of a condition that is not high. */
export interface Threshold {
  readonly condition: string;
  readonly inForceMs: number;
  readonly proposal?:
    | {
        readonly id: string;
        readonly toMs: number;
        readonly approvedBy: readonly string[];
      }
    | undefined;
  /** The last one that came into force, and what was before it. */
  readonly learned?: { readonly id: string; readonly beforeMs: number } | undefined;
}

export type ThresholdEvent =
  | { readonly type: 'threshold-proposed'; readonly data: z.infer<(typeof ThresholdProposed)['data']> }
  | { readonly type: 'threshold-approved'; readonly data: z.infer<(typeof ThresholdApproved)['data']> }
  | { readonly type: 'threshold-rolled-back'; readonly data: z.infer<(typeof ThresholdRolledBack)['data']> };

export type ThresholdCommand =
  | { readonly kind: 'learn'; readonly id: string; readonly history: readonly Labelled[] }
  | { readonly kind: 'approve'; readonly proposal: string; readonly person: string }
  /** Looks whether the threshold in force would have missed anything in this history. */
  | { readonly kind: 'replay'; readonly history: readonly Labelled[] }
  | { readonly kind: 'roll-back'; readonly person: string };

export const LEARNING = {
  /** Fewer episodes teach nothing. */
  fewest: 30,
  /** Two different people. */
  approvals: 2,
  /** Delays are proposed in whole seconds; a smaller gain is not worth two people's time. */
  stepMs: 1_000,
} as const;

/** Where a condition begins: the delay that the table has. */
export function initialThreshold(condition: string): Threshold {
  return { condition, inForceMs: conditionNamed(condition).notifyAfterMs };
}

export function evolveThreshold(before: Threshold, event: ThresholdEvent): Threshold {
  switch (event.type) {
    case 'threshold-proposed':
      return { ...before, proposal: { id: event.data.proposal, toMs: event.data.to, approvedBy: [] } };
    case 'threshold-approved': {
      const { proposal } = before;
      if (proposal?.id !== event.data.proposal) return before;
      if (event.data.inForce)
        return {
          condition: before.condition,
          inForceMs: proposal.toMs,
          learned: { id: proposal.id, beforeMs: before.inForceMs },
        };
      return {
        ...before,
        proposal: { ...proposal, approvedBy: [...proposal.approvedBy, event.data.person] },
      };
    }
    case 'threshold-rolled-back':
      return { condition: before.condition, inForceMs: event.data.to };
    default:
      return event satisfies never;
  }
}

/**
 * Learning that cannot do harm: only delays, only inside the condition's guard band, never of a condition that can be high,
 * never so that an episode of the past that mattered would have been missed, and only after two different people approved.
 */
export function decideThreshold(command: ThresholdCommand, state: Threshold): readonly ThresholdEvent[] {
  switch (command.kind) {
    case 'learn':
      return propose(command, state);
    case 'approve':
      return approve(command, state);
    case 'replay':
      return state.learned && missedBy(state.inForceMs, relevant(state, command.history)) > 0
        ? [rolledBack(state.learned, { reason: 'missed-alarm' })]
        : [];
    case 'roll-back':
      return state.learned ? [rolledBack(state.learned, { reason: 'person', person: command.person })] : [];
    default:
      return command satisfies never;
  }
}

/** Whether anything about a condition may be learned at all. */
export function isLearnable(condition: string): boolean {
  const { hazard, hazardIfVasoactive } = conditionNamed(condition);
  return [hazard, hazardIfVasoactive ?? hazard].every((one) => priorityOfHazard(one) !== 'high');
}

/** An episode as learning sees it. An open one teaches nothing yet. */
export function labelOf(episode: Episode): Labelled | undefined {
  const { status, condition, priority, raisedMs, closedMs, firstAcknowledgedMs, step } = episode;
  if (status !== 'closed' || closedMs === undefined) return undefined;
  const mattered = firstAcknowledgedMs !== undefined || step > 0;
  return { condition, priority, lastedMs: closedMs - raisedMs, mattered };
}

function propose(
  { id, history }: ThresholdCommand & { kind: 'learn' },
  state: Threshold,
): readonly ThresholdEvent[] {
  if (state.proposal || !isLearnable(state.condition)) return [];
  const cases = relevant(state, history);
  if (cases.length < LEARNING.fewest) return [];
  const [guardLow, guardHigh] = conditionNamed(state.condition).guardMs;
  const to = longestSafe(cases, guardLow, guardHigh);
  if (to <= state.inForceMs) return [];
  const spared = sparedBy(to, cases) - sparedBy(state.inForceMs, cases);
  if (spared === 0) return [];
  const { condition, inForceMs: from } = state;
  const numbers = { from, to, guardLow, guardHigh, episodes: cases.length, spared, missed: 0 };
  const data = { proposal: id, condition, setting: 'notify-after-ms', ...numbers } as const;
  return [{ type: 'threshold-proposed', data }];
}

/** The longest delay of the band that is shorter than every episode that mattered. */
function longestSafe(cases: readonly Labelled[], low: number, high: number): number {
  const shortest = Math.min(
    ...cases.filter(({ mattered }) => mattered).map(({ lastedMs }) => lastedMs),
    high + LEARNING.stepMs,
  );
  const whole = Math.ceil(shortest / LEARNING.stepMs) * LEARNING.stepMs - LEARNING.stepMs;
  return Math.min(high, Math.max(low, whole));
}

function approve(
  { proposal: id, person }: ThresholdCommand & { kind: 'approve' },
  { proposal }: Threshold,
): readonly ThresholdEvent[] {
  if (proposal?.id !== id || proposal.approvedBy.includes(person)) return [];
  const approvals = proposal.approvedBy.length + 1;
  const inForce = approvals >= LEARNING.approvals;
  return [{ type: 'threshold-approved', data: { proposal: id, person, approvals, inForce } }];
}

function rolledBack(
  { id, beforeMs }: NonNullable<Threshold['learned']>,
  why: { readonly reason: 'missed-alarm' } | { readonly reason: 'person'; readonly person: string },
): ThresholdEvent {
  return { type: 'threshold-rolled-back', data: { proposal: id, to: beforeMs, ...why } };
}

/** High episodes are told at once whatever is learned: they teach nothing about delays. */
function relevant({ condition }: Threshold, history: readonly Labelled[]): readonly Labelled[] {
  return history.filter((one) => one.condition === condition && one.priority !== 'high');
}

function sparedBy(delayMs: number, cases: readonly Labelled[]): number {
  return cases.filter(({ lastedMs, mattered }) => !mattered && lastedMs < delayMs).length;
}

function missedBy(delayMs: number, cases: readonly Labelled[]): number {
  return cases.filter(({ lastedMs, mattered }) => mattered && lastedMs < delayMs).length;
}
