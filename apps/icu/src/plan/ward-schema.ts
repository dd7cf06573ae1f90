import {
  ClinicalUnitsError,
  compare,
  parseConcentration,
  parseDose,
  rateMlPerHourOf,
  rationalOf,
  roundedToPump,
  toNumber,
} from '@bcmed/clinical-units';
import { z } from 'zod';
import { GUESSES } from '../domain/guesses.js';

const number = (low: number, high: number, example: number) => {
  const error = `must be a number from ${low} to ${high}, for example ${example}`;
  return z.number({ error }).min(low, { error }).max(high, { error });
};
const seed = z
  .number({ error: 'must be a whole number of at most ten digits' })
  .int('must be a whole number')
  .min(0, 'must be 0 or more')
  .max(4_294_967_295, 'must be at most 4294967295');
const token = z
  .string({ error: 'must be a text, for example bed-1' })
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/, 'must be 1 to 40 characters of a-z, 0-9 and inner -');
const label = z.string({ error: 'must be a text; put digits in quotes' }).min(1).max(64);

const baseline = z.strictObject({
  heartRateBpm: number(20, 200, 72),
  meanArterialPressureMmHg: number(30, 180, 88),
  strokeVolumeMl: number(10, 200, 75),
});
const setVitals = z.strictObject({
  saturationPercent: number(50, 100, 96).optional(),
  respiratoryRatePerMin: number(0, 60, 16).optional(),
  temperatureCelsius: number(25, 43, 37.2).optional(),
  urineOutputMlPerHour: number(0, 1_000, 60).optional(),
});
const factor = number(0, 10, 1).optional();

const patient = z.strictObject({
  pseudonym: token.optional(),
  ageYears: number(1, 110, 62),
  weightKg: number(2, 250, 81),
  heightCm: number(40, 230, 176),
  sex: z.enum(['female', 'male'], { error: 'must be female or male' }),
  seed,
  runningForMinutes: number(0, 1_440, 120).default(0),
  baseline: baseline.optional(),
  setVitals: setVitals.default({}),
  sensitivity: z
    .strictObject({
      propofol: factor,
      remifentanil: factor,
      norepinephrine: factor,
      sodiumNitroprusside: factor,
      dopamine: factor,
    })
    .default({}),
});

const syringe = z
  .strictObject({
    brand: z
      .string()
      .regex(/^[ -~]*$/, 'must be plain letters')
      .max(20)
      .default('BD PLASTIPAK'),
    sizeMl: number(5, 60, 50),
    contentMl: number(0, 60, 50).optional(),
    lot: label.optional(),
    expiry: z.iso.date('must be a day such as 2027-01-31').optional(),
  })
  .refine(({ sizeMl, contentMl = sizeMl }) => contentMl <= sizeMl, {
    path: ['contentMl'],
    error: 'must not be more than sizeMl',
  });

const pump = z.strictObject({
  serial: z
    .string({ error: 'must be a text such as 8002-51740' })
    .regex(/^8002-\d{5}$/, 'must be like 8002-51740: an Alaris Asena GH and five digits'),
  drug: token.max(20, 'must be at most 20 characters, which the pump can show'),
  concentration: z.string({ error: 'must be a text such as "8 mg in 50 ml" or "10 mg/ml"' }),
  syringe,
  rateMlPerHour: number(0.1, 1_200, 4).optional(),
  dose: z.string({ error: 'must be a text such as "0.1 microgram/kg/min"' }).optional(),
  running: z.boolean('must be true or false').default(true),
});
export type PumpEntry = z.infer<typeof pump>;

const bed = z
  .strictObject({
    bed: token,
    patient: patient.optional(),
    pumps: z.array(pump).max(6, 'must be at most six pumps').default([]),
  })
  .superRefine(({ patient: person, pumps }, context) => {
    const problem = (path: PropertyKey[], message: string): void =>
      context.addIssue({ code: 'custom', path, message });
    if (person === undefined) {
      if (pumps.length > 0)
        problem(['pumps'], 'must be left out for an empty bed, or give the bed a patient');
      return;
    }
    if (pumps.length < 3) problem(['pumps'], 'must be three to six pumps');
    for (const [index, entry] of pumps.entries()) {
      const fault = faultOf(entry, person.weightKg);
      if (fault !== null) problem(['pumps', index, fault.field], fault.words);
    }
  });

/** A ward as it is written. */
export const wardSchema = z
  .strictObject({
    kind: z.literal('icu-ward', { error: 'must be icu-ward' }),
    notice: z.string().max(512).optional(),
    unit: token,
    beds: z.array(bed).min(1, 'must be at least one bed').max(64, 'must be at most 64 beds'),
  })
  .superRefine(({ beds }, context) => {
    const twice = (values: readonly (readonly [path: PropertyKey[], value: string | undefined])[]): void => {
      const seen = new Set<string>();
      for (const [path, value] of values) {
        if (value === undefined) continue;
        if (seen.has(value))
          context.addIssue({ code: 'custom', path, message: `${value} stands here twice: give it another` });
        seen.add(value);
      }
    };
    twice(beds.map((one, index) => [['beds', index, 'bed'], one.bed]));
    twice(
      beds.map(({ patient: person }, index) => [['beds', index, 'patient', 'pseudonym'], person?.pseudonym]),
    );
    twice(
      beds.flatMap(({ pumps }, index) =>
        pumps.map(({ serial }, place) => [['beds', index, 'pumps', place, 'serial'], serial] as const),
      ),
    );
  });
export type WardEntry = z.infer<typeof wardSchema>;
export type BedEntry = WardEntry['beds'][number];

type Fault = { readonly field: keyof PumpEntry; readonly words: string };

/** What a form cannot say: that the drug's label can be read, and that the pump can go at the rate. */
function faultOf(entry: PumpEntry, weightKg: number): Fault | null {
  if ((entry.rateMlPerHour === undefined) === (entry.dose === undefined)) {
    return { field: 'rateMlPerHour', words: 'give either rateMlPerHour or dose' };
  }
  try {
    parseConcentration(entry.concentration);
  } catch (error) {
    return asFault(error, 'concentration', 'write it like "8 mg in 50 ml" or "10 mg/ml"');
  }
  try {
    const [lowest, highest] = GUESSES.rateRangeMlPerHour.value;
    const rate = startRateMlPerHour(entry, weightKg);
    if (rate >= lowest && rate <= highest) return null;
    return { field: 'dose', words: `is ${rate} ml/h, and the pump runs ${lowest} to ${highest} ml/h` };
  } catch (error) {
    return asFault(error, 'dose', 'write it like "0.1 microgram/kg/min" or "5 mg/h"');
  }
}

function asFault(error: unknown, field: keyof PumpEntry, fix: string): Fault {
  if (error instanceof ClinicalUnitsError) return { field, words: `${error.message}; ${fix}` };
  throw error;
}

const PUMP_STEP_ML_PER_HOUR = '0.1';

/** The rate that the pump is set to: as it is written, or what gives the dose to the nearest tenth of a millilitre per hour. */
export function startRateMlPerHour(
  { rateMlPerHour, dose, concentration }: PumpEntry,
  weightKg: number,
): number {
  if (dose === undefined) return rateMlPerHour ?? 0;
  const wanted = parseDose(dose);
  const weight = wanted.unit.includes('/kg/') ? weightKg : undefined;
  const exact = rateMlPerHourOf(wanted, parseConcentration(concentration), weight);
  const { rateMlPerHour: set } = roundedToPump(exact, PUMP_STEP_ML_PER_HOUR);
  return compare(set, rationalOf(0)) === 0 ? 0 : toNumber(set);
}
