import type { Moment } from './input.js';

/** A change may be visible a little before or after its log entry: the questions of one poll are asked one after another. */
const GRACE_MS = 2_000;
const GRACE_READINGS = 2;

/** The pump's own log against what was seen. */
export interface LogWatch {
  /** Changes seen in the last reading that no log entry explained yet. */
  readonly credit: number;
  readonly pending?: Unexplained;
}

/** Log entries that no change has explained yet. */
export interface Unexplained {
  readonly fromLogEntryId: number;
  readonly since: string;
  readonly entries: number;
  readonly changesSeen: number;
  readonly seenMs: number;
  readonly readings: number;
}

export interface LogStep {
  readonly before: { readonly logEntryId: number; readonly moment: Moment };
  readonly now: { readonly logEntryId: number; readonly moment: Moment };
  /** Changes that this reading shows against the one before. */
  readonly changes: number;
}

export interface LogOutcome {
  readonly watch: LogWatch;
  readonly gap?: {
    readonly fromLogEntryId: number;
    readonly toLogEntryId: number;
    readonly changesSeen: number;
    readonly since: string;
  };
}

/**
 * Compares the step of the pump's log id with the changes that were seen. An entry that nothing explains within
 * two further readings and two seconds is a gap; an id that went backwards is one at once.
 */
export function followLog(watch: LogWatch, { before, now, changes }: LogStep): LogOutcome {
  const step = now.logEntryId - before.logEntryId;
  const since = watch.pending?.since ?? before.moment.at;
  const changesSeen = (watch.pending?.changesSeen ?? 0) + changes;
  const fromLogEntryId = watch.pending?.fromLogEntryId ?? before.logEntryId;
  const gap = { fromLogEntryId, toLogEntryId: now.logEntryId, changesSeen, since };
  if (step < 0) return { watch: { credit: 0 }, gap };
  const entries = (watch.pending?.entries ?? 0) + step - changes - (step > 0 ? watch.credit : 0);
  if (entries <= 0) return { watch: { credit: step === 0 && !watch.pending ? changes : 0 } };
  const pending: Unexplained = {
    fromLogEntryId,
    since,
    entries,
    changesSeen,
    seenMs: watch.pending?.seenMs ?? now.moment.steadyMs,
    readings: watch.pending ? watch.pending.readings + 1 : 0,
  };
  const patient = pending.readings < GRACE_READINGS || now.moment.steadyMs - pending.seenMs < GRACE_MS;
  return patient ? { watch: { credit: 0, pending } } : { watch: { credit: 0 }, gap };
}
