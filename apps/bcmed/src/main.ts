#!/usr/bin/env node
import { program } from './program.js';
import { explain } from './explain.js';

try {
  await program().parseAsync(process.argv);
  process.exit();
} catch (error) {
  process.stderr.write(`${explain(error)}\n`);
  process.exit(1);
}
