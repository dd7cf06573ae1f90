import { compare, type Bolus, type Concentration, type Dose, type Rational } from '@bcmed/clinical-units';
import { listAt, textAt, type Path, type Tree } from './document.js';
import type { Finding } from './findings.js';
import { atLeastTimes, readBolus, readDose, readDoseUnit, sameDimension, type Read } from './quantity.js';

/** What an entry is judged against. */
export interface EntryContext {
  readonly tree: Tree;
  readonly drug: Tree;
  readonly concentrations: readonly (readonly [Path, Concentration])[];
}

const LIMITS = ['hardLow', 'softLow', 'softHigh', 'hardHigh'] as const;

export function* checkEntry(entry: Tree, path: Path, context: EntryContext): Generator<Finding> {
  yield* checkAreaName(entry, path, context);
  yield* checkApprovals(entry, path, context.drug);
  const unit = yield* checkDoseUnit(entry, path);
  yield* checkLimits(entry, [...path, 'limits'], { read: readDose, unit, word: 'dose' });
  const bolusUnit = firstBolusUnit(entry);
  yield* checkLimits(entry, [...path, 'bolus'], { read: readBolus, unit: bolusUnit, word: 'bolus' });
  yield* checkCap(entry, path, context);
  if (unit !== undefined) yield* checkDimension(unit, path, context);
}

function* checkAreaName(entry: Tree, path: Path, { tree }: EntryContext): Generator<Finding> {
  const areas = listAt(tree, 'careAreas').flatMap((area) => textAt(area, 'name') ?? []);
  const area = textAt(entry, 'careArea');
  if (area === undefined || areas.includes(area)) return;
  yield {
    path: [...path, 'careArea'],
    rule: 'unknown-name',
    severity: 'error',
    words: `${area} is no care area of this library`,
    fix: areas.length === 0 ? 'Add it under `careAreas`.' : `Add it, or name one of ${areas.join(', ')}.`,
  };
}

function* checkApprovals(entry: Tree, path: Path, drug: Tree): Generator<Finding> {
  const order = textAt(entry, 'approvals', 'order');
  if (textAt(drug, 'highRisk') !== 'true' || order === undefined || Number(order) >= 2) return;
  yield {
    path: [...path, 'approvals', 'order'],
    rule: 'approvals',
    severity: 'error',
    words: 'one person alone may order a drug of high risk',
    fix: 'Write order: 2 or more, or highRisk: false with a reason that the releasers accept.',
  };
}

function* checkDoseUnit(entry: Tree, path: Path): Generator<Finding, Dose['unit'] | undefined> {
  const text = textAt(entry, 'doseUnit');
  if (text === undefined) return undefined;
  const read = readDoseUnit(text);
  const here = [...path, 'doseUnit'];
  if (!read.ok) {
    yield {
      path: here,
      rule: 'unknown-unit',
      severity: 'error',
      words: read.fault.message,
      fix: 'Write a dose per time, such as microgram/kg/min, mg/h or unit/h.',
    };
    return undefined;
  }
  if (read.value !== text) {
    yield {
      path: here,
      rule: 'unit-spelling',
      severity: 'error',
      words: `${text} is misread at the bedside`,
      fix: `Write ${read.value}.`,
    };
  }
  return read.value;
}

interface LimitKind {
  readonly read: (text: string) => Read<Dose | Bolus>;
  readonly unit: string | undefined;
  readonly word: string;
}

