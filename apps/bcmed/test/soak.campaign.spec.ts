/**
 * A soak: people order and stop without a pause for BCMED_SOAK_MINUTES (60), nothing is killed; then everything must verify, every command
 * must have come to one end, and no process may have grown without a bound.
 */
import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { BusyWard, expectNothingLost, expectOneEndEach } from './kill-rounds.js';

const MINUTES = z.coerce.number().min(1).max(1_440).default(60).parse(process.env['BCMED_SOAK_MINUTES']);
const SAMPLES = 120;
const PAGE_BYTES = 4_096;
/** Between the second and the last quarter; caches are warm in the second. */
const MOST_GROWTH_MB = 96;

const residentMb = (pid: number): number =>
  (Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]) * PAGE_BYTES) / 1e6;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

describe.skipIf(process.platform !== 'linux')('a ward that is busy for a long time', () => {
  it('loses nothing, and no process of it grows without a bound', async () => {
    const ward = await BusyWard.open();
    const series = new Map<string, number[]>();
    try {
      for (let sample = 0; sample < SAMPLES; sample++) {
        await pause((MINUTES * 60_000) / SAMPLES);
        for (const { name, pid } of ward.stack.backbone.supervisor.status())
          if (pid !== undefined) series.set(name, [...(series.get(name) ?? []), residentMb(pid)]);
      }
      await ward.comeToRest();
      await expectOneEndEach(ward);
      await expectNothingLost(ward.stack);
      const quarter = Math.floor(SAMPLES / 4);
      const growth = [...series].map(
        ([name, values]) =>
          [name, median(values.slice(-quarter)) - median(values.slice(quarter, 2 * quarter))] as const,
      );
      console.log(growth.map(([name, mb]) => `${name} ${mb >= 0 ? '+' : ''}${mb.toFixed(1)} MB`).join(', '));
      expect(growth.filter(([, mb]) => mb > MOST_GROWTH_MB)).toEqual([]);
      expect(ward.stack.backbone.supervisor.status().filter(({ restarts }) => restarts > 0)).toEqual([]);
    } finally {
      await ward.stack.stop();
    }
  });
});
