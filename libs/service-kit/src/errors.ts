/**
 * Everything that this library itself throws. A wrong configuration is not thrown: it is an outcome whose message
 * begins with BCM-CONFIG-INVALID.
 */
export abstract class ServiceKitError extends Error {
  abstract readonly code: `BCM-HTTP-${string}`;
}

/** What is wrong with one field of a request and what would be right. */
export interface FieldError {
  /** Path of the field from the root of the request, for example `filter.pump`; empty for the whole. */
  readonly field: string;
  readonly fix: string;
}

/** A caller's request does not fit its schema; nothing was done. Becomes a 400 with one entry for each field. */
export class InvalidRequestError extends ServiceKitError {
  readonly code = 'BCM-HTTP-INVALID-REQUEST';
  override readonly name = 'InvalidRequestError';

  constructor(readonly errors: readonly FieldError[]) {
    super(
      `The request does not fit: ${errors.map(({ field, fix }) => `${field || 'request'}: ${fix}`).join('; ')}`,
    );
  }
}
