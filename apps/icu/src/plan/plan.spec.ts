import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Stay } from '../domain/bedside/stay.js';
import { DEFAULT_WARD_FILE, planBeds, planFromFile } from './floor-plan.js';
import { readFaultScript } from './fault-script.js';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'bcmed-icu-plan-'))));
afterEach(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, 'plan.yaml');
  writeFileSync(path, text);
  return path;
}

const DEFAULT = readFileSync(DEFAULT_WARD_FILE, 'utf8');

describe('the default ward', () => {
  it('has four beds with three to five pumps each, and patients who live', () => {
    const { unit, beds } = planFromFile(DEFAULT_WARD_FILE, 1);
    expect(unit).toBe('icu-1');
    expect(beds.map(({ name, pumps }) => [name, pumps.length])).toEqual([
      ['bed-1', 5],
      ['bed-2', 4],
      ['bed-3', 3],
      ['bed-4', 4],
    ]);
    for (const { stay } of beds) {
      const { meanArterialPressureMmHg, heartRatePerMin } = new Stay(stay!).vitals;
      expect(meanArterialPressureMmHg).toBeGreaterThan(60);
      expect(meanArterialPressureMmHg).toBeLessThan(115);
      expect(heartRatePerMin).toBeGreaterThan(50);
      expect(heartRatePerMin).toBeLessThan(120);
    }
  });

  it('sets a pump to the rate of its dose: 0.15 microgram/kg/min, 82 kg, 8 mg in 50 ml', () => {
    const [bed] = planFromFile(DEFAULT_WARD_FILE, 1).beds;
    expect(bed?.pumps[0]).toMatchObject({
      running: true,
      setup: { serial: '8002-51740', drugName: 'NORADRENALINE', setRateMlPerHour: 4.6 },
    });
  });

  it('is marked as an example', () => {
    expect(DEFAULT).toContain('notice: EXAMPLE, NOT FOR CLINICAL USE');
  });

  it('grows to any number of beds, with serial numbers and pseudonyms of their own', () => {
    const { beds } = planBeds(13, 5);
    const serials = beds.flatMap(({ pumps }) => pumps.map(({ setup }) => setup.serial));
    expect(new Set(serials).size).toBe(serials.length);
    expect(new Set(beds.map(({ stay }) => stay!.pseudonym)).size).toBe(13);
    expect(planBeds(13, 5)).toEqual({ unit: 'icu-1', beds });
    expect(planBeds(13, 6).beds[12]!.stay).not.toEqual(beds[12]!.stay);
    expect(planBeds(2, 5).beds).toEqual(beds.slice(0, 2));
  });
});

describe('a ward file', () => {
  it.each([
    ['kind: icu-ward', 'kind: ward', ':11 kind: must be icu-ward'],
    ['weightKg: 82', 'weightKg: heavy', ':19 beds[0].patient.weightKg: must be a number from 2 to 250'],
    ['weightKg: 82', 'weight: 82', 'beds[0].patient: Unrecognized key: "weight"'],
    [
      'concentration: 8 mg in 50 ml',
      'concentration: 8mg/50ml',
      'beds[0].pumps[0].concentration: "8mg/50ml" is not a concentration',
    ],
    ['concentration: 8 mg in 50 ml', 'concentration: 8mg/50ml', 'write it like "8 mg in 50 ml"'],
    [
      'dose: 0.15 microgram/kg/min',
      'dose: 0.15 unit/kg/min',
      'beds[0].pumps[0].dose: a dose in unit/kg/min (activity) cannot come from mg/ml (mass)',
    ],
    [
      'dose: 0.15 microgram/kg/min',
      'dose: 500 microgram/kg/min',
      'beds[0].pumps[0].dose: is 15375 ml/h, and the pump runs 0.1 to 1200 ml/h',
    ],
    [
      'dose: 0.15 microgram/kg/min',
      'running: true',
      'beds[0].pumps[0].rateMlPerHour: give either rateMlPerHour or dose',
    ],
    [
      'serial: 8002-51733',
      'serial: 8002-51740',
      'beds[0].pumps[1].serial: 8002-51740 stands here twice: give it another',
    ],
    ['serial: 8002-51733', 'serial: 12', 'beds[0].pumps[1].serial: must be a text such as 8002-51740'],
    [
      'syringe: { sizeMl: 50, contentMl: 42,',
      'syringe: { sizeMl: 20, contentMl: 42,',
      'beds[0].pumps[0].syringe.contentMl: must not be more than sizeMl',
    ],
    ['unit: icu-1', 'unit: [icu-1', 'is not YAML'],
  ])('with %j become %j is refused: %s', (from, to, words) => {
    const path = file(DEFAULT.replace(from, to));
    expect(() => planFromFile(path, 1)).toThrow(
      expect.objectContaining({
        code: 'BCM-ICU-PLAN-FILE',
        message: expect.stringContaining(words) as string,
      }),
    );
  });

  it('tells everything that is wrong at once, each with the file and the line', () => {
    const path = file(DEFAULT.replace('ageYears: 58', 'ageYears: 580').replace('sex: male', 'sex: m'));
    expect(() => planFromFile(path, 1)).toThrow(
      `${path}:18 beds[0].patient.ageYears: must be a number from 1 to 110, for example 62\n` +
        `${path}:21 beds[0].patient.sex: must be female or male`,
    );
  });

  it('that is not there is named', () => {
    expect(() => planFromFile('/nowhere/ward.yaml', 1)).toThrow('/nowhere/ward.yaml cannot be read');
  });

  it('may have an empty bed, and no pumps where nobody lies', () => {
    const path = file(`${DEFAULT}  - bed: bed-5\n`);
    expect(planFromFile(path, 1).beds[4]).toEqual({ name: 'bed-5', stay: null, pumps: [] });
  });
});

