import { setTimeout as pause } from 'node:timers/promises';
import {
  CommandAuthorised,
  CommandFailed,
  StopOrdered,
  isEvent,
  pumpOrderText,
  type StreamEvent,
} from '@bcmed/events';
import { expect } from 'vitest';
import { z } from 'zod';
import { ask } from '../src/shift/ask.js';
import { Cast } from '../src/shift/cast.js';
import { SiteVerifier, Stack } from '../src/index.js';
import { SILENT, temporaryFolder } from './harness.js';
import {
  FINAL_OUTCOMES,
  WardOrders,
  outcomesOf,
  stopPumps,
  wholeStream,
  type Command,
} from './ward-orders.js';

/** Everything that may be killed in the middle of its work. */
export const VICTIMS = [
  'pump-adapter',
  'ledger',
  'audit',
  'access',
  'dosing',
  'alarms',
  'console',
  'nats-server',
  'postgres',
  'anvil',
] as const;
export type Victim = (typeof VICTIMS)[number];

const POLLS = { POLL_INTERVAL_MS: '500', RESEND_AFTER_MS: '2000' };
const ORDER_EVERY_MS = 300;
const BACK_WITHIN_MS = 60_000;

/** A ward of four beds on which people order and stop without a pause. */
export class BusyWard {
  private constructor(
    readonly stack: Stack,
    readonly orders: WardOrders,
  ) {}

  static async open(): Promise<BusyWard> {
    const stack = await Stack.start(
      { dataDir: temporaryFolder(), siteName: 'kill', progress: SILENT, env: POLLS },
      { ward: { beds: 4 }, seed: 7 },
    );
    try {
      const orders = await WardOrders.begin(stack);
      orders.start(ORDER_EVERY_MS);
      return new BusyWard(stack, orders);
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /**
   * Kills one process as a power cut would, with orders in flight, and waits until it is back, an order that was placed after it was
   * taken, and an event that is newer than the kill is confirmed.
   */
  async killOnce(victim: Victim): Promise<void> {
    const { stack, orders } = this;
    const status = () => stack.backbone.supervisor.status().find(({ name }) => name === victim);
    const before = status();
    if (before?.pid === undefined) throw new Error(`${victim} does not run`);
    process.kill(before.pid, 'SIGKILL');
    const patience = { timeout: BACK_WITHIN_MS, interval: 100 };
    await expect
      .poll(() => status(), patience)
      .toMatchObject({ state: 'running', restarts: before.restarts + 1 });
    const position = await eventually(() => stack.events.lastPosition());
    const commands = orders.commands.length;
    await expect.poll(() => orders.commands.length, patience).toBeGreaterThan(commands + 1);
    await expect.poll(() => confirmedPosition(stack), patience).toBeGreaterThan(position + 3n);
  }

  /** People put their pens down, hands stop the pumps, and everything that was on its way arrives. */
  async comeToRest(): Promise<void> {
    await this.orders.end();
    await stopPumps(this.stack);
    // Monitors and alarms go on: at rest is what people and pumps had to do with.
    const patience = { timeout: 2 * BACK_WITHIN_MS, interval: 500 };
    await expect
      .poll(async () => ({ open: await openCommands(this.stack), ...(await statusOf(this.stack)) }), patience)
      .toMatchObject({ open: [], outboxDepth: 0, refused: 0 });
  }
}

/** Commands that have come to no end yet. */
async function openCommands(stack: Stack): Promise<readonly string[]> {
  const events = await wholeStream(stack);
  return commandsOf(events)
    .filter((command) => !FINAL_OUTCOMES.includes(outcomesOf(events, command).join()))
    .map(({ id, action }) => `${action} ${id}`);
}

/**
 * Every command of the stream came to one end: it was executed, it failed, or nobody knew and a reading of the pump told. The pump got
 * the frame of an order exactly once when the stream says that it was executed, at most once when nobody knew, and never when it
 * failed; a rate comes again after forty orders, so frames are counted for each rate. No stop was refused or failed.
 */
export async function expectOneEndEach({ stack, orders }: BusyWard): Promise<void> {
  const events = await wholeStream(stack);
  const commands = commandsOf(events);
  const ended = commands.map((command) => [command, outcomesOf(events, command).join()] as const);
  const without = ended.filter(([, outcome]) => !FINAL_OUTCOMES.includes(outcome));
  expect(without.map(([{ action }, outcome]) => `${action}: ${outcome}`)).toEqual([]);
  const known = new Set(commands.map(({ id }) => id));
  expect(orders.commands.filter(({ id }) => !known.has(id))).toEqual([]);
  expect(orders.refused.filter((text) => text.startsWith('stop'))).toEqual([]);
  expect(ended.filter(([{ action }, outcome]) => action === 'stop' && outcome === 'failed')).toEqual([]);

  const written = await framesOf(stack, new Set(commands.map(({ pump }) => pump)));
  const rates = ended.filter(([{ action }]) => action === 'set-rate');
  for (const [{ frame, pump }] of rates) {
    const times = written.filter((one) => one === `${pump} ${frame}`).length;
    const same = rates.filter(([command]) => command.frame === frame).map(([, outcome]) => outcome);
    const executed = same.filter((outcome) => outcome === 'executed').length;
    const failed = same.filter((outcome) => outcome === 'failed').length;
    expect(times, `${frame}: ${same.join()}`).toBeGreaterThanOrEqual(executed);
    expect(times, `${frame}: ${same.join()}`).toBeLessThanOrEqual(same.length - failed);
  }
  const count = (outcome: string): number => ended.filter(([, one]) => one === outcome).length;
  const reasons = events.filter((event) => isEvent(event, CommandFailed)).map(({ data }) => data.reason);
  console.log(
    `${rates.length} orders and ${ended.length - rates.length} stops: ${FINAL_OUTCOMES.map((one) => `${count(one)} ${one}`).join(', ')}; failed for ${[...new Set(reasons)].join(', ') || 'nothing'}; ${orders.refused.length} orders refused`,
  );
  expect(count('executed')).toBeGreaterThan(ended.length / 2);
}

function commandsOf(events: readonly StreamEvent[]): Command[] {
  const commands = new Map<string, Command>();
  for (const event of events) {
    if (!isEvent(event, CommandAuthorised) && !isEvent(event, StopOrdered)) continue;
    const order = pumpOrderText.parse(JSON.parse(event.data.order.text));
    if (order.action !== 'set-rate' && order.action !== 'stop') continue;
    const frame =
      order.action === 'stop' ? 'INF_STOP' : `INF_RATE^${order.rateMlPerHour?.toFixed(2) ?? ''}^ml/h`;
    commands.set(event.id, { id: event.id, pump: order.pump, action: order.action, frame });
  }
  return [...commands.values()];
}

const frames = z.array(z.object({ text: z.string() }));

async function framesOf(stack: Stack, pumps: ReadonlySet<string>): Promise<string[]> {
  const { url } = stack.service('icu');
  const of = async (pump: string): Promise<string[]> =>
    (await ask(frames, `${url}/pumps/${pump}/frames`)).map(({ text }) => `${pump} ${text}`);
  return (await Promise.all([...pumps].map(of))).flat();
}

const adapterStatus = z.looseObject({ outboxDepth: z.number(), refused: z.number() });

const statusOf = (stack: Stack): Promise<z.infer<typeof adapterStatus>> =>
  ask(adapterStatus, `${stack.service('pump-adapter').url}/status`);

/** A server that was killed a moment ago may not answer the first question. */
async function eventually<T>(question: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await question();
    } catch (error) {
      if (attempt > 50) throw error;
      await pause(100);
    }
  }
}

