/**
 * `npm run generate` writes every file of the repository that a program writes; `npm run generate:check` tells, and
 * fails, when one of them is not what its program would write now.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PINNED_NODE, ROOT, runQuietly } from './lib/commands.mjs';
import { setUp } from './lib/setup.mjs';
import { fail, SetupError, step } from './lib/terminal.mjs';

/** Every generator takes `--check` and then exits non-zero, with the reason, instead of writing. */
const GENERATORS = [
  { name: 'Contract artefacts', why: 'the Solidity compiler', script: 'contracts/tools/compile.mjs' },
  {
    name: 'Event catalogue',
    why: 'AsyncAPI and the table for readers',
    script: 'libs/events/tools/generate-asyncapi.mjs',
  },
];

const check = process.argv.includes('--check');

async function generate({ name, why, script }) {
  if (!existsSync(join(ROOT, script))) {
    throw new SetupError(`The generator ${script} does not exist.`, {
      remedy: 'correct the list in tools/generate.mjs.',
    });
  }
  await step(name, why, async () => {
    await runQuietly(PINNED_NODE, [script, ...(check ? ['--check'] : [])], {
      remedy: check ? 'run `npm run generate` and commit what it changes.' : 'see the lines above.',
    });
    return check ? 'current' : 'written';
  });
}

await setUp().catch(fail);
for (const generator of GENERATORS) await generate(generator).catch(fail);
