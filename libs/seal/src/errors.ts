/** Everything that can go wrong while sealing. Verification does not throw: it returns an outcome. */
export abstract class SealError extends Error {
  abstract readonly code: `BCM-SEAL-${string}`;
}

/** The body is too large for a ledger entry; nothing was signed. */
export class EntryTooLargeError extends SealError {
  readonly code = 'BCM-SEAL-TOO-LARGE';
  override readonly name = 'EntryTooLargeError';
}

/** A private key file is missing, unreadable, or readable by others than its owner. */
export class KeyFileError extends SealError {
  readonly code = 'BCM-SEAL-KEY-FILE';
  override readonly name = 'KeyFileError';
}
