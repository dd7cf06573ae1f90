/**
 * `npm test [-- filter… --project unit|integration|end-to-end, and any option of vitest]`: sets up what is missing and
 * runs the tests from the cheap to the dear. The last line is always `N passed, N failed, N skipped`.
 */
import { setUp } from './lib/setup.mjs';
import { bold, fail, say, seconds } from './lib/terminal.mjs';
import { emptyTotal, printTotal, runVitest } from './lib/vitest.mjs';

const PROJECTS = [
  ['unit', 'pure code, milliseconds each'],
  ['integration', 'real NATS, PostgreSQL, EVM node and serial protocol; a few minutes'],
  ['end-to-end', 'the built services together, killed and tampered with; a few minutes'],
];

await setUp().catch((error) => {
  process.on('exit', () => printTotal({ ...emptyTotal(), failed: 1 })); // nothing was tested, which is a failure
  fail(error);
});
const { chosen, rest } = splitArguments(process.argv.slice(2));
const total = emptyTotal();
const started = performance.now();
for (const [project, why] of PROJECTS.filter(([name]) => chosen.length === 0 || chosen.includes(name))) {
  say(`\n${bold(`Tests: ${project}`)} (${why}; ${seconds(performance.now() - started)} so far)`);
  await runVitest(total, ['--project', project, ...rest]);
}
const none = total.passed + total.failed + total.skipped.length === 0;
if (none) say(`\nNo test matches ${rest.join(' ') || 'that choice'}.`);
printTotal(total);
process.exit(total.failed > 0 || none ? 1 : 0);

function splitArguments(args) {
  const chosen = [];
  const rest = [];
  for (let index = 0; index < args.length; index += 1) {
    if (args[index] === '--project') chosen.push(args[(index += 1)]);
    else if (args[index].startsWith('--project=')) chosen.push(args[index].slice('--project='.length));
    else rest.push(args[index]);
  }
  return { chosen, rest };
}
