import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bin, PINNED_NODE, runVisibly } from './commands.mjs';
import { bold, red, say } from './terminal.mjs';

const SUMMARY_REPORTER = join(dirname(fileURLToPath(import.meta.url)), 'test-summary.mjs');

/** One run of vitest that a person watches; what it found is added to `total`. A run that breaks counts as a failure. */
export async function runVitest(total, args, env = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'bcmed-tests-'));
  const file = join(folder, 'summary.json');
  try {
    const code = await runVisibly(
      PINNED_NODE,
      [
        bin('vitest'),
        'run',
        '--passWithNoTests',
        '--reporter=default',
        `--reporter=${SUMMARY_REPORTER}`,
        ...args,
      ],
      { env: { ...env, ...plainWhereNobodyWatches(), BCMED_TEST_SUMMARY: file } },
    );
    const found = readSummary(file);
    total.passed += found.passed;
    total.failed += found.failed;
    total.skipped.push(...found.skipped);
    total.failures.push(...found.failures);
    if (code === 0 || found.failed > 0) return;
    total.failed += 1;
    total.failures.push({ file: `vitest ${args.join(' ')}`, name: `ended with exit code ${code}` });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Escape sequences in a log file help nobody. */
function plainWhereNobodyWatches() {
  return process.stdout.isTTY || process.env.FORCE_COLOR !== undefined ? {} : { NO_COLOR: '1' };
}

export function emptyTotal() {
  return { passed: 0, failed: 0, skipped: [], failures: [] };
}

/** Skipped tests with their reasons, failed ones by name, and then the one line that others read, always the last. */
export function printTotal({ passed, failed, skipped, failures }) {
  say();
  if (skipped.length > 0) {
    say(bold('Skipped'));
    for (const { file, name, note } of skipped) say(`  ${file}: ${name}${note ? ` (${note})` : ''}`);
    say();
  }
  if (failures.length > 0) {
    say(red('Failed'));
    for (const { file, name } of failures) say(`  ${file}: ${name}`);
    say();
  }
  say(`${passed} passed, ${failed} failed, ${skipped.length} skipped`);
}

function readSummary(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return emptyTotal();
  }
}
