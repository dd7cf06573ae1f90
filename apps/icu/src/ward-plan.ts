import type { PumpSetup } from './domain/state.js';

/** The two serial numbers whose traffic is recorded come first. */
const RECORDED_SERIALS = ['8002-51740', '8002-51733'] as const;
const DRUGS = ['NORADRENALINE', 'PROPOFOL', '', 'MIDAZOLAM', 'FENTANYL', ''] as const;
const FIRST_LOG_ENTRY_ID = 127_904;

/** The pumps of a ward of this size: always the same serial numbers, drugs and syringes for the same number and seed. */
export function planWard(pumps: number, seed: number): readonly PumpSetup[] {
  return Array.from({ length: pumps }, (_, index) => ({
    serial: RECORDED_SERIALS[index] ?? `8002-${51_750 + index}`,
    drugName: DRUGS[index % DRUGS.length] ?? '',
    syringe: { brand: index % 2 === 0 ? 'BD PLASTIPAK' : 'BD PERFUSOR', sizeMl: 50, contentMl: 50 },
    setRateMlPerHour: 0.1,
    ...pumpOrigins(index, seed),
  }));
}

/** Where a pump's own log and its chance begin, by its place in the ward. */
export function pumpOrigins(index: number, seed: number): Pick<PumpSetup, 'logEntryId' | 'seed'> {
  return { logEntryId: FIRST_LOG_ENTRY_ID + index * 1009, seed: mixed(seed, index) };
}

/** Another seed for each place, so that no two of one ward share their chance. */
export function mixed(seed: number, index: number): number {
  return Math.imul(seed + 1, 0x9e3779b1) ^ Math.imul(index + 1, 0x85ebca6b);
}
