/** Everything that can go wrong here and is nobody's request: checks, decisions and approvals return outcomes. */
export abstract class PolicyError extends Error {
  abstract readonly code: `BCM-POLICY-${string}`;
}

/** Schema or policies cannot be used, so nothing is decided: thrown when the package is loaded. */
export class PolicyUnusableError extends PolicyError {
  readonly code = 'BCM-POLICY-UNUSABLE';
  override readonly name = 'PolicyUnusableError';
}

/** A text that has no one form in UTF-8, so a signature over it would hold for another text as well. Nothing was signed. */
export class TextUnsignableError extends PolicyError {
  readonly code = 'BCM-POLICY-TEXT-UNSIGNABLE';
  override readonly name = 'TextUnsignableError';
}
