/** Everything that this service throws by itself: one class for one cause, each with a code that docs/errors.md explains. */
export abstract class AdapterError extends Error {
  abstract readonly code: `BCM-ADAPTER-${string}`;
}

/** A line's port could not be opened; it is tried again. */
export class PortOpenError extends AdapterError {
  readonly code = 'BCM-ADAPTER-PORT-OPEN';
  override readonly name = 'PortOpenError';
}

/** A block arrived before the site's first event was read: nobody knows yet whose signatures count. It comes again. */
export class ValidatorsUnknownError extends AdapterError {
  readonly code = 'BCM-ADAPTER-VALIDATORS-UNKNOWN';
  override readonly name = 'ValidatorsUnknownError';
}

/** What is told by log and health instead of being thrown, because the work goes on. */
export const TOLD = {
  /** The ledger refused an event of ours for good; a person has to look. */
  eventRefused: 'BCM-ADAPTER-EVENT-REFUSED',
  /** A confirmation of a block does not hold together; nothing was settled by it. */
  blockInvalid: 'BCM-ADAPTER-BLOCK-INVALID',
  /** A reading could not be made into an event; it was left out. */
  readingUnusable: 'BCM-ADAPTER-READING-UNUSABLE',
  /** The site has revoked this adapter's key; nothing is published any more. */
  keyRevoked: 'BCM-ADAPTER-KEY-REVOKED',
  /** Two lines lead to pumps that call themselves by the same serial; the later one is not read. */
  pumpTwice: 'BCM-ADAPTER-PUMP-TWICE',
  /** A command stood on the stream that the rules of admission refuse; it was not looked at. */
  commandNotBelieved: 'BCM-ADAPTER-COMMAND-NOT-BELIEVED',
  /** A record of who hangs on a pump stood on the stream that the rules of admission refuse; it was not looked at. */
  associationNotBelieved: 'BCM-ADAPTER-ASSOCIATION-NOT-BELIEVED',
  /** A command broke the adapter; it was left out, and the next ones go on. */
  commandUnusable: 'BCM-ADAPTER-COMMAND-UNUSABLE',
  /** A step of a target is not taken, or cannot be written; the next one may be. */
  stepNotTaken: 'BCM-ADAPTER-STEP-NOT-TAKEN',
  /** What became of a command could not be written: the disk takes nothing. */
  commandUnrecorded: 'BCM-ADAPTER-COMMAND-UNRECORDED',
} as const;
