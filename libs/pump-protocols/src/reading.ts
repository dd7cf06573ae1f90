/** The families of pumps that this library can speak to. */
export type PumpFamily = 'alaris-asena-gh';

/**
 * What a pump says about itself at one moment, in the words of no vendor. A value that the pump did not give is null;
 * nothing is made up.
 */
export interface PumpReading {
  readonly family: PumpFamily;
  readonly serial: string;
  /** Fluid is being driven: a positive rate and not on hold, as far as the pump tells. */
  readonly delivering: boolean;
  /** The vendor's word for the mode, kept as it is. */
  readonly vendorMode: string;
  readonly alarmActive: boolean;
  readonly rateMlPerHour: number;
  readonly volumeInfusedMl: number;
  readonly pressureMmHg: number | null;
  readonly timeRemaining: TimeRemaining | null;
  /** Null when the pump names none. */
  readonly drugName: string | null;
  /** The pump's own count of its log; a step of more than one between two readings is a missed happening. */
  readonly logEntryId: number | null;
}

/** Until the syringe is empty or the set volume is in. The pump counts no further than a day. */
export type TimeRemaining = { readonly seconds: number } | 'more-than-24-hours';
