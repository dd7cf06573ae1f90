import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { GUESSES } from '../src/domain/guesses.js';

const README = readFileSync(join(import.meta.dirname, '../README.md'), 'utf8');
/** Without what the formatter may change: the padding of columns. */
const rows = README.split('\n').map((line) => line.replace(/\s+/g, ' ').trim());

it('the README lists every guess with its value and its reason', () => {
  for (const [name, { value, says }] of Object.entries(GUESSES)) {
    expect(rows).toContain(`| \`${name}\` | \`${JSON.stringify(value)}\` | ${says} |`);
  }
});
