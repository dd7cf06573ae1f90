import { compare, type Dose } from '@bcmed/clinical-units';
import { listAt, textAt, type Path, type Tree } from './document.js';
import type { Finding } from './findings.js';
import { atLeastTimes, readDose } from './quantity.js';

/**
 * What stands out only beside the same drug's other entries: a limit that is ten times another one, and a unit that differs by a
 * thousand while the numbers are alike. (A live library was found with micrograms among milligrams: bivalirudin in Conway v66.)
 */
export function* checkAcrossEntries(drug: Tree, path: Path): Generator<Finding> {
  const entries = listAt(drug, 'entries').map((entry, index) => ({
    index,
    area: textAt(entry, 'careArea') ?? `entry ${index}`,
    high: hardHighOf(entry),
  }));
  for (const [position, one] of entries.entries()) {
    for (const other of entries.slice(position + 1)) {
      if (one.high === undefined || other.high === undefined) continue;
      const finding = compareEntries(one.high, other.high, one.area);
      if (finding !== undefined)
        yield { ...finding, path: [...path, 'entries', other.index, 'limits', 'hardHigh'] };
    }
  }
}

function compareEntries(one: Dose, other: Dose, area: string): Omit<Finding, 'path'> | undefined {
  const [small, great] =
    compare(one.value, other.value) < 0 ? [one.value, other.value] : [other.value, one.value];
  if (one.unit === other.unit && atLeastTimes(10n, small, great)) {
    return {
      rule: 'tenfold',
      severity: 'warning',
      words: `the hard limit differs tenfold or more from the one in ${area}`,
      fix: 'Look at the decimal points of both; keep them when the patients differ as much.',
    };
  }
  const sameShape = withoutAmount(one.unit) === withoutAmount(other.unit);
  if (one.unit !== other.unit && sameShape && !atLeastTimes(100n, small, great)) {
    return {
      rule: 'thousandfold',
      severity: 'warning',
      words: `the unit is ${other.unit}, in ${area} it is ${one.unit}, and the numbers are alike`,
      fix: 'Look at the units: numbers in units a thousand times apart should be as far apart.',
    };
  }
  return undefined;
}

const withoutAmount = (unit: string): string => unit.slice(unit.indexOf('/'));

function hardHighOf(entry: Tree): Dose | undefined {
  const text = textAt(entry, 'limits', 'hardHigh', 'value');
  const read = text === undefined ? undefined : readDose(text);
  return read?.ok === true ? read.value : undefined;
}
