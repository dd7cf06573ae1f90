/** What the policies decide about, in the order of the README. */
export const ACTIONS = [
  'order-set-rate',
  'order-start',
  'order-set-vtbi',
  'order-bolus',
  'order-set-target',
  'order-stop',
  'approve-order',
  'acknowledge-alarm',
  'read-patient',
  'open-emergency-access',
  'review-emergency-access',
  'approve-threshold',
  'release-library',
  'read-audit',
  'verify-log',
  'enrol-person',
  'grant-role',
  'revoke-person',
] as const;

export type Action = (typeof ACTIONS)[number];

/**
 * What it is asked of. `unit` is where roles are looked up; `all` for what concerns the whole site. Unit and patient of a pump are
 * those of the record, never those that the one who asks has named: emergency access rests on them.
 */
export type Resource =
  | { readonly kind: 'pump'; readonly id: string; readonly unit: string; readonly patient?: string }
  | { readonly kind: 'patient'; readonly id: string; readonly unit: string }
  | { readonly kind: 'library'; readonly id: string; readonly unit: string }
  | { readonly kind: 'unit'; readonly unit: string };

/** Somebody wants to do something. Who it is was proved before: by a session, or by a signature. */
export interface PolicyRequest {
  readonly person: string;
  readonly action: Action;
  readonly resource: Resource;
}

export interface Circumstances {
  /** RFC 3339: when it is decided, by the clock of whoever decides. */
  readonly at: string;
  /** Who asked for what is approved, or opened the emergency access that is reviewed. */
  readonly requestedBy?: string;
  /** Whose rights are changed. */
  readonly about?: string;
}

/** Why not. `forbidden`: a policy says no; `not-permitted`: none says yes; the others: it could not be decided, which is a no. */
export type DenialReason = 'forbidden' | 'not-permitted' | 'malformed-request' | 'policy-failure';

interface Decided {
  /** Ids of the policies that decided, sorted; empty when none did. */
  readonly policies: readonly string[];
  readonly policyVersion: string;
  readonly policyHash: string;
}

export type Decision =
  | (Decided & { readonly outcome: 'allowed' })
  | (Decided & {
      readonly outcome: 'denied';
      readonly reason: DenialReason;
      /** For the person who asked, at most 512 characters. */
      readonly words: string;
    });
