import { setTimeout as pause } from 'node:timers/promises';
import type { Stack } from '@bcmed/bcmed';
import { usageOf, withStack } from './bench-stack.ts';
import type { Benchmark, Figure } from './table.ts';

const SECONDS = 30;

/** Processor time and memory of the adapter that polls 3 and 64 pumps every second. */
export const adapter: Benchmark = async ({ say, seconds = SECONDS }) => {
  const few = await withStack(say, (stack) => measure(stack, 3, seconds, say));
  const many = await withStack(say, (stack) => measure(stack, 64, seconds, say));
  return {
    load: `each pump polled every second for ${seconds} s, ward life at the pumps`,
    figures: [...few, ...many],
  };
};

async function measure(
  stack: Stack,
  pumps: number,
  seconds: number,
  say: (text: string) => void,
): Promise<Figure[]> {
  await stack.startLedger();
  await stack.startAdapter(await stack.startIcu({ ward: { pumps }, seed: 1, session: 'ward-life' }));
  await pause(5_000);
  const { pid } = stack.service('pump-adapter');
  const before = usageOf(pid);
  say(`${pumps} pumps for ${seconds} s`);
  await pause(seconds * 1_000);
  const after = usageOf(pid);
  return [
    {
      what: `${pumps} pumps: processor`,
      value: ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100,
      unit: '% of one',
    },
    { what: `${pumps} pumps: memory`, value: after.residentMb, unit: 'MB' },
  ];
}
