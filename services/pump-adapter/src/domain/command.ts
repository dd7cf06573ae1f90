import { happened, type Actor, type DataOf, type PumpEvent } from './events.js';
import type { Moment, Reading } from './input.js';

/** How the pump must show itself when a command was taken. What the command does not concern is absent. */
export interface Expected {
  readonly setRateMlPerHour?: number;
  readonly delivering?: boolean;
  readonly vtbiMl?: number;
}

/** What became of one command. */
export type CommandReport =
  | {
      readonly outcome: 'executed';
      readonly person: string;
      readonly expected: Expected;
      readonly data: DataOf<'command-executed'>;
    }
  | {
      readonly outcome: 'unknown';
      readonly person: string;
      readonly expected: Expected;
      readonly data: DataOf<'command-outcome-unknown'>;
    }
  | { readonly outcome: 'failed'; readonly person: string; readonly data: DataOf<'command-failed'> };

/** A command whose effect a reading may still show. */
export interface AwaitedCommand {
  readonly commandId: string;
  readonly commandPosition: string;
  readonly person: string;
  readonly outcome: 'executed' | 'unknown';
  readonly expected: Expected;
  /** On the steady scale; absent after a restart, until the next reading. */
  readonly sinceMs?: number;
}

/** What a hand did in this time after a command, and is just what the command asked for, is taken for the command's. */
const EXPLAINS_MS = 10_000;
/** A frame may act as late as the pump's own longest response time of 4 s, and be seen one poll of 2 s later. */
export const SETTLES_MS = 6_000;

export function withoutTime({ sinceMs: _, ...rest }: AwaitedCommand): AwaitedCommand {
  return rest;
}

/** The event that a report is, and what to look for from now on. */
export function reported(
  report: CommandReport,
  { steadyMs }: Moment,
  before: AwaitedCommand | undefined,
): { readonly event: PumpEvent; readonly commanded?: AwaitedCommand } {
  const actor = { person: report.person };
  const { commandId, commandPosition } = report.data;
  if (report.outcome === 'failed') {
    const event = happened('command-failed', actor, report.data, commandId);
    return { event, ...(before && { commanded: before }) };
  }
  const { outcome, person, expected } = report;
  const event =
    report.outcome === 'executed'
      ? happened('command-executed', actor, report.data, commandId)
      : happened('command-outcome-unknown', actor, report.data, commandId);
  return { event, commanded: { commandId, commandPosition, person, outcome, expected, sinceMs: steadyMs } };
}

/** Who made a change: the command that asked for just this, otherwise a hand at the front panel. */
export interface By {
  readonly changedBy: 'front-panel' | 'command';
  readonly actor: Actor;
  readonly commandId?: string;
}

const BY_HAND: By = { changedBy: 'front-panel', actor: 'front-panel' };

export function changedBy<Part extends keyof Expected>(
  commanded: AwaitedCommand | undefined,
  part: Part,
  value: Expected[Part],
): By {
  if (commanded?.expected[part] === undefined || commanded.expected[part] !== value) return BY_HAND;
  const { person, commandId } = commanded;
  return { changedBy: 'command', actor: { person }, commandId };
}

/** What a reading shows of the settings; absent is what this reading does not tell. */
export interface Seen {
  readonly setRateMlPerHour?: number | undefined;
  readonly delivering: boolean;
  /** 0 when no volume is set. */
  readonly vtbiMl?: number | undefined;
}

export function seenIn({ status, vtbi }: Reading, setRateMlPerHour: number | undefined): Seen {
  return {
    setRateMlPerHour,
    delivering: status.delivering,
    vtbiMl: vtbi === undefined ? undefined : vtbi.active ? (vtbi.volumeMl ?? 0) : 0,
  };
}

/** What remains to be awaited after a reading, and the resolution when an unknown outcome is known now. */
export function followCommand(
  commanded: AwaitedCommand | undefined,
  seen: Seen,
  { steadyMs }: Moment,
): { readonly commanded?: AwaitedCommand; readonly resolved?: PumpEvent } {
  if (!commanded) return {};
  const { sinceMs = steadyMs, outcome, expected, person, commandId, commandPosition } = commanded;
  const ageMs = steadyMs - sinceMs;
  const parts = Object.keys(expected) as (keyof Expected)[];
  if (outcome === 'executed') {
    const open = parts.filter((part) => seen[part] === undefined || seen[part] !== expected[part]);
    return open.length === 0 || ageMs > EXPLAINS_MS ? {} : { commanded: { ...commanded, sinceMs } };
  }
  const told = parts.every((part) => seen[part] !== undefined);
  const same = parts.every((part) => seen[part] === expected[part]);
  if (!told || (!same && ageMs <= SETTLES_MS)) return { commanded: { ...commanded, sinceMs } };
  const data = {
    commandId,
    outcome: same ? 'as-ordered' : 'not-as-ordered',
    detail: describe(seen),
    commandPosition,
  } as const;
  return { resolved: happened('command-outcome-resolved', { person }, data, commandId) };
}

function describe({ setRateMlPerHour, delivering, vtbiMl }: Seen): string {
  return [
    delivering ? 'infusing' : 'held',
    ...(setRateMlPerHour === undefined ? [] : [`set rate ${setRateMlPerHour} ml/h`]),
    ...(vtbiMl === undefined ? [] : [`volume to be infused ${vtbiMl} ml`]),
  ].join(', ');
}
