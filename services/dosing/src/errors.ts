import type { DenialReason, PolicyRequest } from '@bcmed/policy';
import { TRUST_STATUS_OF_CODE } from '@bcmed/site-trust';
import type { RefusalReason } from './domain/order/index.js';

/**
 * The closed tree of what can go wrong in dosing. None of these stops an infusion and none authorises one: whoever gets one
 * has no authorisation, and a stop needs nothing of what failed here.
 */
export type DosingErrorCode =
  | 'BCM-DOSING-CATCHING-UP'
  | 'BCM-DOSING-LIBRARY-DIFFERS'
  | 'BCM-DOSING-LIBRARY-EXAMPLE'
  | 'BCM-DOSING-LIBRARY-INVALID'
  | 'BCM-DOSING-LIBRARY-MISSING'
  | 'BCM-DOSING-LIBRARY-UNREADABLE'
  | 'BCM-DOSING-NOT-ENROLLED'
  | 'BCM-DOSING-NOT-FOUND'
  | 'BCM-DOSING-NOT-PERMITTED'
  | 'BCM-DOSING-ORDER-ENDED'
  | 'BCM-DOSING-ORDER-REFUSED'
  | 'BCM-DOSING-PROTOCOL-CONTRACT'
  | 'BCM-DOSING-PROTOCOL-DIFFERS'
  | 'BCM-DOSING-PROTOCOL-INPUT'
  | 'BCM-DOSING-PROTOCOL-NOT-IN-FORCE'
  | 'BCM-DOSING-PROTOCOL-UNANSWERED'
  | 'BCM-DOSING-SIGNATURE-INVALID'
  | 'BCM-DOSING-SIGNED-BEFORE'
  | 'BCM-DOSING-STOP-NOT-SENT'
  | 'BCM-DOSING-TEXT-UNREADABLE'
  | 'BCM-DOSING-TOO-MANY-REFUSALS';

/** Told by log or health and not thrown, because the work goes on. */
export const TOLD = {
  eventNotBelieved: 'BCM-DOSING-EVENT-NOT-BELIEVED',
  followUpWaits: 'BCM-DOSING-FOLLOW-UP-WAITS',
  stepNotSent: 'BCM-DOSING-STEP-NOT-SENT',
  stepWithoutBasis: 'BCM-DOSING-STEP-WITHOUT-BASIS',
  protocolNotConfigured: 'BCM-DOSING-PROTOCOL-NOT-CONFIGURED',
} as const;

/** Root of the tree. */
export abstract class DosingError extends Error {
  abstract readonly code: DosingErrorCode;