async function confirmedPosition(stack: Stack): Promise<bigint> {
  try {
    const response = await fetch(`${stack.service('ledger').url}/status`);
    const { lastPosition, waitingLeaves } = (await response.json()) as {
      lastPosition: string;
      waitingLeaves: number;
    };
    return BigInt(lastPosition) - BigInt(waitingLeaves);
  } catch {
    return 0n;
  }
}

/**
 * Nothing was lost: the adapter has nothing left that no block holds, no sender's chain has a hole, everything verifies, and the audit
 * service, asked over HTTP, found the same.
 */
export async function expectNothingLost(stack: Stack): Promise<void> {
  const verifier = new SiteVerifier(stack);
  const report = await verifier.verifyAll();
  expect(report, verifier.summary).toMatchObject({ verified: true, differences: [], openSenderGaps: 0 });
  const isOdd = (reason: string): boolean => reason !== 'duplicate-event';
  expect(Object.keys(report?.rejected ?? {}).filter(isOdd)).toEqual([]);
  const audited = await verifiedByAudit(stack);
  expect(audited).toMatchObject({ verified: true, differences: [], openSenderGaps: 0 });
  expect(audited.lastPosition).toBeGreaterThanOrEqual(Number(report?.lastPosition));
  expect(Object.keys(audited.rejected).filter(isOdd)).toEqual([]);
}

const auditReport = z.looseObject({
  verified: z.boolean(),
  lastPosition: z.number(),
  rejected: z.record(z.string(), z.number()),
});
const verification = z.object({ id: z.string(), status: z.string(), report: auditReport.nullable() });

async function verifiedByAudit(stack: Stack): Promise<z.infer<typeof auditReport>> {
  const { url } = stack.service('audit');
  const access = stack.service('access').url;
  const auditor = (await Cast.load(access)).member('auditor');
  const session = await auditor.signIn(access);
  const pass = () => auditor.pass(access, session);
  let shown = await ask(verification, `${url}/verifications`, {}, await pass());
  while (shown.status === 'queued' || shown.status === 'running') {
    await pause(250);
    shown = await ask(verification, `${url}/verifications/${shown.id}`, undefined, await pass());
  }
  if (!shown.report) throw new Error(`the audit service says ${shown.status} and reports nothing`);
  return shown.report;
}
