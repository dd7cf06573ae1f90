import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { usageOf, withWard } from './bench-stack.ts';
import type { Benchmark, Figure } from './table.ts';

const SECONDS = 3_600;
const SAMPLES = 60;
const BEDS = 4;

/**
 * Memory of every process, the launcher among them, and disk of every store, over an hour of what `npm start` runs. A slope is fitted to the second half, when
 * caches are warm, and told for each event.
 */
export const hour: Benchmark = ({ say, seconds = SECONDS }) =>
  withWard(say, { ward: { beds: BEDS }, seed: 1 }, async (stack) => {
    const series: Record<string, number[]> = {};
    const add = (name: string, value: number): void => void (series[name] ??= []).push(value);
    for (let sample = 0; sample < SAMPLES; sample++) {
      await pause((seconds * 1_000) / SAMPLES);
      add('events', Number(await stack.events.lastPosition()));
      add('memory launcher MB', process.memoryUsage().rss / 1e6);
      for (const { name, pid } of stack.backbone.supervisor.status())
        if (pid !== undefined) add(`memory ${name} MB`, usageOf(pid).residentMb);
      for (const folder of ['nats', 'postgres', 'chain', 'services', 'logs'])
        add(`disk ${folder} MB`, sizeOf(join(stack.backbone.dataDir, folder)) / 1e6);
      if (sample % 10 === 9) say(`${Math.round(((sample + 1) / SAMPLES) * 100)} %`);
    }
    const events = series['events'] ?? [];
    const figures = Object.entries(series).flatMap(([name, values]): Figure[] => {
      if (name === 'events') return [{ what: 'events', value: values.at(-1) ?? 0, unit: '' }];
      const bytesPerEvent = slope(events, values) * 1e6;
      return [
        {
          what: name,
          value: values.at(-1) ?? 0,
          unit: 'MB',
          comparedWith: `began ${(values[0] ?? 0).toFixed(1)}, grows ${bytesPerEvent.toFixed(0)} bytes an event in the second half`,
        },
      ];
    });
    return { load: `${seconds} s of ${BEDS} beds with 16 pumps and every service`, figures, series };
  });

/** Least squares over the second half. */
function slope(x: readonly number[], y: readonly number[]): number {
  const from = Math.floor(x.length / 2);
  const points = x.slice(from).map((value, index) => [value, y[from + index] ?? 0] as const);
  const mean = (pick: 0 | 1): number => points.reduce((sum, point) => sum + point[pick], 0) / points.length;
  const [meanX, meanY] = [mean(0), mean(1)];
  const covariance = points.reduce((sum, [a, b]) => sum + (a - meanX) * (b - meanY), 0);
  const variance = points.reduce((sum, [a]) => sum + (a - meanX) ** 2, 0);
  return variance === 0 ? 0 : covariance / variance;
}

function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .reduce((sum, entry) => sum + sizeOfFile(join(entry.parentPath, entry.name)), 0);
}

/** A file may vanish between the listing and the look. */
function sizeOfFile(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
