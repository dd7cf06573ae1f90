import { TRUST_STATUS_OF_CODE } from '@bcmed/site-trust';

/** What the alarm service itself complains about; the libraries' errors come through with their own codes. */
export abstract class AlarmsError extends Error {
  abstract readonly code: `BCM-ALARMS-${string}`;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No alarm episode has this id. */
export class AlarmNotFoundError extends AlarmsError {
  readonly code = 'BCM-ALARMS-NOT-FOUND';
}

/** The episode is closed: there is nothing left to acknowledge or to silence. */
export class AlarmClosedError extends AlarmsError {
  readonly code = 'BCM-ALARMS-CLOSED';
}

/** The sound of this alarm was off for as long as it may be. */
export class AudioPauseLimitError extends AlarmsError {
  readonly code = 'BCM-ALARMS-AUDIO-LIMIT';
}

/** Nobody proposed this, or it is over. */
export class ProposalNotFoundError extends AlarmsError {
  readonly code = 'BCM-ALARMS-PROPOSAL-NOT-FOUND';
}

/** Only the value that is in force can be taken back. */
export class ThresholdNotInForceError extends AlarmsError {
  readonly code = 'BCM-ALARMS-THRESHOLD-NOT-IN-FORCE';
}

/** The store in the state folder belongs to another site or root key. Nothing was changed. */
export class StoreForeignError extends AlarmsError {
  readonly code = 'BCM-ALARMS-STORE-FOREIGN';
}

/** Somebody was refused again and again within a minute: further refusals are not recorded. */
export class TooManyRefusalsError extends AlarmsError {
  readonly code = 'BCM-ALARMS-TOO-MANY-REFUSALS';
}

/** Which HTTP status each of them has. */
export const STATUS_OF_CODE = {
  'BCM-ALARMS-NOT-FOUND': 404,
  'BCM-ALARMS-PROPOSAL-NOT-FOUND': 404,
  'BCM-ALARMS-THRESHOLD-NOT-IN-FORCE': 409,
  'BCM-ALARMS-CLOSED': 409,
  'BCM-ALARMS-AUDIO-LIMIT': 409,
  'BCM-ALARMS-TOO-MANY-REFUSALS': 429,
  'BCM-STORE-UNWRITABLE': 503,
  ...TRUST_STATUS_OF_CODE,
} as const;

/** Told in the log and on the health page, and not thrown: the work goes on. */
export const TOLD = {
  /** An admitted event could not be weighed. Nothing was raised by it, which a person must look at. */
  eventUnusable: 'BCM-ALARMS-EVENT-UNUSABLE',
  /** A notification did not arrive. */
  notificationFailed: 'BCM-ALARMS-NOTIFICATION-FAILED',
  /** The site does not know our key, or revoked it: people are told, the stream is not. */
  notEnrolled: 'BCM-ALARMS-NOT-ENROLLED',
} as const;
