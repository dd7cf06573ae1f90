import type { Alarm, Priority } from './alarms.ts';
import type { PumpView, Ward } from './live.ts';

/** A bed of the ward with what is known of it, and what there is to do. */
export interface BedSummary {
  readonly bed: string;
  readonly unit: string;
  readonly patient: string | undefined;
  readonly pumps: readonly PumpView[];
  readonly alarms: readonly Alarm[];
  /** Highest priority of its open alarms. */
  readonly priority: Priority | undefined;
  /** When the first syringe of it runs empty, by the pumps' own reckoning. */
  readonly firstEmptySeconds: number | undefined;
  readonly waiting: number;
}

const RANK: Readonly<Record<Priority, number>> = { high: 0, medium: 1, low: 2 };
const rankOf = (priority: Priority | undefined): number => (priority === undefined ? 3 : RANK[priority]);

export const byPriority = (a: Alarm, b: Alarm): number =>
  Number(a.acknowledgedBy !== null) - Number(b.acknowledgedBy !== null) ||
  rankOf(a.priority) - rankOf(b.priority) ||
  b.raisedMs - a.raisedMs;

/** Order of channels at a bed: one place for each, so that nobody reaches for the pump that moved. */
export const bySerial = (a: PumpView, b: PumpView): number => a.serial.localeCompare(b.serial, 'en');

const natural = new Intl.Collator('en', { numeric: true });
export const byBed = (a: { readonly bed: string }, b: { readonly bed: string }): number =>
  natural.compare(a.bed, b.bed);

/** Every bed in its fixed order. Pumps without a bed follow as one nameless bed of each unit. */
export function bedsOf(ward: Ward, alarms: readonly Alarm[]): readonly BedSummary[] {
  const names = new Map<string, { unit: string; patient: string | undefined; pumps: PumpView[] }>();
  for (const { bed, unit, patient } of ward.beds.values()) names.set(bed, { unit, patient, pumps: [] });
  for (const pump of ward.pumps.values()) {
    const bed = pump.bed ?? '';
    const found = names.get(bed) ?? { unit: pump.unit ?? '', patient: pump.patient, pumps: [] };
    found.pumps.push(pump);
    names.set(bed, found);
  }
  return [...names].map(([bed, place]) => summary(ward, alarms, bed, place)).sort(byBed);
}

function summary(
  ward: Ward,
  alarms: readonly Alarm[],
  bed: string,
  { unit, patient, pumps }: { unit: string; patient: string | undefined; pumps: PumpView[] },
): BedSummary {
  const here = alarms.filter((alarm) => concerns(alarm, bed, pumps, patient)).sort(byPriority);
  const runOut = pumps.flatMap(({ delivering, remainingSeconds }) =>
    delivering === true && remainingSeconds !== undefined ? [remainingSeconds] : [],
  );
  const serials = new Set(pumps.map(({ serial }) => serial));
  const waiting = [...ward.infusions.values()].filter(
    ({ pump, waiting: order }) => order !== undefined && serials.has(pump),
  ).length;
  return {
    bed,
    unit,
    patient,
    pumps: [...pumps].sort(bySerial),
    alarms: here,
    priority: here.map(({ priority }) => priority).sort((a, b) => rankOf(a) - rankOf(b))[0],
    firstEmptySeconds: runOut.length === 0 ? undefined : Math.min(...runOut),
    waiting,
  };
}

/** Whether an alarm is about this bed: by the place that it names, or by its sources. */
export function concerns(
  { bed: place, members }: Alarm,
  bed: string,
  pumps: readonly PumpView[],
  patient: string | undefined,
): boolean {
  if (place !== null) return place === bed;
  return members.some(({ source }) => source === patient || pumps.some(({ serial }) => serial === source));
}

/** Who needs somebody first: by alarm, then by the syringe that runs empty first; at most `most`, and only with a reason. */
export function needsMeFirst(beds: readonly BedSummary[], most = 4): readonly BedSummary[] {
  const soon = (bed: BedSummary) => bed.firstEmptySeconds ?? Number.POSITIVE_INFINITY;
  return beds
    .filter((bed) => bed.priority !== undefined || bed.waiting > 0 || soon(bed) < RUNS_EMPTY_SOON_SECONDS)
    .sort(
      (a, b) =>
        rankOf(a.priority) - rankOf(b.priority) || soon(a) - soon(b) || b.waiting - a.waiting || byBed(a, b),
    )
    .slice(0, most);
}

/** A syringe takes a quarter of an hour to fetch, draw up and check. */
export const RUNS_EMPTY_SOON_SECONDS = 30 * 60;
