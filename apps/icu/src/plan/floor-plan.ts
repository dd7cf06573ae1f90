import { join } from 'node:path';
import { haemodynamics } from '@bcmed/physiology';
import type { StayPlan } from '../domain/bedside/stay.js';
import { Dice } from '../domain/random.js';
import type { PumpSetup } from '../domain/state.js';
import { mixed, pumpOrigins } from '../ward-plan.js';
import {
  startRateMlPerHour,
  wardSchema,
  type BedEntry,
  type PumpEntry,
  type WardEntry,
} from './ward-schema.js';
import { readPlanFile } from './yaml-file.js';

/** A pump of the plan, and whether it infuses from the beginning. */
export interface PlannedPump {
  readonly setup: PumpSetup;
  readonly running: boolean;
}

/** A unit, its beds, patients and pumps, complete: nothing in it is left to chance. */
export interface FloorPlan {
  readonly unit: string;
  readonly beds: readonly {
    readonly name: string;
    readonly stay: StayPlan | null;
    readonly pumps: readonly PlannedPump[];
  }[];
}

/** Found from `src/plan` and from `dist/plan` alike. */
export const DEFAULT_WARD_FILE = join(import.meta.dirname, '../../wards/default.yaml');

/** Reads a ward from its file. The same file and seed give the same ward. @throws PlanFileError */
export function planFromFile(path: string, seed: number): FloorPlan {
  return planOf(readPlanFile(path, wardSchema), seed);
}

/**
 * So many beds after the pattern of the default ward: its own beds first, then the same set-ups with other serial numbers
 * and with patients that the seed varies. @throws PlanFileError
 */
export function planBeds(count: number, seed: number): FloorPlan {
  const pattern = readPlanFile(DEFAULT_WARD_FILE, wardSchema);
  const beds = Array.from({ length: count }, (_, index) => {
    const bed = pattern.beds[index % pattern.beds.length];
    if (bed === undefined) throw new RangeError('the default ward has no bed');
    return index < pattern.beds.length ? bed : varied(bed, index, seed);
  });
  return planOf({ ...pattern, beds }, seed);
}

const FIRST_GENERATED_SERIAL = 70_000;

function varied(bed: BedEntry, index: number, seed: number): BedEntry {
  const dice = new Dice(mixed(seed, index));
  const within = (value: number, share: number): number =>
    Math.round(value * dice.between(1 - share, 1 + share));
  const { patient, pumps } = bed;
  return {
    bed: `bed-${index + 1}`,
    ...(patient && {
      patient: {
        ...patient,
        pseudonym: undefined,
        ageYears: Math.min(90, within(patient.ageYears, 0.15)),
        weightKg: within(patient.weightKg, 0.15),
        heightCm: within(patient.heightCm, 0.04),
        seed: dice.below(4_294_967_295),
      },
    }),
    pumps: pumps.map((entry, place) => ({
      ...entry,
      serial: `8002-${FIRST_GENERATED_SERIAL + index * 10 + place}`,
    })),
  };
}

function planOf({ unit, beds }: WardEntry, seed: number): FloorPlan {
  let pumpsBefore = 0;
  return {
    unit,
    beds: beds.map((bed, index) => {
      const first = pumpsBefore;
      pumpsBefore += bed.pumps.length;
      const weightKg = bed.patient?.weightKg ?? 0;
      return {
        name: bed.bed,
        stay: stayOf(bed, mixed(seed, index)),
        pumps: bed.pumps.map((entry, place) => ({
          setup: setupOf(entry, { weightKg, index: first + place, seed }),
          running: entry.running,
        })),
      };
    }),
  };
}

function setupOf(
  entry: PumpEntry,
  { weightKg, index, seed }: { readonly weightKg: number; readonly index: number; readonly seed: number },
): PumpSetup {
  const { brand, sizeMl, contentMl = sizeMl } = entry.syringe;
  return {
    serial: entry.serial,
    drugName: entry.drug.toUpperCase(),
    syringe: { brand, sizeMl, contentMl },
    setRateMlPerHour: startRateMlPerHour(entry, weightKg),
    ...pumpOrigins(index, seed),
  };
}

function stayOf({ bed, patient, pumps }: BedEntry, bedSeed: number): StayPlan | null {
  if (patient === undefined) return null;
  const { ageYears, weightKg, heightCm, sex, baseline, sensitivity, setVitals } = patient;
  const seed = (patient.seed ^ bedSeed) >>> 0;
  return {
    pseudonym: patient.pseudonym ?? `stay-${pseudonymDigits(seed, bed)}`,
    virtual: {
      person: { ageYears, weightKg, heightCm, sex },
      baseline: baseline
        ? {
            heartRatePerMin: baseline.heartRateBpm,
            meanArterialPressureMmHg: baseline.meanArterialPressureMmHg,
            strokeVolumeMl: baseline.strokeVolumeMl,
          }
        : haemodynamics.TYPICAL_BASELINE,
      sensitivity: defined(sensitivity),
    },
    setVitals: defined(setVitals),
    seed,
    runningForMinutes: patient.runningForMinutes,
    channels: pumps.map((entry) => {
      const { drug, concentration, running } = entry;
      const { lot, expiry } = entry.syringe;
      return {
        serial: entry.serial,
        syringe: { drug, concentration, ...defined({ lot, expiry }) },
        startRateMlPerHour: running ? startRateMlPerHour(entry, weightKg) : 0,
      };
    }),
  };
}

/** Eight hexadecimal digits that the bed and the seed decide. */
function pseudonymDigits(seed: number, bed: string): string {
  let folded = seed;
  for (const letter of bed) folded = Math.imul(folded ^ letter.charCodeAt(0), 0x01000193);
  return new Dice(folded).below(4_294_967_296).toString(16).padStart(8, '0');
}

/** Without the fields that are undefined. */
function defined<T extends object>(value: T): { [K in keyof T]?: Exclude<T[K], undefined> } {
  // Only fields that have a value are kept, which is what the type says.
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>;
  };
}
