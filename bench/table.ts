/** One line of a result: what was measured, and what it is to be compared with. */
export interface Figure {
  readonly what: string;
  readonly value: number;
  readonly unit: string;
  /** The aim, or the limit measured in the same run. */
  readonly comparedWith?: string;
}

export interface BenchmarkResult {
  /** Conditions that a reader must know to compare. */
  readonly load: string;
  readonly figures: readonly Figure[];
  /** Series over time, for plots. */
  readonly series?: Readonly<Record<string, readonly number[]>>;
}

export type Benchmark = (options: {
  readonly say: (text: string) => void;
  readonly seconds?: number;
}) => Promise<BenchmarkResult>;

export function renderTable(name: string, machine: object, { load, figures }: BenchmarkResult): string {
  const rows = figures.map(
    ({ what, value, unit, comparedWith }) => [what, `${round(value)} ${unit}`, comparedWith ?? ''] as const,
  );
  const widths = [0, 1].map((column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lines = rows.map(([what, value, compared]) =>
    `  ${what.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)}  ${compared}`.trimEnd(),
  );
  return [`${name}: ${load}`, `  on ${Object.values(machine).join(', ')}`, '', ...lines, ''].join('\n');
}

export function round(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}
