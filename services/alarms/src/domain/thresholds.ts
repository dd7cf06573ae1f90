import {
  derivedId,
  type AlarmThresholdText,
  type ThresholdApproved,
  type ThresholdProposed,
  type ThresholdRolledBack,
  type ThresholdWithdrawn,
} from '@bcmed/events';
import type { z } from 'zod';
import { conditionNamed } from './conditions.js';
import {
  LEARNING,
  UNKNOWN_UNIT,
  isLearnable,
  longestSafe,
  missedBy,
  relevantTo,
  replay,
  type Labelled,
  type Scope,
} from './learning.js';

type DataOf<Definition extends { readonly data: z.ZodType }> = z.infer<Definition['data']>;

interface Happened<Type extends string, Data> {
  readonly type: Type;
  /** Names it within its threshold; the event's id follows from it. */
  readonly key: string;
  readonly atMs: number;
  /** Who caused it; empty: this service. */
  readonly actor: string;
  readonly data: Data;
}

export type Proposal = DataOf<typeof ThresholdProposed>;

export type ThresholdEvent =
  | Happened<'threshold-proposed', Proposal>
  | Happened<'threshold-approved', DataOf<typeof ThresholdApproved>>
  | Happened<'threshold-withdrawn', DataOf<typeof ThresholdWithdrawn>>
  | Happened<'threshold-rolled-back', DataOf<typeof ThresholdRolledBack>>;

/** One threshold: the delay before people are told of a condition that is not high. */
export interface Threshold {
  readonly id: string;
  readonly scope: Scope;
  /** Values that people brought into force, the newest last; while there is none, that of the wider place counts. */
  readonly values: readonly { readonly proposal: string; readonly toMs: number; readonly sinceMs: number }[];
  readonly proposal?: { readonly data: Proposal; readonly atMs: number } | undefined;
  /** When something was last decided about it: what is learned next takes enough episodes after that. */
  readonly decidedMs: number;
}

interface Moment {
  readonly nowMs: number;
  /** What counts while the threshold has no value of its own. */
  readonly inheritedMs: number;
}

/** Episodes of the past that were raised within these instants, RFC 3339. */
interface Past {
  readonly history: readonly Labelled[];
  readonly from: string;
  readonly to: string;
}

export type ThresholdCommand = Moment &
  (
    | (Past & {
        readonly kind: 'learn';
        readonly site: string;
        /** Whether something may be proposed; guards are looked at in any case. */
        readonly mayPropose: boolean;
      })
    | (Pick<Past, 'history'> & {
        readonly kind: 'approve';
        readonly approval: string;
        readonly requestedBy: string;
        /** Other people who signed the text and may approve at this moment. */
        readonly approvedBy: readonly string[];
      })
    | { readonly kind: 'refuse'; readonly person: string }
    | { readonly kind: 'roll-back'; readonly person: string }
  );

/** Two different people. */
export const APPROVALS = 2;
/** As many as the event of an approval has room for. */
const MOST_APPROVALS = 7;
/** A proposal on which nobody decided for so long is withdrawn. */
export const PROPOSAL_LIFE_MS = 14 * 86_400_000;
const SETTING = 'notify-after-ms';

export function thresholdId(site: string, { condition, unit, bed = '' }: Scope): string {
  return derivedId(site, 'alarm-threshold', condition, unit, bed);
}

export function initialThreshold(site: string, scope: Scope): Threshold {
  return { id: thresholdId(site, scope), scope, values: [], decidedMs: 0 };
}

export function inForceMs({ values }: Threshold, inheritedMs: number): number {
  return values.at(-1)?.toMs ?? inheritedMs;
}

/**
 * The delay that counts for a condition at a place: that of the bed, else of the unit, else of the table. Whatever was approved, it is
 * never outside the guard band, and there is none but the table's for what can be high.
 */
