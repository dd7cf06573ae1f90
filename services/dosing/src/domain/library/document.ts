import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';

/** What plain YAML holds: texts, lists and maps. */
export type Tree = string | null | readonly Tree[] | { readonly [key: string]: Tree };
export type Path = readonly (string | number)[];

/** A fault of the text itself, before anything in it could be looked at. */
export interface TextFault {
  readonly line: number;
  readonly words: string;
}

/** A YAML text, read, that can tell on which line a path stands. */
export interface LibraryText {
  readonly tree: Tree;
  readonly faults: readonly TextFault[];
  /** Line of the deepest part of the path that exists, from 1. */
  lineOf(path: Path): number;
}

/** Every scalar stays text (YAML's failsafe schema); a key that stands twice is a fault. Never throws. */
export function readText(text: string): LibraryText {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    schema: 'failsafe',
    lineCounter: lines,
    uniqueKeys: true,
    prettyErrors: false,
    logLevel: 'error',
  });
  const faults = [...document.errors, ...document.warnings].map(({ pos, message }) => ({
    line: lines.linePos(pos[0]).line,
    words: message,
  }));
  let tree: Tree = null;
  try {
    // Under the failsafe schema nothing but these three kinds can come out.
    tree = document.toJS({ maxAliasCount: 0 }) as Tree;
  } catch (error) {
    faults.push({ line: 1, words: error instanceof Error ? error.message : String(error) });
  }
  return { tree, faults, lineOf: (path) => lines.linePos(offsetOf(document, path)).line || 1 };
}

function offsetOf(document: Document, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const part of path) {
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && key.value === part);
      if (pair === undefined) break;
      offset = startOf(pair.key) ?? offset;
      node = pair.value;
    } else if (isSeq(node) && typeof part === 'number' && node.items[part] !== undefined) {
      node = node.items[part];
      offset = startOf(node) ?? offset;
    } else {
      break;
    }
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}

export function at(tree: Tree | undefined, ...path: Path): Tree | undefined {
  let here: Tree | undefined = tree;
  for (const part of path) {
    if (typeof here !== 'object' || here === null) return undefined;
    here = Array.isArray(here)
      ? (here as readonly Tree[])[Number(part)]
      : (here as Readonly<Record<string, Tree>>)[String(part)];
  }
  return here;
}

export function textAt(tree: Tree | undefined, ...path: Path): string | undefined {
  const found = at(tree, ...path);
  return typeof found === 'string' ? found : undefined;
}

export function listAt(tree: Tree | undefined, ...path: Path): readonly Tree[] {
  const found = at(tree, ...path);
  return Array.isArray(found) ? (found as readonly Tree[]) : [];
}

export function keysAt(tree: Tree | undefined, ...path: Path): readonly string[] {
  const found = at(tree, ...path);
  return typeof found === 'object' && found !== null && !Array.isArray(found) ? Object.keys(found) : [];
}

/** `drugs, 3, entries, 0, limits` as people name it: `dopamine/adult-icu/limits`. */
export function pathText(tree: Tree, path: Path): string {
  const words: string[] = [];
  path.forEach((part, depth) => {
    if (typeof part === 'string') {
      const listed = typeof path[depth + 1] === 'number' && (part === 'drugs' || part === 'entries');
      if (!listed) words.push(part);
      return;
    }
    const item = at(tree, ...path.slice(0, depth + 1));
    const given = textAt(item, 'name') ?? textAt(item, 'careArea');
    words.push(given ?? `${String(path[depth - 1])}[${part}]`);
  });
  return words.length === 0 ? 'library' : words.join('/');
}
