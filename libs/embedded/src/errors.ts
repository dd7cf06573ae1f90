/** Every way in which a server of this machine can fail us, by its stable code; `docs/errors.md` says what to do about each. */
export type EmbeddedErrorCode =
  | 'BCM-EMBEDDED-BINARY-MISSING'
  | 'BCM-EMBEDDED-PORT-OCCUPIED'
  | 'BCM-EMBEDDED-START-FAILED'
  | 'BCM-EMBEDDED-NOT-READY'
  | 'BCM-EMBEDDED-NATS-NOT-DURABLE'
  | 'BCM-EMBEDDED-POSTGRES-ROOT'
  | 'BCM-EMBEDDED-POSTGRES-VERSION'
  | 'BCM-EMBEDDED-DATA-DIR-IN-USE';

/** The root of this library's closed tree of errors: catching it catches all of them. */
export abstract class EmbeddedError extends Error {
  abstract readonly code: EmbeddedErrorCode;

  constructor(message: string, options: ErrorOptions = {}) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A program that should have come with the packages, or with the set-up, is not on this machine. */
export class BinaryMissingError extends EmbeddedError {
  readonly code = 'BCM-EMBEDDED-BINARY-MISSING';
}

/** Somebody else listens on a port that was asked for by number; a port that we chose ourselves is never the reason. */
export class PortOccupiedError extends EmbeddedError {
  readonly code = 'BCM-EMBEDDED-PORT-OCCUPIED';

  constructor(
    readonly port: number,
    readonly holder: string | undefined,
    purpose: string,
  ) {
    super(`port ${port}, asked for as ${purpose}, is taken by ${holder ?? 'another program'}`);
  }
}

/** A child ended before it was ready; the message carries the end of its log. */
export class StartFailedError extends EmbeddedError {
  readonly code = 'BCM-EMBEDDED-START-FAILED';
}

/** A child lives but did not become ready before its deadline. */
export class NotReadyError extends EmbeddedError {
  readonly code = 'BCM-EMBEDDED-NOT-READY';
}

/** The server acknowledges before the message is on the disk: a power cut would lose acknowledged events. */
export class NatsNotDurableError extends EmbeddedError {
  readonly code = 'BCM-EMBEDDED-NATS-NOT-DURABLE';
}

/** PostgreSQL refuses to run as root, and no unprivileged user can reach the folder. */
export class PostgresRootError extends EmbeddedError {
  readonly code = 'BCM-EMBEDDED-POSTGRES-ROOT';
}

/** The folder was written by another major version of PostgreSQL. It holds views only, so it may be deleted. */
export class PostgresVersionError extends EmbeddedError {
  readonly code = 'BCM-EMBEDDED-POSTGRES-VERSION';
}

/** Another `bcmed up` works on the same data. Two writers would each believe that they own it. */
export class DataDirInUseError extends EmbeddedError {
  readonly code = 'BCM-EMBEDDED-DATA-DIR-IN-USE';
}
