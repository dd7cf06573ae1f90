import { fromClearances } from './compartments.js';
import type { PkModel } from './model.js';

const OPIOID = { amountUnit: 'microgram', concentrationUnit: 'ng/ml' } as const;

/** Fentanyl; takes no account of the person. */
export const SHAFER_FENTANYL: PkModel = {
  ...OPIOID,
  drug: 'fentanyl',
  name: 'Shafer',
  source: 'Shafer 1990 (PMID 2248388) by opentiva fentanyl.py; ke0 0.12 as there (0.147 is also in use)',
  range: { minWeightKg: 40, maxWeightKg: 90 },
  constantsOf: () => ({
    v1L: 6.09,
    k10PerMin: 0.0827,
    k12PerMin: 0.471,
    k13PerMin: 0.225,
    k21PerMin: 0.102,
    k31PerMin: 0.006,
    ke0PerMin: 0.12,
  }),
};

/** Sufentanil; takes no account of the person. */
export const GEPTS_SUFENTANIL: PkModel = {
  ...OPIOID,
  drug: 'sufentanil',
  name: 'Gepts',
  source:
    'Gepts 1995 (Anesthesiology 83:1194) by stanpumpR; k31 0.0013 (opentiva rounds to 0.0014); ke0 0.17559 for a peak at 5.6 min',
  range: { minAgeYears: 12 },
  constantsOf: () => ({
    v1L: 14.3,
    k10PerMin: 0.0645,
    k12PerMin: 0.1086,
    k13PerMin: 0.0229,
    k21PerMin: 0.0245,
    k31PerMin: 0.0013,
    ke0PerMin: 0.17559,
  }),
};

/** Dexmedetomidine with the effect site of sedation. */
export const HANNIVOORT_DEXMEDETOMIDINE: PkModel = {
  ...OPIOID,
  drug: 'dexmedetomidine',
  name: 'Hannivoort',
  source: 'Hannivoort 2015 by PyTCI and opentiva; ke0 0.0428 (PMID 28854538)',
  range: { minAgeYears: 20, maxAgeYears: 70, minWeightKg: 51, maxWeightKg: 110 },
  constantsOf: ({ weightKg }) => {
    const size = weightKg / 70;
    const allometric = size ** 0.75;
    return fromClearances({
      volumesL: [1.78 * size, 30.3 * size, 52 * size],
      clearancesLPerMin: [0.686 * allometric, 2.98 * allometric, 0.602 * allometric],
      ke0PerMin: 0.0428,
    });
  },
};

/** Norepinephrine in one compartment, without effect site; takes no account of the person. */
export const BELOEIL_NOREPINEPHRINE: PkModel = {
  ...OPIOID,
  drug: 'norepinephrine',
  name: 'Beloeil',
  source: 'Beloeil 2005 by PAS pk_models.py: V 8.84 L, Cl 2.0 L/min',
  range: undefined,
  constantsOf: () => ({
    v1L: 8.84,
    k10PerMin: 2 / 8.84,
    k12PerMin: 0,
    k13PerMin: 0,
    k21PerMin: 0,
    k31PerMin: 0,
    ke0PerMin: 0,
  }),
};
