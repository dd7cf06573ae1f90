import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare, rationalOf } from '@bcmed/clinical-units';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entryOf, lintLibrary } from './index.js';

const EXAMPLE = readFileSync(join(import.meta.dirname, '../../../library/example.yaml'), 'utf8');

/** A small library that has nothing wrong; each test breaks one thing. */
const SOUND = `kind: drug-library
name: small
version: "1"
status: clinical
effectiveFrom: 2026-11-20T00:00:00.000Z
reason: for the tests
sources:
  label: the label of the drug, section 2.2
careAreas:
  - name: icu
    title: Intensive care
    minWeightKg: 30
    maxWeightKg: 250
    maxRateMlPerHour: { value: 999, source: label }
drugs:
  - name: dopamine
    title: Dopamine
    highRisk: true
    concentrations:
      - { name: standard, value: 200 mg in 50 ml, source: label }
    entries:
      - careArea: icu
        doseUnit: microgram/kg/min
        limits:
          softLow: { value: 0.9 microgram/kg/min, source: label }
          softHigh: { value: 20 microgram/kg/min, source: label }
          hardHigh: { value: 30 microgram/kg/min, source: label }
        approvals: { order: 2, override: 1 }
`;
const SECOND_ENTRY = `      - careArea: ward
        doseUnit: UNIT
        limits:
          hardHigh: { value: HIGH, source: label }
        approvals: { order: 2, override: 1 }
`;
const WARD = `  - name: ward
    title: Ward
    minWeightKg: 30
    maxWeightKg: 250
    maxRateMlPerHour: { value: 99, source: label }
drugs:`;

function broken(from: string, to: string): string {
  expect(SOUND).toContain(from);
  return SOUND.replace(from, to);
}
const lineOf = (text: string, part: string) => text.split('\n').findIndex((line) => line.includes(part)) + 1;

describe('the example library', () => {
  const { problems, library } = lintLibrary(EXAMPLE);

  it('has no error and no warning', () => {
    expect(problems).toEqual([]);
    expect(library?.entries.length).toBe(12);
  });

  it('says on its first line and in its notice that it is an example', () => {
    expect(EXAMPLE.split('\n')[0]).toContain('EXAMPLE, NOT FOR CLINICAL USE');
    expect(library?.status).toBe('example');
  });

  it('knows nitroprusside with the limits of its label', () => {
    const entry = library && entryOf(library, 'nitroprusside', 'adult-icu');
    expect(entry).toMatchObject({
      doseUnit: 'microgram/kg/min',
      highRisk: true,
      limits: { softLow: rationalOf('0.3'), softHigh: rationalOf('2'), hardHigh: rationalOf('10') },
      signaturesNeeded: 2,
      vitals: { maxAgeMs: 30_000 },
    });
    expect(library && entryOf(library, 'nitroprusside', 'anaesthesia')).toBeUndefined();
  });
});

describe('a library without faults', () => {
  it('is read with its exact values', () => {
    const { problems, library } = lintLibrary(SOUND);
    expect(problems).toEqual([]);
    const entry = library && entryOf(library, 'dopamine', 'icu');
    expect(entry?.concentrations.get('standard')).toEqual({ value: rationalOf('4'), unit: 'mg/ml' });
    expect(compare(entry?.maxRateMlPerHour ?? rationalOf('0'), rationalOf('999'))).toBe(0);
  });

  it('takes the lower of two highest rates', () => {
    const text = broken(
      '        approvals',
      '        maxRateMlPerHour: { value: 50, source: label }\n        approvals',
    );
    const { library } = lintLibrary(text);
    expect(library && entryOf(library, 'dopamine', 'icu')?.maxRateMlPerHour).toEqual(rationalOf('50'));
  });
});