describe('a fault script', () => {
  const stage = { serials: ['8002-51740'], beds: ['bed-1', 'bed-2'] };
  const script = (...steps: string[]): string =>
    file(['kind: icu-faults', 'steps:', ...steps.map((step) => `  - ${step}`)].join('\n'));

  it('lets anything happen at a pump, its cable and a bed, in the order of time', () => {
    const path = script(
      '{ atSeconds: 90, bed: bed-1, do: { action: sensor-off, sensor: ecg } }',
      '{ atSeconds: 60, pump: 8002-51740, do: { action: occlude } }',
      '{ atSeconds: 70.5, pump: 8002-51740, cable: unplug }',
      '{ atSeconds: 100, bed: bed-1, do: { action: move-patient, to: bed-2 } }',
    );
    expect(readFaultScript(path, stage)).toEqual([
      { atMs: 60_000, fault: { pump: '8002-51740', action: { action: 'occlude' } } },
      { atMs: 70_500, fault: { pump: '8002-51740', cable: 'unplug' } },
      { atMs: 90_000, fault: { bed: 'bed-1', action: { action: 'sensor-off', sensor: 'ecg' } } },
      { atMs: 100_000, fault: { bed: 'bed-1', action: { action: 'move-patient', to: 'bed-2' } } },
    ]);
  });

  it('that is shipped fits the default ward', () => {
    const { beds } = planBeds(4, 1);
    const serials = beds.flatMap(({ pumps }) => pumps.map(({ setup }) => setup.serial));
    const path = join(DEFAULT_WARD_FILE, '../example-faults.yaml');
    expect(readFaultScript(path, { serials, beds: beds.map(({ name }) => name) })).toHaveLength(12);
  });

  it.each([
    ['{ atSeconds: 1, do: { action: occlude } }', 'steps[0].pump: give either pump or bed'],
    ['{ atSeconds: 1, pump: 8002-51740 }', 'steps[0].do: give either do or, for a pump, cable'],
    ['{ atSeconds: 1, bed: bed-1, cable: unplug }', 'steps[0].cable: is of a pump'],
    ['{ atSeconds: 1, pump: 8002-51740, do: { action: explode } }', 'steps[0].do.action: '],
    [
      '{ atSeconds: 1, pump: 8002-51740, do: { action: set-rate, rateMlPerHour: -1 } }',
      'steps[0].do.rateMlPerHour: ',
    ],
    ['{ atSeconds: soon, bed: bed-1, do: { action: thaw-monitor } }', 'steps[0].atSeconds: must be a number'],
    ['{ atSeconds: 1, bed: bed-7, do: { action: thaw-monitor } }', 'steps[0].bed: bed-7 is not one of'],
    ['{ atSeconds: 1, pump: 8002-1, cable: unplug }', 'steps[0].pump: 8002-1 is not one of: 8002-51740'],
  ])('%s is refused: %s', (step, words) => {
    expect(() => readFaultScript(script(step), stage)).toThrow(
      expect.objectContaining({
        code: 'BCM-ICU-PLAN-FILE',
        message: expect.stringContaining(words) as string,
      }),
    );
  });
});
