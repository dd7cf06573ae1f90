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
/** More are not awaited at one pump: while one is unknown, only stops follow. */
const MOST_AWAITED = 8;
/** A frame may act as late as the pump's own longest response time of 4 s, and be seen one poll of 2 s later. */
export const SETTLES_MS = 6_000;

export function withoutTime({ sinceMs: _, ...rest }: AwaitedCommand): AwaitedCommand {
  return rest;
}

/** What to look for while a command is being carried out, newest first. */
export function acting(
  awaited: Omit<AwaitedCommand, 'outcome' | 'sinceMs'>,
  { steadyMs }: Moment,
  before: readonly AwaitedCommand[],
): readonly AwaitedCommand[] {
  return [{ ...awaited, outcome: 'executed' as const, sinceMs: steadyMs }, ...before].slice(0, MOST_AWAITED);
}

/** The event that a report is, and what to look for from now on, newest first. */
export function reported(
  report: CommandReport,
  { steadyMs }: Moment,
  before: readonly AwaitedCommand[],
): { readonly event: PumpEvent; readonly commanded: readonly AwaitedCommand[] } {
  const actor = { person: report.person };
  const { commandId, commandPosition } = report.data;
  if (report.outcome === 'failed') {
    const event = happened('command-failed', actor, report.data, commandId);
    return { event, commanded: before };
  }
  const { outcome, person, expected } = report;
  const event =
    report.outcome === 'executed'
      ? happened('command-executed', actor, report.data, commandId)
      : happened('command-outcome-unknown', actor, report.data, commandId);
  const awaited = { commandId, commandPosition, person, outcome, expected, sinceMs: steadyMs };
  return { event, commanded: [awaited, ...before].slice(0, MOST_AWAITED) };
}

/** Who made a change: the command that asked for just this, otherwise a hand at the front panel. */
export interface By {
  readonly changedBy: 'front-panel' | 'command';
  readonly actor: Actor;
  readonly commandId?: string;
}

const BY_HAND: By = { changedBy: 'front-panel', actor: 'front-panel' };

export function changedBy<Part extends keyof Expected>(
  commanded: readonly AwaitedCommand[],
  part: Part,
  value: Expected[Part],
): By {
  const cause = commanded.find(({ expected }) => expected[part] !== undefined && expected[part] === value);
  if (!cause) return BY_HAND;
  const { person, commandId } = cause;
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

/** What remains to be awaited after a reading, and the resolutions of outcomes that are known now. */
export function followCommands(
  commanded: readonly AwaitedCommand[],
  seen: Seen,
  moment: Moment,
): { readonly commanded: readonly AwaitedCommand[]; readonly resolved: readonly PumpEvent[] } {
  const followed = commanded.map((one) => follow(one, seen, moment));
  return {
    commanded: followed.flatMap(({ awaited }) => awaited ?? []),
    resolved: followed.flatMap(({ resolved }) => resolved ?? []),
  };
}

function follow(
  commanded: AwaitedCommand,
  seen: Seen,
  { steadyMs }: Moment,
): { readonly awaited?: AwaitedCommand; readonly resolved?: PumpEvent } {
  const { sinceMs = steadyMs, outcome, expected, person, commandId, commandPosition } = commanded;
  const ageMs = steadyMs - sinceMs;
  const awaited = { ...commanded, sinceMs };
  const parts = Object.keys(expected) as (keyof Expected)[];
  const same = parts.every((part) => seen[part] === expected[part]);
  if (outcome === 'executed') return same || ageMs > EXPLAINS_MS ? {} : { awaited };
  const told = parts.every((part) => seen[part] !== undefined);
  if (!told || (!same && ageMs <= SETTLES_MS)) return { awaited };
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
