import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AlarmListener } from '../src/shift/alarm-listener.js';
import { Stack } from '../src/stack/stack.js';
import { SiteVerifier } from '../src/verify/site-verifier.js';
import { SILENT, temporaryFolder } from './harness.js';
import { ToldAlarms, highTruth, type TrueCondition } from './hour-truth.js';
import { FINAL_OUTCOMES, WardOrders, outcomesOf, stopPumps, wholeStream } from './ward-orders.js';

/**
 * An hour of the ward in two minutes. On virtual time: pumps, syringes, lines, patients, faults and those who put them right, and the
 * pumps' watchdog of 15 s, which is half a second here. On the clock of the wall: everything that is ours, that is polls and their
 * time-outs, expiries of orders, delays and escalations of alarms, sessions, blocks, and the samples of the monitors.
 */
const SPEED = 30;
const HOUR_MS = 3_600_000;
const POLL_INTERVAL_MS = 150;
const ORDER_EVERY_MS = 2_500;
/** A condition that is gone after a few polls may be over before a busy machine looks; it is counted and not demanded. */
const SEEN_AFTER_MS = 10 * POLL_INTERVAL_MS;
const FAULTS = fileURLToPath(new URL('./hour-faults.yaml', import.meta.url));
const UNPLUGGED = { pump: '8002-60031', condition: 'cannot-monitor' };

let stack: Stack;
let console_: AlarmListener;
let orders: WardOrders;
let beganMs: number;

const virtualMs = async (): Promise<number> => {
  const response = await fetch(`${stack.service('icu').url}/health`);
  return ((await response.json()) as { virtualMs: number }).virtualMs;
};

beforeAll(async () => {
  stack = await Stack.start(
    {
      dataDir: temporaryFolder(),
      siteName: 'hour',
      progress: SILENT,
      env: { POLL_INTERVAL_MS: String(POLL_INTERVAL_MS) },
    },
    {
      ward: { beds: 4 },
      seed: 11,
      speed: SPEED,
      faults: FAULTS,
      backgroundFaults: 4,
      vitalsEverySeconds: 1,
    },
  );
  orders = await WardOrders.begin(stack);
  const pass = await orders.cast.member('nurse').pass(stack.service('access').url);
  console_ = await AlarmListener.open(stack.service('alarms').url, pass);
  beganMs = Date.now();
});
afterAll(async () => {
  console_.close();
  await stack.stop();
});

describe('an hour of the whole ward', () => {
  it(
    'raises and delivers every high condition, carries out every order once and every stop, and leaves a log that verifies',
    { timeout: 300_000 },
    async () => {
      orders.start(ORDER_EVERY_MS);
      await pause(HOUR_MS / SPEED - (await virtualMs()) / SPEED);
      await orders.end();
      const endedMs = Date.now();
      const truth = (await highTruth(stack, SPEED)).filter(({ fromMs }) => fromMs >= beganMs);
      const lasting = truth.filter(
        ({ fromMs, toMs }) => Math.min(toMs, endedMs) - fromMs >= SEEN_AFTER_MS && fromMs < endedMs,
      );

      // What was still on its way when the hour ended arrives: alarms with their receipts, and what became of the last orders.
      let events = await wholeStream(stack);
      const missing = (): TrueCondition[] => {
        const told = new ToldAlarms(events);
        return lasting.filter((one) => !told.cover(one));
      };
      const open = (): string[] =>
        orders.commands
          .map((command) => `${command.action} ${outcomesOf(events, command).join()}`)
          .filter((said) => !FINAL_OUTCOMES.some((outcome) => said.endsWith(` ${outcome}`)));
      await expect
        .poll(
          async () => {
            events = await wholeStream(stack);
            return { missing: missing(), open: open() };
          },
          { timeout: 30_000, interval: 1_000 },
        )
        .toEqual({ missing: [], open: [] });

      const told = new ToldAlarms(events);
      expect(lasting.length).toBeGreaterThan(2);
      expect(new Set(lasting.map(({ condition }) => condition)).size).toBeGreaterThan(1);
      expect(told.told).toContainEqual(expect.objectContaining({ ...UNPLUGGED, priority: 'high' }));

      const stops = orders.commands.filter(({ action }) => action === 'stop');
      expect(orders.refused.filter((text) => text.startsWith('stop'))).toEqual([]);
      expect(stops.map((stop) => outcomesOf(events, stop).join())).toEqual(stops.map(() => 'executed'));
      expect(stops.length).toBeGreaterThan(5);
      const rates = orders.commands.filter(({ action }) => action === 'set-rate');
      const executed = rates.filter((rate) => outcomesOf(events, rate).join() === 'executed');
      expect(executed.length).toBeGreaterThan(5);

      await stopPumps(stack);
      const verifier = new SiteVerifier(stack);
      const report = await verifier.verifyAll('newest');
      expect(report, verifier.summary).toMatchObject({ verified: true, rejected: {}, openSenderGaps: 0 });
      const { done, refused } = (await (await fetch(`${stack.service('icu').url}/faults`)).json()) as {
        done: number;
        refused: unknown[];
      };
      console.log(
        [
          `an hour at ${SPEED} times the speed: ${events.length} events in ${report?.blocks ?? 0n} blocks`,
          `${done} faults (${refused.length} could not happen), ${truth.length} high conditions, ${lasting.length} of them longer than ${SEEN_AFTER_MS} ms`,
          `${truth.filter((one) => told.cover(one)).length} high conditions raised and delivered, ${told.told.length} alarms in all`,
          `${executed.length} of ${rates.length} orders and ${stops.length} of ${stops.length} stops executed, ${orders.refused.length} orders refused: ${[...new Set(orders.refused)].join('; ') || 'none'}`,
        ].join('\n'),
      );
    },
  );
});
