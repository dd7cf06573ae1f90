import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');

/** A whole code. `BCM-LOG-${string}` is the type of a family and none: what follows a code is neither a letter nor a dash. */
const CODE = /BCM(?:-[A-Z0-9]+){2,}(?![A-Z0-9-])/g;

const SKIPPED = new Set(['node_modules', 'dist', 'generated', 'test', 'coverage']);

/** Source files that run in production: no tests, nothing generated. */
function sourcesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sourcesUnder(path);
    return /\.(?:ts|mjs)$/.test(entry.name) && !/\.(?:spec|d)\.ts$/.test(entry.name) ? [path] : [];
  });
}

function codesInSource(): Set<string> {
  const files = ['libs', 'services', 'apps', 'contracts', 'tools'].flatMap((name) =>
    sourcesUnder(join(ROOT, name)),
  );
  return new Set(files.flatMap((file) => readFileSync(file, 'utf8').match(CODE) ?? []));
}

interface Row {
  readonly area: string;
  readonly code: string;
  readonly why: string;
  readonly remedy: string;
}

function rowsOfPage(): Row[] {
  let area = '';
  return readFileSync(join(ROOT, 'docs', 'errors.md'), 'utf8')
    .split('\n')
    .flatMap((line): Row[] => {
      area = /^## (BCM-[A-Z0-9-]+)$/.exec(line)?.[1] ?? area;
      const [, code, why, remedy] = /^\| `(BCM-[A-Z0-9-]+)`\s*\|\s*(.*?)\s*\|\s*(.*?)\s*\|$/.exec(line) ?? [];
      return code === undefined ? [] : [{ area, code, why: why ?? '', remedy: remedy ?? '' }];
    });
}

describe('the page of error codes', () => {
  const rows = rowsOfPage();
  const onPage = rows.map(({ code }) => code);

  it('explains every code of the source', () => {
    expect([...codesInSource()].filter((code) => !onPage.includes(code)).sort()).toEqual([]);
  });

  it('explains no code that the source does not have', () => {
    const inSource = codesInSource();
    expect(onPage.filter((code) => !inSource.has(code))).toEqual([]);
  });

  it('has each code once, under its area, in alphabetical order', () => {
    expect(onPage).toEqual([...new Set(onPage)].sort());
    expect(rows.filter(({ area, code }) => !code.startsWith(`${area}-`))).toEqual([]);
  });

  it.each(rows.map((row) => [row.code, row] as const))(
    '%s: says why, and what to do',
    (_, { why, remedy }) => {
      expect(why).toMatch(/[^ ].{10,}\.$/);
      expect(remedy).toMatch(/[^ ].{10,}\.$/);
    },
  );
});

describe('the search for codes', () => {
  it.each([
    ["readonly code = 'BCM-LOG-CONNECT';", ['BCM-LOG-CONNECT']],
    ['abstract readonly code: `BCM-PUMP-PROTOCOL-${string}`;', []],
    ['one tree with codes `BCM-MERKLE-…`', []],
    [
      "| 'BCM-PUMP-PROTOCOL-UNWRITABLE-FRAME' | 'BCM-SEAL-TOO-LARGE'",
      ['BCM-PUMP-PROTOCOL-UNWRITABLE-FRAME', 'BCM-SEAL-TOO-LARGE'],
    ],
  ])('finds in %s: %j', (text, codes) => {
    expect(text.match(CODE) ?? []).toEqual(codes);
  });
});
