import { readOptions } from './cli.js';
import { Icu } from './icu.js';

try {
  const opening = Icu.open(readOptions(process.argv), (fact) =>
    process.stdout.write(`${JSON.stringify(fact)}\n`),
  );
  // Before it says that it is ready: whoever hears that may end us in the same moment.
  const leave = (): void => {
    void opening.then((icu) => icu.close()).finally(() => process.exit(0));
  };
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
  // A parent that started us with a channel takes us along, however it ends.
  if (process.send !== undefined) process.once('disconnect', leave);
  process.stdout.on('error', leave);
  await opening;
} catch (error) {
  // Ours, or that of a library about a key or seed file: all say in words what to change.
  if (!(error instanceof Error && 'code' in error && String(error.code).startsWith('BCM-'))) throw error;
  process.stderr.write(
    `${String(error.code)}: ${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}\n`,
  );
  process.exitCode = 1;
}