export function delayFor(
  thresholds: Iterable<Threshold>,
  condition: string,
  { unit = UNKNOWN_UNIT, bed }: { readonly unit?: string | undefined; readonly bed?: string | undefined },
): number {
  const { notifyAfterMs, guardMs } = conditionNamed(condition);
  if (!isLearnable(condition)) return notifyAfterMs;
  let ofUnit: number | undefined;
  let ofBed: number | undefined;
  for (const { scope, values } of thresholds) {
    if (scope.condition !== condition || scope.unit !== unit) continue;
    if (scope.bed === undefined) ofUnit = values.at(-1)?.toMs;
    else if (scope.bed === bed) ofBed = values.at(-1)?.toMs;
  }
  return Math.min(guardMs[1], Math.max(guardMs[0], ofBed ?? ofUnit ?? notifyAfterMs));
}

export function evolveThreshold(before: Threshold, { type, data, atMs }: ThresholdEvent): Threshold {
  switch (type) {
    case 'threshold-proposed':
      return { ...before, proposal: { data, atMs } };
    case 'threshold-approved': {
      if (before.proposal?.data.proposal !== data.proposal) return before;
      const values = [...before.values, { proposal: data.proposal, toMs: data.to, sinceMs: atMs }];
      return { ...before, values, proposal: undefined, decidedMs: atMs };
    }
    case 'threshold-withdrawn':
      if (before.proposal?.data.proposal !== data.proposal) return before;
      return { ...before, proposal: undefined, decidedMs: atMs };
    case 'threshold-rolled-back': {
      const values = before.values.filter(({ proposal }) => proposal !== data.proposal);
      return { ...before, values, decidedMs: atMs };
    }
    default:
      return type satisfies never;
  }
}

/**
 * Learning that cannot do harm: only delays, only inside the condition's guard band, never of a condition that can be high, never so
 * that an episode of the past that mattered would have been missed, and only after two different people approved. What is in force and
 * breaks one of these goes back by itself.
 */
export function decideThreshold(command: ThresholdCommand, state: Threshold): readonly ThresholdEvent[] {
  switch (command.kind) {
    case 'learn':
      return guarded(command, state) ?? proposed(command, state);
    case 'approve':
      return approved(command, state);
    case 'refuse':
      return state.proposal
        ? [withdrawn(state, command.nowMs, { reason: 'refused', person: command.person })]
        : [];
    case 'roll-back':
      return rolledBack(command, state, { reason: 'person', person: command.person });
    default:
      return command satisfies never;
  }
}

type Learn = ThresholdCommand & { kind: 'learn' };

/** What no longer may be: a value in force first, then a proposal. */
function guarded(command: Learn, state: Threshold): readonly ThresholdEvent[] | undefined {
  const { nowMs, history } = command;
  const { scope, values, proposal } = state;
  const cases = relevantTo(scope, history);
  const value = values.at(-1)?.toMs;
  if (value !== undefined && !isInside(scope, value))
    return rolledBack(command, state, { reason: 'guard-band' });
  if (value !== undefined && missedBy(value, cases) > 0)
    return rolledBack(command, state, { reason: 'missed-alarm' });
  if (!proposal) return undefined;
  if (!isInside(scope, proposal.data.to)) return [withdrawn(state, nowMs, { reason: 'guard-band' })];
  if (missedBy(proposal.data.to, cases) > 0) return [withdrawn(state, nowMs, { reason: 'would-miss' })];
  return nowMs - proposal.atMs > PROPOSAL_LIFE_MS
    ? [withdrawn(state, nowMs, { reason: 'expired' })]
    : undefined;
}

function isInside({ condition }: Scope, delayMs: number): boolean {
  const [low, high] = conditionNamed(condition).guardMs;
  return isLearnable(condition) && delayMs >= low && delayMs <= high;
}

