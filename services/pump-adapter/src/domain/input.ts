import type { AwaitedCommand, CommandReport } from './command.js';
import type { PumpEvent, Vtbi, Syringe } from './events.js';

/** A point in time, told twice: as the stream writes it, and on a scale that no clock correction makes jump. */
export interface Moment {
  /** RFC 3339, UTC, milliseconds. */
  readonly at: string;
  /** Milliseconds since about 1970 that only ever rise while the adapter runs; for differences, never for people. */
  readonly steadyMs: number;
}

/** Who a pump says it is and how it is reached. */
export interface Identity {
  readonly family: string;
  readonly model: string;
  readonly serial: string;
  readonly protocol: string;
  readonly transport: 'serial' | 'tcp';
  readonly line: string;
}

/** What a pump shows at one moment, in the words of no vendor. Null is what it did not give. */
export interface PumpStatus {
  readonly delivering: boolean;
  readonly mode: string;
  readonly rateMlPerHour: number;
  readonly volumeInfusedMl: number;
  readonly pressureMmHg: number | null;
  readonly remainingSeconds: number | null;
  readonly alarmActive: boolean;
  readonly drugName: string | null;
  readonly logEntryId: number;
}

/** An alarm as the pump names it, with our term for it. */
export interface ShownAlarm {
  readonly vendorCode: string;
  readonly term: string;
  readonly text?: string;
}

/** One poll that was answered. What was not asked in this poll is absent. */
export interface Reading {
  readonly kind: 'reading';
  readonly moment: Moment;
  readonly identity: Identity;
  readonly status: PumpStatus;
  /** Null when the pump answered that there is none. */
  readonly alarm?: ShownAlarm | null;
  /** The rate that is set, which on hold is not the rate that the status shows. */
  readonly setRateMlPerHour?: number;
  readonly vtbi?: Vtbi;
  readonly syringe?: Syringe;
  /** Id for the infusion that this reading may show to have begun; the same input must bring the same id. */
  readonly newInfusionId: string;
}

/** One poll that was not answered. */
export interface Silence {
  readonly kind: 'silence';
  readonly moment: Moment;
  readonly reason: 'no-answer' | 'line-closed' | 'another-pump-answers';
  /** Polls without an answer so far, this one included. */
  readonly missedPolls: number;
}

/** What became of a command, as whoever wrote it to the line says. */
export interface Commanded {
  readonly kind: 'commanded';
  readonly moment: Moment;
  readonly report: CommandReport;
}

/** A frame of a command is about to leave: a change that shows what it asks for is the command's. It is no event. */
export interface Acting {
  readonly kind: 'acting';
  readonly moment: Moment;
  readonly awaited: Omit<AwaitedCommand, 'outcome' | 'sinceMs'>;
}

/** What became of the target to which the pump is steered, as whoever steers it says. */
export interface Steered {
  readonly kind: 'steered';
  readonly moment: Moment;
  readonly event: PumpEvent;
}

export type Input = Reading | Silence | Commanded | Acting | Steered;

/** What a site may choose; everything else about a pump is not a matter of taste. */
export interface Rules {
  /** A status is sampled at least this often while the pump answers. */
  readonly slowBeatMs: number;
  /** Polls without an answer after which a pump counts as lost. */
  readonly missedPollsUntilLost: number;
}

export const DEFAULT_RULES: Rules = { slowBeatMs: 10_000, missedPollsUntilLost: 3 };