  constructor(message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The service still reads what happened before it started; nothing is ordered on old knowledge. */
export class CatchingUpError extends DosingError {
  readonly code = 'BCM-DOSING-CATCHING-UP';
}

/** The site does not know our key (any more), so nobody would act on what we say. */
export class NotEnrolledError extends DosingError {
  readonly code = 'BCM-DOSING-NOT-ENROLLED';
}

/** No such infusion, order or pump. */
export class NotFoundError extends DosingError {
  readonly code = 'BCM-DOSING-NOT-FOUND';
}

/** What was asked, and by which policies it was denied; it is an event before the person is told. */
export interface Denial {
  readonly request: PolicyRequest;
  readonly decision: {
    readonly reason: DenialReason;
    readonly policies: readonly string[];
    readonly policyVersion: string;
    readonly words: string;
  };
}

/** The policies do not permit this person what was asked, in the words for that person. */
export class NotPermittedError extends DosingError {
  readonly code = 'BCM-DOSING-NOT-PERMITTED';

  constructor(readonly denial: Denial) {
    super(`${denial.request.person}: ${denial.decision.words}`);
  }
}

/** The order no longer waits: it was authorised, refused, withdrawn, replaced, or stopped. */
export class OrderEndedError extends DosingError {
  readonly code = 'BCM-DOSING-ORDER-ENDED';
}

/** The decider said no; that is also an event. */
export class OrderRefusedError extends DosingError {
  readonly code = 'BCM-DOSING-ORDER-REFUSED';

  constructor(
    readonly refusal: {
      readonly orderId: string;
      readonly reason: RefusalReason;
      readonly words: string;
      readonly limit?: string | undefined;
      readonly value?: string | undefined;
    },
  ) {
    super(refusal.words);
  }
}

/** A signature does not hold, or none does. */
export class SignatureInvalidError extends DosingError {
  readonly code = 'BCM-DOSING-SIGNATURE-INVALID';
}

/** This person has signed the order already, with this or another key; another person has to. */
export class SignedBeforeError extends DosingError {
  readonly code = 'BCM-DOSING-SIGNED-BEFORE';

  constructor(readonly denial: Denial) {
    super(denial.decision.words);
  }
}

/** A stop could not be put on the stream. Whoever gets this stops the pump by hand. */
export class StopNotSentError extends DosingError {
  readonly code = 'BCM-DOSING-STOP-NOT-SENT';
}

/** A signed text is not of the form, or of the site, that it has to be. */
export class TextUnreadableError extends DosingError {
  readonly code = 'BCM-DOSING-TEXT-UNREADABLE';
}

/** Somebody was refused so often within a minute that it is recorded no more. */
export class TooManyRefusalsError extends DosingError {
  readonly code = 'BCM-DOSING-TOO-MANY-REFUSALS';
}

/** The library says that it is an example, and this configuration takes none. */
export class LibraryExampleError extends DosingError {
  readonly code = 'BCM-DOSING-LIBRARY-EXAMPLE';
}

/** Two people have released no library for this unit yet, or none that is in effect. */
export class LibraryMissingError extends DosingError {
  readonly code = 'BCM-DOSING-LIBRARY-MISSING';
}

/** The chain, or the bytes themselves, have another hash than the one that people released. */
export class LibraryDiffersError extends DosingError {
  readonly code = 'BCM-DOSING-LIBRARY-DIFFERS';
}

/** The file is not there, not UTF-8, or not YAML: there is nothing in it that could be checked. */
export class LibraryUnreadableError extends DosingError {
  readonly code = 'BCM-DOSING-LIBRARY-UNREADABLE';
}

/** The library has faults; `lintLibrary` lists all of them. It must not be released. */
export class LibraryInvalidError extends DosingError {
  readonly code = 'BCM-DOSING-LIBRARY-INVALID';
}

/** The address has no code, or runs another program than our DrugProtocol. */
export class ProtocolContractError extends DosingError {
  readonly code = 'BCM-DOSING-PROTOCOL-CONTRACT';
}

/** The chain and our own arithmetic give different answers to the same question: one of them is wrong, so neither counts. */
export class ProtocolDiffersError extends DosingError {
  readonly code = 'BCM-DOSING-PROTOCOL-DIFFERS';
}

/** A number does not fit the contract's integers: the question cannot be asked. */
export class ProtocolInputError extends DosingError {
  readonly code = 'BCM-DOSING-PROTOCOL-INPUT';
}

/** The contract knows no such protocol, too few have released it, or it was withdrawn. */
export class ProtocolNotInForceError extends DosingError {
  readonly code = 'BCM-DOSING-PROTOCOL-NOT-IN-FORCE';
}

/** No answer from the node, or one that cannot be read. */
export class ProtocolUnansweredError extends DosingError {
  readonly code = 'BCM-DOSING-PROTOCOL-UNANSWERED';
}

/** Which HTTP status each of them has. */
export const STATUS_OF_CODE = {
  'BCM-DOSING-CATCHING-UP': 503,
  'BCM-DOSING-LIBRARY-DIFFERS': 409,
  'BCM-DOSING-LIBRARY-EXAMPLE': 409,
  'BCM-DOSING-LIBRARY-INVALID': 422,
  'BCM-DOSING-LIBRARY-MISSING': 404,
  'BCM-DOSING-LIBRARY-UNREADABLE': 404,
  'BCM-DOSING-NOT-ENROLLED': 503,
  'BCM-DOSING-NOT-FOUND': 404,
  'BCM-DOSING-NOT-PERMITTED': 403,
  'BCM-DOSING-ORDER-ENDED': 409,
  'BCM-DOSING-ORDER-REFUSED': 422,
  'BCM-DOSING-SIGNATURE-INVALID': 403,
  'BCM-DOSING-SIGNED-BEFORE': 409,
  'BCM-DOSING-STOP-NOT-SENT': 503,
  'BCM-DOSING-TEXT-UNREADABLE': 400,
  'BCM-DOSING-TOO-MANY-REFUSALS': 429,
  'BCM-LOG-UNAVAILABLE': 503,
  'BCM-LOG-OUTCOME-UNKNOWN': 503,
  'BCM-LOG-READ-INTERRUPTED': 503,
  'BCM-LOG-CONTENDED': 503,
  'BCM-STORE-UNWRITABLE': 503,
  ...TRUST_STATUS_OF_CODE,
} as const;
