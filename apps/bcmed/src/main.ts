#!/usr/bin/env node
import { InterruptedError } from './errors.js';
import { explain } from './explain.js';
import { program } from './program.js';

try {
  await program().parseAsync(process.argv);
  process.exit();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(error instanceof InterruptedError ? error.exitCode : 1);
}
