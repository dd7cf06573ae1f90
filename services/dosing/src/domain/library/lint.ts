import type { z } from 'zod';
import { at, pathText, readText, type LibraryText, type Path, type Tree } from './document.js';
import type { Finding, LintProblem } from './findings.js';
import { drugLibrary, type DrugLibrary } from './library.js';
import { checkMeaning } from './rules.js';
import { librarySchema } from './schema.js';

/** All problems of a text, in the order of its lines; with the library itself when none of them is an error. */
export interface LintReport {
  readonly problems: readonly LintProblem[];
  readonly library: DrugLibrary | undefined;
}

/**
 * Reads and judges a drug library. Reports everything that is wrong at once, with the line, in words, and with what to write
 * instead; never throws for what a file may contain. A library with errors must not be released, one with warnings may be, by
 * people who have read them.
 */
export function lintLibrary(text: string): LintReport {
  const document = readText(text);
  const findings: Finding[] = [];
  const parsed = librarySchema.safeParse(document.tree);
  if (!parsed.success) {
    findings.push(...parsed.error.issues.flatMap((issue) => shapeFindings(issue, document.tree)));
  }
  findings.push(...checkMeaning(document.tree));
  const problems = [
    ...document.faults.map(({ line, words }): LintProblem => ({
      path: 'library',
      line,
      rule: 'yaml',
      severity: 'error',
      words,
      fix: 'Repair the YAML on this line.',
    })),
    ...withoutRepeats(findings).map((finding) => problemOf(finding, document)),
  ].sort((a, b) => a.line - b.line);
  const sound = parsed.success && !problems.some(({ severity }) => severity === 'error');
  return { problems, library: sound ? drugLibrary(parsed.data) : undefined };
}

function problemOf({ path, ...rest }: Finding, document: LibraryText): LintProblem {
  return { path: pathText(document.tree, path), line: document.lineOf(path), ...rest };
}

/** The form and a rule may complain about one place; the rule knows more. */
function withoutRepeats(findings: readonly Finding[]): readonly Finding[] {
  const byRules = new Set(
    findings.filter(({ rule }) => rule !== 'shape').map(({ path }) => JSON.stringify(path)),
  );
  return findings.filter(({ rule, path }) => {
    if (rule !== 'shape') return true;
    const parent = path.at(-1) === 'source' ? path.slice(0, -1) : path;
    return !byRules.has(JSON.stringify(path)) && !byRules.has(JSON.stringify(parent));
  });
}

function shapeFindings(issue: z.core.$ZodIssue, tree: Tree): Finding[] {
  const path: Path = issue.path.map((part) => (typeof part === 'number' ? part : String(part)));
  const shape = { rule: 'shape', severity: 'error' } as const;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      ...shape,
      path: [...path, key],
      words: `nobody reads a field ${key}`,
      fix: 'Remove it, or correct its spelling.',
    }));
  }
  if (at(tree, ...path) === undefined) {
    return [{ ...shape, path, words: `${String(path.at(-1) ?? 'library')} is missing`, fix: 'Add it.' }];
  }
  return [{ ...shape, path, words: issue.message, fix: 'Correct it as the words say.' }];
}