function* checkLimits(entry: Tree, path: Path, kind: LimitKind): Generator<Finding> {
  const group = String(path.at(-1));
  const known = new Map<string, Rational>();
  for (const name of LIMITS) {
    const text = textAt(entry, group, name, 'value');
    if (text === undefined) continue;
    const here = [...path, name, 'value'];
    const read = kind.read(text);
    if (!read.ok) {
      yield {
        path: here,
        rule: read.unitUnknown ? 'unknown-unit' : 'not-a-quantity',
        severity: 'error',
        words: read.fault.message,
        fix: `Write a decimal, one space and a unit${kind.unit === undefined ? '' : `: 1 ${kind.unit}`}.`,
      };
    } else if (kind.unit !== undefined && read.value.unit !== kind.unit) {
      yield {
        path: here,
        rule: 'limit-unit',
        severity: 'error',
        words: `the limit is in ${read.value.unit}, the ${kind.word} in ${kind.unit}`,
        fix: `Write the limit in ${kind.unit}; nothing is converted between limits.`,
      };
    } else known.set(name, read.value.value);
  }
  yield* checkOrder(known, path);
}

/** Hard around soft, low below high, each pair that is there. */
function* checkOrder(known: ReadonlyMap<string, Rational>, path: Path): Generator<Finding> {
  for (const [index, lower] of LIMITS.entries()) {
    for (const upper of LIMITS.slice(index + 1)) {
      const [low, high] = [known.get(lower), known.get(upper)];
      if (low === undefined || high === undefined || compare(low, high) <= 0) continue;
      const soft = lower.startsWith('soft') ? lower : upper;
      yield {
        path: [...path, lower],
        rule: 'limit-order',
        severity: 'error',
        words:
          lower.slice(0, 4) === upper.slice(0, 4)
            ? `${lower} is above ${upper}`
            : `${soft} lies outside the hard limits`,
        fix: `Write ${lower} at or below ${upper}.`,
      };
    }
  }
  const [soft, hard] = [known.get('softHigh'), known.get('hardHigh')];
  if (soft !== undefined && hard !== undefined && atLeastTimes(10n, soft, hard)) {
    yield {
      path: [...path, 'hardHigh'],
      rule: 'tenfold',
      severity: 'warning',
      words: 'the hard limit is ten times the soft one or more: a slipped decimal point would pass',
      fix: 'Look at the decimal points; lower the hard limit, or raise the soft one.',
    };
  }
}

/** The bolus limits have no unit field of their own: the first that can be read gives it. */
function firstBolusUnit(entry: Tree): string | undefined {
  for (const name of [...LIMITS].reverse()) {
    const text = textAt(entry, 'bolus', name, 'value');
    const read = text === undefined ? undefined : readBolus(text);
    if (read?.ok === true) return read.value.unit;
  }
  return undefined;
}

function* checkCap(entry: Tree, path: Path, { concentrations }: EntryContext): Generator<Finding> {
  const text = textAt(entry, 'cumulativeCap', 'value');
  if (text === undefined) return;
  const read = readBolus(text);
  const here = [...path, 'cumulativeCap', 'value'];
  if (!read.ok) {
    yield {
      path: here,
      rule: read.unitUnknown ? 'unknown-unit' : 'not-a-quantity',
      severity: 'error',
      words: read.fault.message,
      fix: 'Write an amount, such as 5 mg/kg or 500 mg.',
    };
  } else if (concentrations.some(([, concentration]) => !sameDimension(read.value, concentration))) {
    yield {
      path: here,
      rule: 'dimension',
      severity: 'error',
      words: `${read.value.unit} cannot be reckoned from every concentration of the drug`,
      fix: 'Write the cap in the kind of amount that the concentrations have.',
    };
  }
}

function* checkDimension(
  unit: Dose['unit'],
  path: Path,
  { concentrations }: EntryContext,
): Generator<Finding> {
  const one = readDose(`1 ${unit}`);
  const foreign = concentrations.filter(
    ([, concentration]) => one.ok && !sameDimension(one.value, concentration),
  );
  for (const [, concentration] of foreign) {
    yield {
      path: [...path, 'doseUnit'],
      rule: 'dimension',
      severity: 'error',
      words: `a dose in ${unit} cannot come from a concentration in ${concentration.unit}`,
      fix: 'Dose and concentration must both be mass, both units, or both moles.',
    };
  }
}
