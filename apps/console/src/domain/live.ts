import type { PumpAction } from '@bcmed/events';

/**
 * What `/api/live` tells: the one agreement between gateway and browser. Times are milliseconds since 1970 by the site's clock; what is not
 * known is absent. The browser imports these as types only.
 */

/** Sequence of changes as one server-sent event carries it. */
export interface LiveMessage {
  /** The gateway's time, RFC 3339. */
  readonly at: string;
  /** Position of the stream up to which this is told. */
  readonly position: string;
  readonly changes: readonly Change[];
}

export interface Snapshot extends LiveMessage {
  readonly notShown: readonly NotShown[];
}

/** A unit of which there is something that this person may not read, and why. */
export interface NotShown {
  readonly unit: string;
  readonly words: string;
}

/** One thing that became different. A value replaces the one before as a whole; `gone` takes it away. */
export type Change =
  | { readonly of: 'pump'; readonly value: PumpView }
  | { readonly of: 'bed'; readonly value: BedView }
  | { readonly of: 'vitals'; readonly value: VitalsView }
  | { readonly of: 'infusion'; readonly value: InfusionView }
  | { readonly of: 'command'; readonly value: CommandView }
  | { readonly of: 'block'; readonly value: BlockView }
  | { readonly of: 'approval'; readonly value: { readonly id: string } }
  | { readonly of: 'pump-trend'; readonly value: PumpTrend }
  | { readonly of: 'vitals-trend'; readonly value: VitalsTrend }
  | { readonly of: 'gone'; readonly kind: 'pump' | 'bed' | 'vitals' | 'infusion'; readonly key: string };

/** An alarm that the pump itself shows. What the alarms service makes of it is told by that service. */
export interface PumpAlarm {
  readonly vendorCode: string;
  readonly term: string;
  readonly text?: string;
  readonly sinceMs: number;
}

export interface Dose {
  /** Exact decimal. */
  readonly value: string;
  readonly unit: string;
}

/** One pump with what stands at it and what is authorised for it. */
export interface PumpView {
  /** As the pump writes it. */
  readonly serial: string;
  readonly connected: boolean;
  /** When the pump was last heard; for a lost pump the last time that it was. */
  readonly heardAtMs?: number;
  readonly family?: string;
  readonly model?: string;
  readonly delivering?: boolean;
  /** As the pump writes it. */
  readonly mode?: string;
  /** What it delivers by its last reading. */
  readonly rateMlPerHour?: number;
  /** What it is set to, which it keeps while it is held. */
  readonly setRateMlPerHour?: number;
  readonly volumeInfusedMl?: number;
  readonly vtbiMl?: number;
  readonly vtbiAtEnd?: string;
  readonly remainingSeconds?: number;
  readonly pressureMmHg?: number;
  /** Label chosen at the pump. */
  readonly drugName?: string;
  readonly alarmActive?: boolean;
  readonly alarms: readonly PumpAlarm[];
  readonly completed: boolean;
  readonly syringe?: { readonly brand: string; readonly sizeMl: number; readonly confirmed: boolean };
  /** From the record of who is connected to it. */
  readonly bed?: string;
  readonly unit?: string;
  readonly patient?: string;
  readonly drug?: string;
  readonly concentration?: string;
  readonly associationId?: string;
  readonly associatedSinceMs?: number;
  /** From dosing: the infusion that is open on this pump, what of it is authorised, and what waits. */
  readonly infusionId?: string;
  readonly dose?: Dose;
  readonly authorisedRateMlPerHour?: number;
  readonly waitingOrderId?: string;
  /** The newest command to it. */
  readonly lastCommandId?: string;
  /** What it is, or was last, steered to; gone when it is ordered something else but a bolus. */
  readonly target?: TargetView;
}

/** A pump that is steered to a concentration in its patient: what people signed, and the newest step. Concentrations in `unit`. */
export interface TargetView {
  readonly commandId: string;
  /** Name of the pharmacokinetic model. */
  readonly model: string;
  readonly site: 'plasma' | 'effect';
  /** Exact decimal. */
  readonly concentration: string;
  readonly unit: string;
  readonly untilMs: number;
  /** What nobody but people may pass. */
  readonly ceilingMlPerHour: number;
  readonly mostMl: number;
  /** ordered: no step yet; steered; held: no step came, the pump runs at a rate that never passes the target; ended. */
  readonly state: 'ordered' | 'steered' | 'held' | 'ended';
  readonly step?: {
    readonly number: number;
    readonly atMs: number;
    readonly rateMlPerHour: number;
    readonly plasma: number;
    readonly effect: number;
    readonly predictedPlasma: number;
    readonly predictedEffect: number;
    readonly volumeGivenMl: number;
  };
  /** Why it is held or ended. */
  readonly reason?: string;
  readonly words?: string;
}

