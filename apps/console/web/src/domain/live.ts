import type {
  BedView,
  BlockView,
  Change,
  CommandView,
  InfusionView,
  LiveMessage,
  NotShown,
  PumpTrend,
  PumpView,
  Snapshot,
  VitalSign,
  VitalsTrend,
  VitalsView,
} from '../../../src/domain/live.ts';

export type { BedView, BlockView, CommandView, InfusionView, NotShown, PumpView, VitalSign, VitalsView };

/** Values of one thing against time, ascending; `null` where nothing was heard. */
export interface Series {
  readonly atMs: readonly number[];
  readonly values: readonly (number | null)[];
}

export interface PumpHistory {
  readonly pressureMmHg: Series;
  readonly rateMlPerHour: Series;
}

/** The ward as the gateway tells it, and how old that is. Immutable: what did not change stays the same object. */
export interface Ward {
  /** Whether a snapshot arrived. */
  readonly known: boolean;
  /** The gateway's time of the last word. */
  readonly atMs: number;
  readonly position: string;
  readonly pumps: ReadonlyMap<string, PumpView>;
  readonly beds: ReadonlyMap<string, BedView>;
  readonly vitals: ReadonlyMap<string, VitalsView>;
  readonly infusions: ReadonlyMap<string, InfusionView>;
  readonly commands: ReadonlyMap<string, CommandView>;
  readonly blocks: readonly BlockView[];
  readonly pumpHistory: ReadonlyMap<string, PumpHistory>;
  readonly vitalsHistory: ReadonlyMap<string, Readonly<Partial<Record<VitalSign, Series>>>>;
  readonly notShown: readonly NotShown[];
  /** Counts changes of approvals, which the page then asks for again. */
  readonly approvals: number;
}

export const EMPTY_WARD: Ward = {
  known: false,
  atMs: 0,
  position: '0',
  pumps: new Map(),
  beds: new Map(),
  vitals: new Map(),
  infusions: new Map(),
  commands: new Map(),
  blocks: [],
  pumpHistory: new Map(),
  vitalsHistory: new Map(),
  notShown: [],
  approvals: 0,
};

export const HISTORY_MS = 2 * 3_600_000;
/** A point of history for each pump and sign in this time at most: two hours are then at most 720 points. */
export const HISTORY_STEP_MS = 10_000;
const MOST_BLOCKS = 240;
const MOST_COMMANDS = 400;

/** The ward anew: everything that was known before is gone. */
export function replaced(snapshot: Snapshot, atMs: number): Ward {
  return { ...applied(EMPTY_WARD, snapshot, atMs), known: true, notShown: snapshot.notShown };
}

/** The ward after a message of `atMs`. Applying one twice changes nothing but the count of approvals. */
export function applied(ward: Ward, { changes, position }: LiveMessage, atMs: number): Ward {
  const draft = new Draft(ward);
  for (const change of changes) draft.take(change);
  return { ...draft.ward, atMs: Math.max(atMs, ward.atMs), position };
}

/** The ward after a word without changes: the line is alive. */
export const beaten = (ward: Ward, atMs: number): Ward => ({ ...ward, atMs: Math.max(atMs, ward.atMs) });

type Tables = 'pumps' | 'beds' | 'vitals' | 'infusions' | 'commands' | 'pumpHistory' | 'vitalsHistory';
type ValueOf<Table extends Tables> = Ward[Table] extends ReadonlyMap<string, infer Value> ? Value : never;

const TABLE_OF = { pump: 'pumps', bed: 'beds', vitals: 'vitals', infusion: 'infusions' } as const;

/** A ward under change; copies a table only when something in it changes. */
class Draft {
  readonly #copied = new Set<Tables>();
  constructor(public ward: Ward) {}

  take(change: Change): void {
    switch (change.of) {
      case 'pump':
        this.#put('pumps', change.value.serial, change.value);
        this.#noteReading(change.value);
        break;
      case 'bed':
        this.#put('beds', change.value.bed, change.value);
        break;
      case 'vitals':
        this.#put('vitals', change.value.patient, change.value);
        this.#noteVitals(change.value);
        break;
      case 'infusion':
        this.#put('infusions', change.value.id, change.value);
        break;
      case 'command':
        this.#command(change.value);
        break;
      case 'block':
        this.#block(change.value);
        break;
      case 'approval':
        this.ward = { ...this.ward, approvals: this.ward.approvals + 1 };
        break;
      case 'pump-trend':
        this.#put('pumpHistory', change.value.serial, historyOf(change.value));
        break;
      case 'vitals-trend':
        this.#put('vitalsHistory', change.value.patient, signsOf(change.value));
        break;
      case 'gone':
        this.#gone(TABLE_OF[change.kind], change.key);
        break;
      default:
        // A newer gateway may tell of more than this page knows.
        change satisfies never;
    }
  }

