/** An error as the person at the terminal needs it: its code and its sentence; the stack only for what nobody foresaw. */
export function explain(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('code' in error && typeof error.code === 'string' && error.code.startsWith('BCM-'))
    return `${error.code}: ${error.message}`;
  return error.stack ?? error.message;
}
