import { TRUST_STATUS_OF_CODE } from '@bcmed/site-trust';

/** What the audit itself complains about; the libraries' errors come through with their own codes. */
export abstract class AuditError extends Error {
  abstract readonly code: `BCM-AUDIT-${string}`;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No event, block or verification has this number or id (yet). */
export class NotFoundError extends AuditError {
  readonly code = 'BCM-AUDIT-NOT-FOUND';
}

/** The view is not far enough to decide about a message; it will be tried again. */
export class ViewBehindError extends AuditError {
  readonly code = 'BCM-AUDIT-VIEW-BEHIND';
}

/** So many verifications wait already that another one would only wait longer. */
export class TooManyVerificationsError extends AuditError {
  readonly code = 'BCM-AUDIT-TOO-MANY-VERIFICATIONS';
}

/** A denial could not be put on the stream, so nothing can be answered but no. */
export class NotRecordableError extends AuditError {
  readonly code = 'BCM-AUDIT-NOT-RECORDABLE';
}

/** Somebody was refused again and again within a minute: further refusals are not recorded. */
export class TooManyRefusalsError extends AuditError {
  readonly code = 'BCM-AUDIT-TOO-MANY-REFUSALS';
}

/** Which HTTP status each of them has. */
export const STATUS_OF_CODE = {
  'BCM-AUDIT-NOT-FOUND': 404,
  'BCM-AUDIT-VIEW-BEHIND': 503,
  'BCM-AUDIT-TOO-MANY-VERIFICATIONS': 429,
  'BCM-AUDIT-NOT-RECORDABLE': 503,
  'BCM-AUDIT-TOO-MANY-REFUSALS': 429,
  'BCM-VERIFY-PINNED-INPUT': 422,
  ...TRUST_STATUS_OF_CODE,
} as const;