function proposed(
  { nowMs, inheritedMs, site, mayPropose, ...past }: Learn,
  state: Threshold,
): readonly ThresholdEvent[] {
  const { id, scope, decidedMs } = state;
  if (!mayPropose || state.proposal || !isLearnable(scope.condition)) return [];
  const cases = relevantTo(scope, past.history);
  const fresh = cases.filter(({ raisedMs }) => raisedMs > decidedMs);
  if (fresh.length < LEARNING.fewest) return [];
  const newest = fresh.reduce((one, other) => (other.raisedMs > one.raisedMs ? other : one));
  const { guardMs } = conditionNamed(scope.condition);
  const from = inForceMs(state, inheritedMs);
  const to = longestSafe(cases, guardMs);
  if (to <= from) return [];
  const found = replay(cases, from, to);
  if (found.spared === 0) return [];
  const proposal = derivedId(id, 'proposal', String(to), newest.id, String(Math.floor(decidedMs)));
  const { episodes, spared, later } = found;
  const text: AlarmThresholdText = {
    kind: 'alarm-threshold',
    site,
    proposal,
    ...about(scope),
    fromMs: from,
    toMs: to,
    episodes,
    spared,
    later,
    missed: 0,
  };
  const data = {
    proposal,
    ...about(scope),
    from,
    to,
    guardLow: guardMs[0],
    guardHigh: guardMs[1],
    text: JSON.stringify(text),
    replay: { from: past.from, to: past.to, ...found },
  };
  return [{ type: 'threshold-proposed', key: `proposed/${proposal}`, atMs: nowMs, actor: '', data }];
}

function approved(
  command: ThresholdCommand & { kind: 'approve' },
  state: Threshold,
): readonly ThresholdEvent[] {
  const { nowMs, inheritedMs, approval, requestedBy, history } = command;
  const { scope, proposal } = state;
  if (!proposal) return [];
  const approvedBy = [...new Set(command.approvedBy)].filter((person) => person !== requestedBy);
  if (approvedBy.length < APPROVALS) return [];
  const { proposal: id, to } = proposal.data;
  if (!isInside(scope, to)) return [withdrawn(state, nowMs, { reason: 'guard-band' })];
  // What happened since it was proposed counts as well.
  if (missedBy(to, relevantTo(scope, history)) > 0)
    return [withdrawn(state, nowMs, { reason: 'would-miss' })];
  const people = approvedBy.slice(0, MOST_APPROVALS);
  const from = inForceMs(state, inheritedMs);
  const data = { proposal: id, ...about(scope), from, to, approval, requestedBy, approvedBy: people };
  const actor = people.at(-1) ?? '';
  return [{ type: 'threshold-approved', key: `approved/${id}`, atMs: nowMs, actor, data }];
}

type Withdrawn = DataOf<typeof ThresholdWithdrawn>;
type RolledBack = DataOf<typeof ThresholdRolledBack>;

function withdrawn(
  { scope, proposal }: Threshold,
  atMs: number,
  why: Pick<Withdrawn, 'reason' | 'person'>,
): ThresholdEvent {
  const id = proposal?.data.proposal ?? '';
  const data = { proposal: id, ...about(scope), ...why };
  return { type: 'threshold-withdrawn', key: `withdrawn/${id}`, atMs, actor: why.person ?? '', data };
}

function rolledBack(
  { nowMs, inheritedMs }: Moment,
  { scope, values }: Threshold,
  why: Pick<RolledBack, 'reason' | 'person'>,
): readonly ThresholdEvent[] {
  const last = values.at(-1);
  if (!last) return [];
  const { proposal, toMs: from } = last;
  const data = { proposal, ...about(scope), from, to: values.at(-2)?.toMs ?? inheritedMs, ...why };
  const actor = why.person ?? '';
  return [{ type: 'threshold-rolled-back', key: `rolled-back/${proposal}`, atMs: nowMs, actor, data }];
}

function about({ condition, unit, bed }: Scope) {
  return { condition, setting: SETTING, unit, ...(bed === undefined ? {} : { bed }) } as const;
}
