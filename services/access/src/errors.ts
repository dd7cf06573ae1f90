/** What the access service itself complains about; the libraries' errors come through with their own codes. */
export abstract class AccessError extends Error {
  abstract readonly code: `BCM-ACCESS-${string}`;

  constructor(message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No session, or one that is over: sign in (again). Says no more, whatever the reason was. */
export class NotSignedInError extends AccessError {
  readonly code = 'BCM-ACCESS-NOT-SIGNED-IN';
}

/** A sign-in did not hold. Says no more to whoever tries; the log has the reason. */
export class SignInRefusedError extends AccessError {
  readonly code = 'BCM-ACCESS-SIGN-IN-REFUSED';
}

/** More attempts than a person makes. */
export class TooManyAttemptsError extends AccessError {
  readonly code = 'BCM-ACCESS-TOO-MANY-ATTEMPTS';
}

/** The session is real but its sign-in too long ago for what was asked. */
export class StepUpError extends AccessError {
  readonly code = 'BCM-ACCESS-STEP-UP';
}

/** A request with a cookie that does not come from a page of ours. */
export class ForeignOriginError extends AccessError {
  readonly code = 'BCM-ACCESS-FOREIGN-ORIGIN';
}

/** The policies say no; the denial is an event. */
export class DeniedError extends AccessError {
  readonly code = 'BCM-ACCESS-DENIED';
}

/** A one-time link is unknown, used or expired. */
export class LinkUnusableError extends AccessError {
  readonly code = 'BCM-ACCESS-LINK-UNUSABLE';
}

/** What an authenticator said at its enrolment does not hold. */
export class RegistrationRefusedError extends AccessError {
  readonly code = 'BCM-ACCESS-REGISTRATION-REFUSED';
}

/** A signature over a text does not hold. */
export class SignatureRefusedError extends AccessError {
  readonly code = 'BCM-ACCESS-SIGNATURE-REFUSED';
}

/** What was asked does not fit how things stand: nothing was changed. */
export class NotPossibleError extends AccessError {
  readonly code = 'BCM-ACCESS-NOT-POSSIBLE';
}

/** There is no such person, approval or emergency access. */
export class NotFoundError extends AccessError {
  readonly code = 'BCM-ACCESS-NOT-FOUND';
}

/** Demonstration people were asked of a configuration that allows none, or from another machine. */
export class DemonstrationRefusedError extends AccessError {
  readonly code = 'BCM-ACCESS-DEMONSTRATION-REFUSED';
}

/** The site does not believe our key (yet): nothing that we said would count. */
export class NotEnrolledError extends AccessError {
  readonly code = 'BCM-ACCESS-NOT-ENROLLED';
}

/** Our view of the stream is not current, so a revocation might be missed: nothing is allowed meanwhile. */
export class BehindError extends AccessError {
  readonly code = 'BCM-ACCESS-BEHIND';
}

/** The safety store belongs to another site. */
export class StoreForeignError extends AccessError {
  readonly code = 'BCM-ACCESS-STORE-FOREIGN';
}

/** The registry cannot be reached or written. It is brought up by itself when the chain is back. */
export class RegistryUnavailableError extends AccessError {
  readonly code = 'BCM-ACCESS-REGISTRY-UNAVAILABLE';
}

/** There is no registry for us at the address, or none was named. */
export class RegistryMissingError extends AccessError {
  readonly code = 'BCM-ACCESS-REGISTRY-MISSING';
}

/** Told by health: the registry says what the stream does not. */
export const REGISTRY_DIFFERS = 'BCM-ACCESS-REGISTRY-DIFFERS';

/** Told by the log: an approval was used that was consumed before, or on which too few people stand. */
export const APPROVAL_MISUSED = 'BCM-ACCESS-APPROVAL-MISUSED';

/** Which HTTP status each of them has. */
export const STATUS_OF_CODE = {
  'BCM-ACCESS-NOT-SIGNED-IN': 401,
  'BCM-ACCESS-SIGN-IN-REFUSED': 401,
  'BCM-ACCESS-TOO-MANY-ATTEMPTS': 429,
  'BCM-ACCESS-STEP-UP': 403,
  'BCM-ACCESS-FOREIGN-ORIGIN': 403,
  'BCM-ACCESS-DENIED': 403,
  'BCM-ACCESS-LINK-UNUSABLE': 410,
  'BCM-ACCESS-REGISTRATION-REFUSED': 422,
  'BCM-ACCESS-SIGNATURE-REFUSED': 422,
  'BCM-ACCESS-NOT-POSSIBLE': 409,
  'BCM-ACCESS-NOT-FOUND': 404,
  'BCM-ACCESS-DEMONSTRATION-REFUSED': 403,
  'BCM-ACCESS-NOT-ENROLLED': 503,
  'BCM-ACCESS-BEHIND': 503,
  'BCM-LOG-UNAVAILABLE': 503,
  'BCM-LOG-OUTCOME-UNKNOWN': 503,
  'BCM-LOG-CONTENDED': 503,
  'BCM-STORE-UNWRITABLE': 503,
} as const;