describe('a library with one fault', () => {
  it.each([
    ['soft above hard', '20 microgram', '31 microgram', 'limit-order', 'dopamine/icu/limits/softHigh'],
    ['low above high', '0.9 microgram', '21 microgram', 'limit-order', 'dopamine/icu/limits/softLow'],
    [
      'an unknown unit',
      'doseUnit: microgram/kg/min',
      'doseUnit: spoon/kg/min',
      'unknown-unit',
      'dopamine/icu/doseUnit',
    ],
    [
      'a unit that is misread',
      'doseUnit: microgram',
      'doseUnit: mcg',
      'unit-spelling',
      'dopamine/icu/doseUnit',
    ],
    [
      'a limit in another dimension',
      '30 microgram/kg/min',
      '30 unit/kg/min',
      'limit-unit',
      'dopamine/icu/limits/hardHigh/value',
    ],
    [
      'a limit in another size',
      '30 microgram/kg/min',
      '30 mg/kg/min',
      'limit-unit',
      'dopamine/icu/limits/hardHigh/value',
    ],
    [
      'a limit that is no number',
      '30 microgram/kg/min',
      '3O microgram/kg/min',
      'not-a-quantity',
      'dopamine/icu/limits/hardHigh/value',
    ],
    [
      'a concentration of units',
      '200 mg in 50 ml',
      '200 unit in 50 ml',
      'dimension',
      'dopamine/icu/doseUnit',
    ],
    [
      'a concentration of nothing',
      '200 mg in 50 ml',
      '200 mg in 0 ml',
      'not-a-quantity',
      'dopamine/concentrations/standard/value',
    ],
    [
      'a value without source',
      '30 microgram/kg/min, source: label',
      '30 microgram/kg/min',
      'unsourced',
      'dopamine/icu/limits/hardHigh',
    ],
    [
      'a source that is not cited',
      '30 microgram/kg/min, source: label',
      '30 microgram/kg/min, source: hearsay',
      'unsourced',
      'dopamine/icu/limits/hardHigh/source',
    ],
    ['an unknown care area', 'careArea: icu', 'careArea: moon', 'unknown-name', 'dopamine/moon/careArea'],
    [
      'a high-risk drug that one person orders',
      'order: 2',
      'order: 1',
      'approvals',
      'dopamine/icu/approvals/order',
    ],
    [
      'a weight of 800 kg',
      'maxWeightKg: 250',
      'maxWeightKg: 800',
      'weight-range',
      'careAreas/icu/minWeightKg',
    ],
    [
      'a field that nobody reads',
      'title: Dopamine',
      'title: Dopamine\n    colour: red',
      'shape',
      'dopamine/colour',
    ],
    ['a missing field', '    title: Dopamine\n', '', 'shape', 'dopamine/title'],
    ['an example that does not say so', 'status: clinical', 'status: example', 'notice', 'notice'],
  ])('%s', (_, from, to, rule, path) => {
    const { problems, library } = lintLibrary(broken(from, to));
    expect(problems.filter((problem) => problem.rule === rule)).toMatchObject([{ severity: 'error', path }]);
    for (const problem of problems) {
      expect(problem.words).not.toBe('');
      expect(problem.fix).toMatch(/^[A-Z].+\.$/);
    }
    expect(library).toBeUndefined();
  });

  it('names the line on which it stands', () => {
    const text = broken('30 microgram/kg/min', '30 unit/kg/min');
    expect(lintLibrary(text).problems[0]?.line).toBe(lineOf(text, '30 unit'));
    const hole = broken('    title: Dopamine\n', '');
    expect(lintLibrary(hole).problems[0]?.line).toBe(lineOf(hole, 'name: dopamine'));
  });

  it('a drug twice, also in other letters', () => {
    const drug = SOUND.slice(SOUND.indexOf('  - name: dopamine'));
    expect(lintLibrary(SOUND + drug).problems).toMatchObject([
      { rule: 'duplicate-name', path: 'dopamine/name', line: lineOf(SOUND, 'approvals') + 1 },
    ]);
  });

  it('a key twice, which YAML would let one of them win', () => {
    const text = broken('highRisk: true', 'highRisk: true\n    highRisk: false');
    expect(lintLibrary(text).problems).toContainEqual(
      expect.objectContaining({ rule: 'yaml', line: lineOf(text, 'highRisk: false') }),
    );
  });

  it('a drug without concentration', () => {
    const text = broken('\n      - { name: standard, value: 200 mg in 50 ml, source: label }', ' []');
    expect(lintLibrary(text).problems).toMatchObject([
      { rule: 'concentration-missing', path: 'dopamine/concentrations' },
    ]);
  });

  it('a bolus or a cap that cannot come from the drug', () => {
    const bolus =
      '        bolus:\n          softHigh: { value: 3 mg, source: label }\n          hardHigh: { value: 2 mg, source: label }\n';
    expect(lintLibrary(SOUND + bolus).problems).toMatchObject([
      { rule: 'limit-order', path: 'dopamine/icu/bolus/softHigh' },
    ]);
    const cap = '        cumulativeCap: { value: 100 unit, perHours: 24, source: label }\n';
    expect(lintLibrary(SOUND + cap).problems).toMatchObject([
      { rule: 'dimension', path: 'dopamine/icu/cumulativeCap/value' },
    ]);
  });
});

