import { readFileSync } from 'node:fs';
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';
import type { z } from 'zod';
import { PlanFileError } from '../errors.js';

type Path = readonly PropertyKey[];

/**
 * Reads a YAML file and checks it. Everything that is wrong is told at once, each with its line, its place and what it takes.
 *
 * @throws PlanFileError
 */
export function readPlanFile<Schema extends z.ZodType>(path: string, schema: Schema): z.infer<Schema> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    throw new PlanFileError(`${path} cannot be read`, { cause });
  }
  return parsePlan(path, text, schema);
}

/** As {@link readPlanFile}, of a text that is at hand; `name` stands in the messages. @throws PlanFileError */
export function parsePlan<Schema extends z.ZodType>(
  name: string,
  text: string,
  schema: Schema,
): z.infer<Schema> {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, uniqueKeys: true, prettyErrors: false });
  const faults = document.errors.map(
    ({ pos, message }) => `${name}:${lines.linePos(pos[0]).line} is not YAML: ${message}`,
  );
  if (faults.length > 0) throw new PlanFileError(faults.join('\n'));
  const parsed = schema.safeParse(document.toJS({ maxAliasCount: 100 }));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => {
    const line = lines.linePos(offsetOf(document, path)).line || 1;
    return `${name}:${line} ${pathText(path)}: ${message}`;
  });
  throw new PlanFileError(problems.join('\n'));
}

/** `beds[0].pumps[2].serial` */
function pathText(path: Path): string {
  const text = path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '');
  return text === '' ? 'the file' : text;
}

/** Where the deepest part of the path begins that the file has. */
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
    } else break;
  }
  return offset;
}

function startOf(node: unknown): number | undefined {
  return isMap(node) || isSeq(node) || isScalar(node) ? node.range?.[0] : undefined;
}
