/** What a verification throws. A log that differs is not an error: it is a report. */
export abstract class VerificationError extends Error {
  abstract readonly code: `BCM-VERIFY-${string}`;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** What the caller pinned, or asked for, cannot be meant: no thumbprint of a key, a block that does not exist. */
export class PinnedInputError extends VerificationError {
  readonly code = 'BCM-VERIFY-PINNED-INPUT';
}

/** The folder is not an export that this version can read, or a file that everything hangs on is not there. */
export class ExportUnreadableError extends VerificationError {
  readonly code = 'BCM-VERIFY-EXPORT-UNREADABLE';
}

/** The folder that an export should be written to holds something already; nothing was changed. */
export class ExportTargetError extends VerificationError {
  readonly code = 'BCM-VERIFY-EXPORT-TARGET';
}

/** Only a log that verifies is exported, and this one differs; the report is in the error. */
export class ExportDiffersError extends VerificationError {
  readonly code = 'BCM-VERIFY-EXPORT-DIFFERS';
}
