/**
 * Resolves when somebody wants this process to end: Ctrl-C, SIGTERM, a closed terminal, or the death of whoever started it with a
 * channel. A second Ctrl-C while it drains ends it at once; the janitor then ends the children.
 */
export function whenAskedToLeave(): Promise<string> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
      process.once(signal, () => {
        resolve(signal);
        process.once(signal, () => process.exit(130));
      });
    }
    if (process.send !== undefined)
      process.once('disconnect', () => resolve('the process that started this one ended'));
  });
}
