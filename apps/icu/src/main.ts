import { readOptions } from './cli.js';
import { IcuError } from './errors.js';
import { Icu } from './icu.js';

try {
  const icu = await Icu.open(readOptions(process.argv), (fact) =>
    process.stdout.write(`${JSON.stringify(fact)}\n`),
  );
  const leave = (): void => {
    void icu.close().finally(() => process.exit(0));
  };
  process.once('SIGTERM', leave);
  process.once('SIGINT', leave);
  // A parent that started us with a channel takes us along, however it ends.
  if (process.send !== undefined) process.once('disconnect', leave);
  process.stdout.on('error', leave);
} catch (error) {
  if (!(error instanceof IcuError)) throw error;
  process.stderr.write(
    `${error.code}: ${error.message}${error.cause instanceof Error ? ` (${error.cause.message})` : ''}\n`,
  );
  process.exitCode = 1;
}