export interface BedView {
  readonly bed: string;
  readonly unit: string;
  readonly patient: string;
}

export type VitalSign =
  | 'heartRateBpm'
  | 'systolicPressureMmHg'
  | 'diastolicPressureMmHg'
  | 'meanArterialPressureMmHg'
  | 'saturationPercent'
  | 'respiratoryRatePerMin'
  | 'temperatureCelsius'
  | 'urineOutputMlPerHour';

export interface Reading {
  /** Absent when the quality is bad. */
  readonly value?: number;
  readonly quality: 'good' | 'questionable' | 'frozen' | 'bad';
}

/** The newest sample as the monitor showed it: a sign that is not in it was not connected. */
export interface VitalsView {
  readonly patient: string;
  readonly atMs: number;
  readonly signs: Readonly<Partial<Record<VitalSign, Reading>>>;
}

/** An infusion that was ordered and is not closed. */
export interface InfusionView {
  readonly id: string;
  readonly pump: string;
  readonly patient?: string;
  readonly drug: string;
  readonly phase: 'ordered' | 'authorised' | 'ended';
  /** An order that waits for signatures or for somebody to override a limit. */
  readonly waiting?: {
    readonly orderId: string;
    readonly textHash: string;
    readonly placedAtMs: number;
    readonly placedBy: readonly string[];
    readonly needsOverride: readonly string[];
  };
  readonly authorised?: {
    readonly orderId: string;
    readonly commandId: string;
    readonly action: string;
    readonly dose: Dose;
    readonly rateMlPerHour: number;
    readonly signedBy: readonly string[];
    readonly atMs: number;
    readonly ruleVersion: string;
  };
  /** How it answered the last order that was refused. */
  readonly refused?: {
    readonly orderId: string;
    readonly reason: string;
    readonly words: string;
    readonly atMs: number;
  };
  readonly withdrawn?: {
    readonly orderId: string;
    readonly cause: string;
    readonly reason: string;
    readonly atMs: number;
  };
  /** What pump and patient did, as dosing assessed it last. */
  readonly assessed?: {
    readonly finding: string;
    readonly words: string;
    readonly volumeInfusedMl: number;
    readonly atMs: number;
  };
}

/** What became of one command to a pump. */
export interface CommandView {
  readonly commandId: string;
  readonly pump: string;
  readonly action: PumpAction;
  readonly state: 'authorised' | 'executed' | 'failed' | 'unknown';
  readonly atMs: number;
  /** People whose signatures it carries. */
  readonly signedBy: readonly string[];
  readonly setRateMlPerHour?: number;
  readonly volumeToBeInfusedMl?: number;
  readonly delivering?: boolean;
  readonly readBackAfterMs?: number;
  /** From the event that authorised it to the one that tells its outcome. */
  readonly answeredAfterMs?: number;
  readonly reason?: string;
  readonly detail?: string;
}

/** An anchored block, as far as plots need it. */
export interface BlockView {
  readonly number: string;
  readonly firstSequence: string;
  readonly lastSequence: string;
  readonly treeSize: string;
  readonly rootHash: string;
  readonly timeMs: number;
  /** From the cut to the confirmation on the stream, both by the site's clocks. */
  readonly anchoredAfterMs: number;
  readonly rejected: number;
  readonly signers: number;
}

/** Values on a grid: the first stands for `startMs` to `startMs + stepMs`, null where nothing was heard. */
interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
}

export interface PumpTrend extends Grid {
  readonly serial: string;
  readonly pressureMmHg: readonly (number | null)[];
  readonly rateMlPerHour: readonly (number | null)[];
}

export interface VitalsTrend extends Grid {
  readonly patient: string;
  readonly signs: Readonly<Partial<Record<VitalSign, readonly (number | null)[]>>>;
}
