import { readText, type Tree } from './document.js';

/** One value that differs between two libraries; `undefined` where it is not there. */
export interface LibraryDifference {
  /** As people name it: `drugs/dopamine/adult-icu/limits/hardHigh/value`. */
  readonly path: string;
  readonly before: string | undefined;
  readonly after: string | undefined;
}

/**
 * What differs between two texts of a library, by path and in its order; drugs, entries, care areas and concentrations are matched by
 * their names, so that one more drug is no change of all that follow. Comments are not compared. Never throws.
 */
export function libraryDifferences(before: string, after: string): readonly LibraryDifference[] {
  const [old, given] = [before, after].map((text) => new Map(leaves(readText(text).tree, [])));
  if (old === undefined || given === undefined) return [];
  return [...new Set([...given.keys(), ...old.keys()])]
    .filter((path) => old.get(path) !== given.get(path))
    .map((path) => ({ path, before: old.get(path), after: given.get(path) }));
}

function leaves(tree: Tree, path: readonly string[]): [path: string, value: string][] {
  if (tree === null || typeof tree === 'string') return [[path.join('/'), tree ?? '']];
  if (Array.isArray(tree))
    return (tree as readonly Tree[]).flatMap((item, index) =>
      leaves(item, [...path, nameOf(item) ?? String(index)]),
    );
  return Object.entries(tree).flatMap(([key, value]) => leaves(value, [...path, key]));
}

function nameOf(item: Tree): string | undefined {
  if (item === null || typeof item === 'string' || Array.isArray(item)) return undefined;
  const { name, careArea } = item as Readonly<Record<string, Tree>>;
  const known = name ?? careArea;
  return typeof known === 'string' ? known : undefined;
}
