import type { SignedText } from '@bcmed/events';
import type { DrugLibrary } from '../library/index.js';
import type { Allowance, AssessedResponse, ClosingOutcome, WithdrawalCause } from './events.js';

/** One sample of a patient's vitals as it stands when the decision is made. */
export interface VitalsSample {
  readonly measuredAt: string;
  /** By the receiver's monotonic clock and the source's time; negative when the source is ahead. */
  readonly ageMs: number;
  readonly heartRateBpm?: number;
  readonly meanArterialPressureMmHg?: number;
  readonly saturationPercent?: number;
}

/** What a protocol said, from the chain and our own arithmetic; see `ProtocolClient`. */
export type ProtocolResult =
  | {
      readonly kind: 'agreed';
      readonly protocolId: string;
      readonly verdict: string;
      readonly doseNanogramPerKgPerMin: bigint;
    }
  | { readonly kind: 'refused'; readonly code: string };

/** What somebody recorded that stands at a bed. */
export interface BedsideRecord {
  readonly pump: string;
  readonly patient: string;
  readonly unit: string;
  /** What is in the syringe, where it was recorded: the drug, and the concentration as on the label. */
  readonly syringe?: { readonly drug: string; readonly concentration: string };
}

/** What is true of the ward when a decision is made. The caller has checked every signature on which it rests. */
export interface Facts {
  /** The active library of the unit, with the hash of its bytes. */
  readonly library: { readonly hash: string; readonly content: DrugLibrary } | undefined;
  /** What stands at the bed, by the association of the moment; absent when nobody recorded one. */
  readonly association: BedsideRecord | undefined;
  /** Newest first. */
  readonly vitals: readonly VitalsSample[];
  /** Of this drug in the window of the library's cap, at this concentration. */
  readonly deliveredMl: string;
  /** The smallest step of the pump's rate at the ordered rate. */
  readonly pumpStepMlPerHour: string;
  /** What the pump shows now; goes into the command, so that a pump that was changed meanwhile is left alone. */
  readonly setRateMlPerHour?: number;
  /** Whether any order of the site had this nonce, as the safety store knows. */
  readonly nonceUsedElsewhere: boolean;
  readonly protocol?: ProtocolResult;
}

/** Somebody orders. Time and ids come with it. */
export interface PlaceOrder {
  readonly type: 'place-order';
  readonly at: string;
  readonly orderId: string;
  readonly order: SignedText;
  /** SHA-256 of the exact text, base64url. */
  readonly textHash: string;
  /** By which policies those who signed were allowed it. */
  readonly decidedBy?: readonly Allowance[];
  readonly facts: Facts;
}

/** Somebody else approves that soft limits of one order are overridden. */
export interface OverrideLimits {
  readonly type: 'override-limits';
  readonly at: string;
  readonly orderId: string;
  readonly reason: string;
  /** Granted, unconsumed and checked by the caller. */
  readonly approval: {
    readonly id: string;
    readonly textHash: string;
    readonly approvedBy: readonly string[];
  };
  readonly decidedBy?: readonly Allowance[];
  readonly library: Facts['library'];
}

/** The order is to take effect: everything is checked again, as it is now. */
export interface Authorise {
  readonly type: 'authorise';
  readonly at: string;
  readonly orderId: string;
  /** Id that the command-authorised event gets. */
  readonly commandId: string;
  /** The text as placed, with every signature there is now. */
  readonly order: SignedText;
  /** Those whose signatures the caller found true. */
  readonly verifiedSigners: readonly string[];
  readonly decidedBy?: readonly Allowance[];
  readonly facts: Facts;
}

export interface Withdraw {
  readonly type: 'withdraw';
  readonly at: string;
  /** Only this order; absent for whatever waits and is authorised. */
  readonly orderId?: string;
  readonly by: string;
  readonly cause: Exclude<WithdrawalCause, 'stop' | 'superseded'>;
  readonly reason: string;
  readonly decidedBy?: readonly Allowance[];
}

/** Never refused, in no state, whatever its text says: the adapter asks only who signed. */
export interface Stop {
  readonly type: 'stop';
  readonly at: string;
  /** Id that the stop-ordered event gets. */
  readonly stopId: string;
  readonly pump: string;
  readonly by: string;
  readonly order: SignedText;
}

/** What pump and patient did, from the pump's events and the monitor. */
export interface Assess {
  readonly type: 'assess';
  readonly at: string;
  readonly response: Omit<AssessedResponse, 'orderId'>;
}

export interface Close {
  readonly type: 'close';
  readonly at: string;
  readonly by: string;
  readonly outcome: ClosingOutcome;
  readonly volumeInfusedMl: number;
  readonly reason: string;
}

export type DosingCommand = PlaceOrder | OverrideLimits | Authorise | Withdraw | Stop | Assess | Close;