  #put<Table extends Tables>(table: Table, key: string, value: ValueOf<Table>): void {
    (this.#own(table) as Map<string, ValueOf<Table>>).set(key, value);
  }

  #gone(table: Tables, key: string): void {
    this.#own(table).delete(key);
  }

  #own(table: Tables): Map<string, unknown> {
    if (!this.#copied.has(table)) {
      this.ward = { ...this.ward, [table]: new Map<string, unknown>(this.ward[table]) };
      this.#copied.add(table);
    }
    return this.ward[table] as Map<string, unknown>;
  }

  #command(command: CommandView): void {
    this.#put('commands', command.commandId, command);
    const commands = this.#own('commands');
    for (const oldest of commands.keys()) {
      if (commands.size <= MOST_COMMANDS) return;
      commands.delete(oldest);
    }
  }

  #block(block: BlockView): void {
    const others = this.ward.blocks.filter(({ number }) => number !== block.number);
    const blocks = [...others, block].sort((a, b) => Number(BigInt(a.number) - BigInt(b.number)));
    this.ward = { ...this.ward, blocks: blocks.slice(-MOST_BLOCKS) };
  }

  #noteReading({ serial, heardAtMs, connected, pressureMmHg, rateMlPerHour }: PumpView): void {
    if (heardAtMs === undefined || !connected) return;
    const before = this.ward.pumpHistory.get(serial);
    const pressure = extended(before?.pressureMmHg, heardAtMs, pressureMmHg);
    const rate = extended(before?.rateMlPerHour, heardAtMs, rateMlPerHour);
    if (before !== undefined && pressure === before.pressureMmHg && rate === before.rateMlPerHour) return;
    this.#put('pumpHistory', serial, { pressureMmHg: pressure, rateMlPerHour: rate });
  }

  #noteVitals({ patient, atMs, signs }: VitalsView): void {
    const before = this.ward.vitalsHistory.get(patient) ?? {};
    const names = new Set([...Object.keys(before), ...Object.keys(signs)]) as Set<VitalSign>;
    const after = Object.fromEntries(
      [...names].map((sign) => [sign, extended(before[sign], atMs, trusted(signs[sign]))]),
    ) as Readonly<Partial<Record<VitalSign, Series>>>;
    if ([...names].every((sign) => after[sign] === before[sign])) return;
    this.#put('vitalsHistory', patient, after);
  }
}

/** A frozen or bad reading is no point of a curve. */
function trusted(reading: VitalsView['signs'][VitalSign]): number | undefined {
  return reading?.quality === 'good' || reading?.quality === 'questionable' ? reading.value : undefined;
}

function historyOf({ startMs, stepMs, pressureMmHg, rateMlPerHour }: PumpTrend): PumpHistory {
  const series = (values: readonly (number | null)[]) => gridSeries(startMs, stepMs, values);
  return { pressureMmHg: series(pressureMmHg), rateMlPerHour: series(rateMlPerHour) };
}

function signsOf({ startMs, stepMs, signs }: VitalsTrend): Readonly<Partial<Record<VitalSign, Series>>> {
  return Object.fromEntries(
    Object.entries(signs).map(([sign, values]) => [sign, gridSeries(startMs, stepMs, values)]),
  );
}

const gridSeries = (startMs: number, stepMs: number, values: readonly (number | null)[]): Series => ({
  atMs: values.map((_, index) => startMs + index * stepMs),
  values,
});

/** The series with one more value; itself when the newest point is younger than a step. What is older than two hours goes. */
export function extended(series: Series | undefined, atMs: number, value: number | undefined): Series {
  const { atMs: times, values } = series ?? { atMs: [], values: [] };
  const newest = times.at(-1);
  if (newest !== undefined && atMs < newest + HISTORY_STEP_MS) return series ?? { atMs: times, values };
  const first = times.findIndex((time) => time >= atMs - HISTORY_MS);
  const from = first === -1 ? times.length : first;
  return { atMs: [...times.slice(from), atMs], values: [...values.slice(from), value ?? null] };
}
