/** Every code of the mock ICU; `docs/errors.md` explains each. */
export type IcuErrorCode =
  'BCM-ICU-BAD-OPTION' | 'BCM-ICU-LINE-UNAVAILABLE' | 'BCM-ICU-PLAN-FILE' | 'BCM-ICU-STATE-FILE';

/** What can go wrong with the mock ICU itself. A pump that misbehaves on purpose is never an error. */
export abstract class IcuError extends Error {
  abstract readonly code: IcuErrorCode;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** A pseudo-terminal, its link or a TCP port cannot be had; the message names it. */
export class LineUnavailableError extends IcuError {
  readonly code = 'BCM-ICU-LINE-UNAVAILABLE';
}

/** A command-line value that makes no sense; the message names the option and what it takes. */
export class BadOptionError extends IcuError {
  readonly code = 'BCM-ICU-BAD-OPTION';
}

/** A ward or a fault script cannot be used; the message has one line for each fault: file, line, place, and what it takes. */
export class PlanFileError extends IcuError {
  readonly code = 'BCM-ICU-PLAN-FILE';
}

/** What the monitor gateway remembers cannot be read or written; the message names the file. */
export class StateFileError extends IcuError {
  readonly code = 'BCM-ICU-STATE-FILE';
}
