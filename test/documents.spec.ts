import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';

const ROOT = join(import.meta.dirname, '..');
const SKIPPED = new Set(['node_modules', 'dist', '.git', '.nx', '.bcmed', 'coverage']);

function filesUnder(folder: string, ending: RegExp): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : filesUnder(path, ending);
    return ending.test(entry.name) ? [path] : [];
  });
}

const documents = filesUnder(ROOT, /\.md$/).map((path) => relative(ROOT, path));

describe('the documents', () => {
  it.each(documents)('%s links only to files that exist', (path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    const targets = [...text.matchAll(/\]\(([^)\s#]+)[^)]*\)/g)].flatMap(([, target = '']) =>
      /^[a-z]+:/.test(target) ? [] : [target],
    );
    expect(targets.filter((target) => !existsSync(join(ROOT, dirname(path), target)))).toEqual([]);
  });
});

describe('the architecture page', () => {
  const page = readFileSync(join(ROOT, 'ARCHITECTURE.md'), 'utf8');
  const quoted = [...new Set([...page.matchAll(/`([^`\n]+)`/g)].map(([, text = '']) => text))];

  it('names only folders and files that exist', () => {
    const paths = quoted.filter((text) =>
      /^(?:apps|bench|contracts|docs|libs|services|test|tools)\/[\w./-]*$/.test(text),
    );
    expect(paths.length).toBeGreaterThan(10);
    expect(paths.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('names only types and functions that exist', () => {
    const names = quoted.filter((text) => /^(?:[A-Z][a-z]+){2,}$|^[a-z]+[A-Z][A-Za-z]+$/.test(text));
    const sources = ['libs', 'services', 'apps', 'contracts'].flatMap((folder) =>
      filesUnder(join(ROOT, folder), /\.(?:ts|sol)$/),
    );
    const declared = new Set(
      sources.flatMap((path) =>
        [
          ...readFileSync(path, 'utf8').matchAll(
            /^(?:export )?(?:abstract )?(?:async )?(?:class|contract|const|function|interface|type) (\w+)/gm,
          ),
        ].map(([, name]) => name),
      ),
    );
    const fields = new Set(['timeMs']); // of a block's header
    expect(names.length).toBeGreaterThan(30);
    expect(names.filter((name) => !declared.has(name) && !fields.has(name))).toEqual([]);
  });
});
