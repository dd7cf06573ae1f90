import { TRUST_STATUS_OF_CODE } from '@bcmed/site-trust';

/** The closed tree of what the gateway itself refuses or cannot do. What a service answers is passed on as it is. */
export type ConsoleErrorCode =
  | 'BCM-CONSOLE-FOREIGN-ORIGIN'
  | 'BCM-CONSOLE-INVALID-REQUEST'
  | 'BCM-CONSOLE-NO-ANSWER'
  | 'BCM-CONSOLE-NOT-FOUND'
  | 'BCM-CONSOLE-NOT-SIGNED-IN'
  | 'BCM-CONSOLE-SERVICE-AWAY'
  | 'BCM-CONSOLE-TOO-LARGE';

/** Told by log or health and not thrown, because the work goes on. */
export const TOLD = {
  eventNotBelieved: 'BCM-CONSOLE-EVENT-NOT-BELIEVED',
  pageMissing: 'BCM-CONSOLE-PAGE-MISSING',
} as const;

/** Root of the tree. */
export abstract class ConsoleError extends Error {
  abstract readonly code: ConsoleErrorCode;
  /** Further members of the problem answer. */
  readonly more: Readonly<Record<string, string>> = {};

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** There is no session, or it is over. */
export class NotSignedInError extends ConsoleError {
  readonly code = 'BCM-CONSOLE-NOT-SIGNED-IN';

  constructor() {
    super('Nobody is signed in here, or the session is over: sign in.');
  }
}

/** Something is to be changed, and not by a page of this console. */
export class ForeignOriginError extends ConsoleError {
  readonly code = 'BCM-CONSOLE-FOREIGN-ORIGIN';

  constructor(ours: string) {
    super(`Only a page of ${ours} may change something here: open the console there.`);
  }
}

/** No such route, entry or block. */
export class NotFoundError extends ConsoleError {
  readonly code = 'BCM-CONSOLE-NOT-FOUND';
}

/** What came is not what this route takes. */
export class InvalidRequestError extends ConsoleError {
  readonly code = 'BCM-CONSOLE-INVALID-REQUEST';
}

/** More than anything that people sign. */
export class TooLargeError extends ConsoleError {
  readonly code = 'BCM-CONSOLE-TOO-LARGE';

  constructor(limitBytes: number) {
    super(`At most ${limitBytes} bytes are taken.`);
  }
}

/** A service cannot be reached; it got nothing. */
export class ServiceAwayError extends ConsoleError {
  readonly code = 'BCM-CONSOLE-SERVICE-AWAY';
  override readonly more: Readonly<Record<string, string>>;

  constructor(service: string, options?: { readonly cause?: unknown }) {
    super(
      `The service ${service} does not answer. Nothing was done. Try again, and use the pumps at the bed.`,
      options,
    );
    this.more = { service };
  }
}

/** A service took the request and did not answer: it may have been done all the same. */
export class NoAnswerError extends ConsoleError {
  readonly code = 'BCM-CONSOLE-NO-ANSWER';
  override readonly more: Readonly<Record<string, string>>;

  constructor(service: string, options?: { readonly cause?: unknown }) {
    super(
      `The service ${service} took the request and did not answer: whether it was done is unknown. Look before you repeat it.`,
      options,
    );
    this.more = { service };
  }
}

/** Which HTTP status each of them has. */
export const STATUS_OF_CODE: Readonly<Record<string, number>> = {
  ...TRUST_STATUS_OF_CODE,
  'BCM-CONSOLE-FOREIGN-ORIGIN': 403,
  'BCM-CONSOLE-INVALID-REQUEST': 400,
  'BCM-CONSOLE-NO-ANSWER': 504,
  'BCM-CONSOLE-NOT-FOUND': 404,
  'BCM-CONSOLE-NOT-SIGNED-IN': 401,
  'BCM-CONSOLE-SERVICE-AWAY': 503,
  'BCM-CONSOLE-TOO-LARGE': 413,
};
