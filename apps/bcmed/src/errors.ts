/** What stops a command of `bcmed`; everything else that fails comes from the library that failed. */
export class StackError extends Error {
  readonly code = 'BCM-CLI-STACK';
  override readonly name = 'StackError';
}

/** The command line asked for something that cannot be done as asked; the message says what would do. */
export class UsageError extends Error {
  readonly code = 'BCM-CLI-USAGE';
  override readonly name = 'UsageError';
}

/** The data folder belongs to a site whose root key is not there. */
export class RootKeyLostError extends Error {
  readonly code = 'BCM-CLI-ROOT-KEY-LOST';
  override readonly name = 'RootKeyLostError';
}

/** Somebody ended a command before it was done. What it had started is ended and what it had begun to write is removed. */
export class InterruptedError extends Error {
  readonly code = 'BCM-CLI-INTERRUPTED';
  override readonly name = 'InterruptedError';

  constructor(
    readonly by: string,
    readonly exitCode: number,
  ) {
    super(`${by}: ended before it was done`);
  }
}
