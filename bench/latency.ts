import { setTimeout as pause } from 'node:timers/promises';
import { SiteWatch, type Stack } from '@bcmed/bcmed';
import { adapterStatus, ledgerStatus, withStack } from './bench-stack.ts';
import type { Benchmark, Figure } from './table.ts';

const SECONDS = 30;
const BUSY_PUMPS = 50;
const BUSY_POLL_MS = 100;

/**
 * From the moment at which a reading was handed to the adapter to the moment at which it has checked that the event is in a block that the
 * chain confirmed. Two loads: three pumps of a ward, and 500 readings a second that all yield an event.
 */
export const latency: Benchmark = async ({ say, seconds = SECONDS }) => {
  const calm = await withStack(say, (stack) => measure(stack, { pumps: 3, pollMs: 1_000, seconds, say }));
  const busy = await withStack(say, (stack) =>
    measure(stack, { pumps: BUSY_PUMPS, pollMs: BUSY_POLL_MS, seconds, say }),
  );
  return {
    load: `${seconds} s each: 3 pumps polled every second, and ${BUSY_PUMPS} pumps polled every ${BUSY_POLL_MS} ms; fsync on every append`,
    figures: [...calm, ...busy],
  };
};

interface Load {
  readonly pumps: number;
  readonly pollMs: number;
  readonly seconds: number;
  readonly say: (text: string) => void;
}

async function measure(stack: Stack, { pumps, pollMs, seconds, say }: Load): Promise<Figure[]> {
  await stack.startLedger();
  const lines = await stack.startIcu({ ward: { pumps }, seed: 1, session: 'ward-life' });
  await stack.startAdapter(lines, { POLL_INTERVAL_MS: String(pollMs) });
  await startPumps(stack);
  say('warming up');
  await pause(5_000);
  const watch = new SiteWatch(stack, { latencySamples: 1_000_000 });
  await watch.start();
  say(`${pumps} pumps for ${seconds} s`);
  const first = await stack.events.lastPosition();
  await pause(seconds * 1_000);
  const events = Number((await stack.events.lastPosition()) - first);
  watch.stop();
  const seen = watch.latencyMs();
  const handed = (await adapterStatus(stack)).latencyMs;
  const { anchorMs } = await ledgerStatus(stack);
  const name = `${pumps} pumps`;
  return [
    { what: `${name}: events`, value: events / seconds, unit: 'events/s' },
    {
      what: `${name}: handed → confirmed p50`,
      value: handed?.p50 ?? Number.NaN,
      unit: 'ms',
      comparedWith: 'aim ≤ 25 ms',
    },
    { what: `${name}: handed → confirmed p95`, value: handed?.p95 ?? Number.NaN, unit: 'ms' },
    {
      what: `${name}: handed → confirmed p99`,
      value: handed?.p99 ?? Number.NaN,
      unit: 'ms',
      comparedWith: 'aim ≤ 100 ms',
    },
    { what: `${name}: as the streams tell it, p50`, value: seen?.p50 ?? Number.NaN, unit: 'ms' },
    {
      what: `${name}: of which the anchor, p50`,
      value: anchorMs?.p50 ?? Number.NaN,
      unit: 'ms',
      comparedWith: 'limit of the chain',
    },
  ];
}

/** A held pump shows nothing new: every pump infuses, so that every reading yields an event. */
async function startPumps(stack: Stack): Promise<void> {
  const { url } = stack.service('icu');
  const pumps = (await (await fetch(`${url}/pumps`)).json()) as { serial: string }[];
  for (const { serial } of pumps) {
    for (const action of [{ action: 'set-rate', rateMlPerHour: 120 }, { action: 'start' }]) {
      await fetch(`${url}/pumps/${serial}/actions`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(action),
      });
    }
  }
}
