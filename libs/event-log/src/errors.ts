/** Everything that the log can complain about: one class for one cause, each with a code that docs/errors.md explains. */
export abstract class EventLogError extends Error {
  abstract readonly code: `BCM-LOG-${string}`;
}

/** No NATS server answered in time at the first attempt. */
export class ConnectError extends EventLogError {
  readonly code = 'BCM-LOG-CONNECT';
  override readonly name = 'ConnectError';
}

/** The server is older than 2.12 or runs without JetStream: atomic batches and per-entity expectations would be ignored. */
export class ServerUnfitError extends EventLogError {
  readonly code = 'BCM-LOG-SERVER-UNFIT';
  override readonly name = 'ServerUnfitError';
}

/** A stream that the site needs does not exist. */
export class StreamMissingError extends EventLogError {
  readonly code = 'BCM-LOG-STREAM-MISSING';
  override readonly name = 'StreamMissingError';
}

/** A stream exists with settings that a server does not let one change; nothing was changed. */
export class StreamDriftError extends EventLogError {
  readonly code = 'BCM-LOG-STREAM-DRIFT';
  override readonly name = 'StreamDriftError';
}

/** A durable consumer exists with settings that a server does not let one change. */
export class ConsumerDriftError extends EventLogError {
  readonly code = 'BCM-LOG-CONSUMER-DRIFT';
  override readonly name = 'ConsumerDriftError';
}

/** The broker lets this identity neither make nor change its consumer, and it is missing or not as the service declares it. */
export class ConsumerNotAllowedError extends EventLogError {
  readonly code = 'BCM-LOG-CONSUMER-NOT-ALLOWED';
  override readonly name = 'ConsumerNotAllowedError';
}

/** The stream ends before a position that was handled already: it lost its tail. Nothing is consumed until it is restored. */
export class TailLostError extends EventLogError {
  readonly code = 'BCM-LOG-TAIL-LOST';
  override readonly name = 'TailLostError';
}

/** A handler's subscription contradicts itself or another one: found at start, before anything is consumed. */
export class SubscriptionError extends EventLogError {
  readonly code = 'BCM-LOG-SUBSCRIPTION';
  override readonly name = 'SubscriptionError';
}

/** Somebody else wrote to the entity since it was read. Nothing was stored: read again and decide again. */
export class AppendConflictError extends EventLogError {
  readonly code = 'BCM-LOG-CONFLICT';
  override readonly name = 'AppendConflictError';
}

/** Nothing was stored, and the log is out of reach: no connection, or no stream takes the subject. Try again later. */
export class LogUnavailableError extends EventLogError {
  readonly code = 'BCM-LOG-UNAVAILABLE';
  override readonly name = 'LogUnavailableError';
}

/**
 * The events may or may not be stored: the answer did not come (a cut line, a killed server, a full disk). Append the
 * same events with the same ids again until there is an answer; the log stores them once.
 */
export class AppendOutcomeUnknownError extends EventLogError {
  readonly code = 'BCM-LOG-OUTCOME-UNKNOWN';
  override readonly name = 'AppendOutcomeUnknownError';
}

/** The server refused the events for what they are (too large, not permitted, stream full). Trying again is no use. */
export class AppendRejectedError extends EventLogError {
  readonly code = 'BCM-LOG-REJECTED';
  override readonly name = 'AppendRejectedError';

  constructor(
    message: string,
    /** The server's own number for its reason, 0 when the client refused before sending. */
    readonly serverCode: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Other writers were faster at every attempt of a decision; nothing was stored by this one. */
export class DecisionContendedError extends EventLogError {
  readonly code = 'BCM-LOG-CONTENDED';
  override readonly name = 'DecisionContendedError';
}

/** A read of stored messages stopped half-way and could not be resumed in time. What was yielded before is right. */
export class ReadInterruptedError extends EventLogError {
  readonly code = 'BCM-LOG-READ-INTERRUPTED';
  override readonly name = 'ReadInterruptedError';
}

/** Thrown by a handler when no repetition can ever succeed: the message is parked at once. */
export class UnprocessableMessageError extends EventLogError {
  readonly code = 'BCM-LOG-UNPROCESSABLE';
  override readonly name = 'UnprocessableMessageError';
}

/** The file with the seed of our identity on the broker cannot be used. */
export class SeedFileError extends EventLogError {
  readonly code = 'BCM-LOG-SEED-FILE';
  override readonly name = 'SeedFileError';
}