describe('a library with numbers that look wrong', () => {
  const beside = (unit: string, high: string) =>
    SOUND.replace('drugs:', WARD) + SECOND_ENTRY.replace('UNIT', unit).replace('HIGH', high);

  it('warns of a hard limit that is ten times the soft one, and lets people decide', () => {
    const { problems, library } = lintLibrary(broken('30 microgram', '200 microgram'));
    expect(problems).toMatchObject([
      { rule: 'tenfold', severity: 'warning', path: 'dopamine/icu/limits/hardHigh' },
    ]);
    expect(library).toBeDefined();
  });

  it('warns of a limit that is ten times the one of another care area', () => {
    const found = lintLibrary(beside('microgram/kg/min', '300 microgram/kg/min')).problems;
    expect(found).toMatchObject([
      { rule: 'tenfold', severity: 'warning', path: 'dopamine/ward/limits/hardHigh' },
    ]);
    expect(lintLibrary(beside('microgram/kg/min', '25 microgram/kg/min')).problems).toEqual([]);
  });

  it('warns of micrograms among milligrams with like numbers (found in a live library: bivalirudin)', () => {
    expect(lintLibrary(beside('mg/kg/min', '30 mg/kg/min')).problems).toMatchObject([
      { rule: 'thousandfold', severity: 'warning' },
    ]);
    expect(lintLibrary(beside('mg/kg/min', '0.03 mg/kg/min')).problems).toEqual([]);
  });
});

describe('a library with many faults', () => {
  it('is told all of them at once, in the order of the lines', () => {
    const text = SOUND.replace('30 microgram/kg/min', '30 unit/kg/min')
      .replace('order: 2', 'order: 1')
      .replace('200 mg in 50 ml', 'much')
      .replace('name: small', 'name: Small Library')
      .replace('careArea: icu', 'careArea: moon');
    const { problems } = lintLibrary(text);
    expect(problems.map(({ rule }) => rule)).toEqual([
      'shape',
      'not-a-quantity',
      'unknown-name',
      'limit-unit',
      'approvals',
    ]);
    expect(problems.map(({ line }) => line)).toEqual(
      [...problems.map(({ line }) => line)].sort((a, b) => a - b),
    );
  });

  it.each(['', 'drugs', '- 1', '[', '\t', 'a: &x [*x]', 'a: !!js/function "x"', '%YAML 9.9\n---\nx', '\0'])(
    'is no library at all: %j',
    (text) => {
      const { problems, library } = lintLibrary(text);
      expect(problems.length).toBeGreaterThan(0);
      expect(library).toBeUndefined();
    },
  );

  it('survives any damage', () => {
    fc.assert(
      fc.property(fc.nat(SOUND.length), fc.nat(40), fc.string(), (start, length, put) => {
        const text = SOUND.slice(0, start) + put + SOUND.slice(start + length);
        const { problems, library } = lintLibrary(text);
        const errors = problems.filter(({ severity }) => severity === 'error');
        expect(library === undefined).toBe(errors.length > 0);
        for (const { line } of problems) expect(line).toBeGreaterThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });
});
