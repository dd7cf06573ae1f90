import { compare, rationalOf, type Concentration } from '@bcmed/clinical-units';
import { keysAt, listAt, textAt, type Path, type Tree } from './document.js';
import { checkEntry } from './entry-rules.js';
import type { Finding } from './findings.js';
import { readConcentration, readDecimal } from './quantity.js';
import { checkAcrossEntries } from './sibling-rules.js';

export const EXAMPLE_NOTICE = 'EXAMPLE, NOT FOR CLINICAL USE';

/**
 * Everything that the form alone cannot say. Each rule looks at what it can read and passes over the rest, which the form
 * reports, so that one fault does not hide another.
 */
export function* checkMeaning(tree: Tree): Generator<Finding> {
  if (textAt(tree, 'status') === 'example' && !textAt(tree, 'notice')?.includes(EXAMPLE_NOTICE)) {
    yield {
      path: ['notice'],
      rule: 'notice',
      severity: 'error',
      words: 'an example does not say that it is one',
      fix: `Write notice: "${EXAMPLE_NOTICE}".`,
    };
  }
  yield* duplicates(tree, ['careAreas'], 'name');
  yield* duplicates(tree, ['drugs'], 'name');
  yield* checkSources(tree, [], tree);
  for (const [index, area] of listAt(tree, 'careAreas').entries()) yield* checkArea(area, index);
  for (const [index, drug] of listAt(tree, 'drugs').entries()) {
    const path = ['drugs', index];
    yield* duplicates(tree, [...path, 'concentrations'], 'name');
    yield* duplicates(tree, [...path, 'entries'], 'careArea');
    const concentrations = yield* readConcentrations(drug, path);
    for (const [number, entry] of listAt(drug, 'entries').entries()) {
      yield* checkEntry(entry, [...path, 'entries', number], { tree, drug, concentrations });
    }
    yield* checkAcrossEntries(drug, path);
  }
}

function* duplicates(tree: Tree, path: Path, key: string): Generator<Finding> {
  const seen = new Set<string>();
  for (const [index, item] of listAt(tree, ...path).entries()) {
    const name = textAt(item, key)?.toLowerCase();
    if (name === undefined) continue;
    if (seen.has(name)) {
      yield {
        path: [...path, index, key],
        rule: 'duplicate-name',
        severity: 'error',
        words: `${name} stands here a second time`,
        fix: 'Keep one of them, or give the other one a name of its own.',
      };
    }
    seen.add(name);
  }
}

/** Wherever there is a value that can have a source, there is one, and it is cited. */
function* checkSources(tree: Tree, path: Path, here: Tree | undefined): Generator<Finding> {
  if (Array.isArray(here)) {
    for (const [index, item] of (here as readonly Tree[]).entries())
      yield* checkSources(tree, [...path, index], item);
    return;
  }
  const keys = keysAt(here);
  const cited = keysAt(tree, 'sources');
  const source = textAt(here, 'source');
  if (keys.includes('value') && (source === undefined || source === '')) {
    yield {
      path,
      rule: 'unsourced',
      severity: 'error',
      words: 'nobody can tell where this value is from',
      fix: 'Add source: with a key of `sources`.',
    };
  } else if (source !== undefined && source !== '' && !cited.includes(source)) {
    yield {
      path: [...path, 'source'],
      rule: 'unsourced',
      severity: 'error',
      words: `${source} is not among the sources`,
      fix: cited.length === 0 ? 'Cite it under `sources`.' : `Cite it, or name one of ${cited.join(', ')}.`,
    };
  }
  for (const key of keys) {
    if (key !== 'sources' || path.length > 0) yield* checkSources(tree, [...path, key], childOf(here, key));
  }
}

const childOf = (here: Tree | undefined, key: string): Tree | undefined =>
  typeof here === 'object' && here !== null
    ? (here as Readonly<Record<string, Tree | undefined>>)[key]
    : undefined;

/** The weights that the conversion accepts at all; an area is narrower. */
const [LIGHTEST, HEAVIEST] = ['0.2', '400'] as const;

function* checkArea(area: Tree, index: number): Generator<Finding> {
  const [low, high] = [textAt(area, 'minWeightKg'), textAt(area, 'maxWeightKg')].map((text) =>
    text === undefined ? undefined : readDecimal(text),
  );
  if (low?.ok !== true || high?.ok !== true) return;
  const sound =
    compare(low.value, rationalOf(LIGHTEST)) >= 0 &&
    compare(high.value, rationalOf(HEAVIEST)) <= 0 &&
    compare(low.value, high.value) < 0;
  if (sound) return;
  yield {
    path: ['careAreas', index, 'minWeightKg'],
    rule: 'weight-range',
    severity: 'error',
    words: 'the weights of this care area are no range of patients',
    fix: `Write a lower and a higher weight between ${LIGHTEST} and ${HEAVIEST} kg.`,
  };
}

function* readConcentrations(
  drug: Tree,
  path: Path,
): Generator<Finding, readonly (readonly [Path, Concentration])[]> {
  const items = listAt(drug, 'concentrations');
  if (items.length === 0) {
    yield {
      path: [...path, 'concentrations'],
      rule: 'concentration-missing',
      severity: 'error',
      words: 'no concentration: no rate follows from any dose',
      fix: 'Add at least one concentration, such as value: 200 mg in 50 ml.',
    };
  }
  const found: (readonly [Path, Concentration])[] = [];
  for (const [index, item] of items.entries()) {
    const text = textAt(item, 'value');
    if (text === undefined) continue;
    const read = readConcentration(text);
    const here = [...path, 'concentrations', index, 'value'];
    if (read.ok) found.push([here, read.value]);
    else {
      yield {
        path: here,
        rule: read.unitUnknown ? 'unknown-unit' : 'not-a-quantity',
        severity: 'error',
        words: read.fault.message,
        fix: 'Write an amount per millilitre: 4 mg/ml, or 200 mg in 50 ml.',
      };
    }
  }
  return found;
}
