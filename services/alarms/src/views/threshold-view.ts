import { conditionNamed } from '../domain/conditions.js';
import type { Proposal, Threshold } from '../domain/thresholds.js';

/** A threshold as people and programs see it. */
export interface ThresholdView {
  readonly id: string;
  readonly condition: string;
  readonly text: string;
  readonly unit: string;
  readonly bed: string | null;
  readonly setting: 'notify-after-ms';
  /** What the table has, and between what a value may lie. */
  readonly tableMs: number;
  readonly guardMs: readonly [low: number, high: number];
  readonly inForceMs: number;
  /** Values that people brought into force, the newest first; the first can be rolled back. */
  readonly approved: readonly { readonly proposal: string; readonly toMs: number; readonly since: string }[];
  readonly proposal: ProposalView | null;
}

export interface ProposalView {
  readonly id: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly proposedAt: string;
  /** What people sign, to the byte: text of an approval at access with the purpose `alarm-threshold`. */
  readonly signText: string;
  readonly replay: Proposal['replay'];
}

export function thresholdViewOf({
  threshold,
  inForceMs,
}: {
  readonly threshold: Threshold;
  readonly inForceMs: number;
}): ThresholdView {
  const { id, scope, values, proposal } = threshold;
  const { condition, unit, bed } = scope;
  const { text, notifyAfterMs, guardMs } = conditionNamed(condition);
  return {
    id,
    condition,
    text,
    unit,
    bed: bed ?? null,
    setting: 'notify-after-ms',
    tableMs: notifyAfterMs,
    guardMs,
    inForceMs,
    approved: values
      .map(({ proposal: of, toMs, sinceMs }) => ({ proposal: of, toMs, since: isoOf(sinceMs) }))
      .reverse(),
    proposal: proposal
      ? {
          id: proposal.data.proposal,
          fromMs: proposal.data.from,
          toMs: proposal.data.to,
          proposedAt: isoOf(proposal.atMs),
          signText: proposal.data.text,
          replay: proposal.data.replay,
        }
      : null,
  };
}

const isoOf = (ms: number): string => new Date(ms).toISOString();
