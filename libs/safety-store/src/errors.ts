/** What can go wrong with a safety store; a service stops at the first and goes on after the second. */
export abstract class SafetyStoreError extends Error {
  abstract readonly code: `BCM-STORE-${string}`;
}

/** The file cannot be opened: damaged, of a newer version, held by another process, or no database. Nothing was changed. */
export class StoreUnreadableError extends SafetyStoreError {
  readonly code = 'BCM-STORE-UNREADABLE';
  override readonly name = 'StoreUnreadableError';
}

/** The disk took nothing of a transaction: it is full or fails. Everything is as it was before; try again later. */
export class StoreUnwritableError extends SafetyStoreError {
  readonly code = 'BCM-STORE-UNWRITABLE';
  override readonly name = 'StoreUnwritableError';
}
