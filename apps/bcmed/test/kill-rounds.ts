import { setTimeout as pause } from 'node:timers/promises';
import { expect } from 'vitest';
import { SiteVerifier, Stack } from '../src/index.js';
import { SILENT, temporaryFolder } from './harness.js';

/** Everything that may be killed in the middle of its work. */
export const VICTIMS = [
  'pump-adapter',
  'ledger',
  'audit',
  'access',
  'dosing',
  'alarms',
  'nats-server',
  'postgres',
  'anvil',
] as const;
export type Victim = (typeof VICTIMS)[number];

const QUICK_POLL = { POLL_INTERVAL_MS: '200', RESEND_AFTER_MS: '2000' };
const BACK_WITHIN_MS = 40_000;

/** A stack of three busy pumps. */
export async function busyStack(): Promise<Stack> {
  const stack = await Stack.open({ dataDir: temporaryFolder(), siteName: 'kill', progress: SILENT });
  await stack.startLedger();
  await stack.startAdapter(
    await stack.startIcu({ ward: { pumps: 3 }, seed: 7, session: 'ward-life' }),
    QUICK_POLL,
  );
  await Promise.all([stack.startAudit(), stack.startAccess(), stack.startDosing(), stack.startAlarms()]);
  return stack;
}

interface AdapterStatus {
  readonly outboxDepth: number;
  readonly refused: number;
}

async function statusOf(stack: Stack): Promise<AdapterStatus> {
  const response = await fetch(`${stack.service('pump-adapter').url}/status`);
  return (await response.json()) as AdapterStatus;
}

/** Kills one process as a power cut would, and waits until it is back and an event that is newer than the kill is confirmed. */
export async function killOnce(stack: Stack, victim: Victim): Promise<void> {
  const status = () => stack.backbone.supervisor.status().find(({ name }) => name === victim);
  const before = status();
  if (before?.pid === undefined) throw new Error(`${victim} does not run`);
  process.kill(before.pid, 'SIGKILL');
  await expect
    .poll(() => status(), { timeout: BACK_WITHIN_MS, interval: 50 })
    .toMatchObject({ state: 'running', restarts: before.restarts + 1 });
  const position = await eventually(() => stack.events.lastPosition());
  await expect
    .poll(() => confirmedPosition(stack), { timeout: BACK_WITHIN_MS, interval: 100 })
    .toBeGreaterThan(position + 3n);
}

/** A server that was killed a moment ago may not answer the first question. */
async function eventually<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await ask();
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

/** Nothing was lost: the adapter has nothing left that no block holds, no sender's chain has a hole, and everything verifies. */
export async function expectNothingLost(stack: Stack): Promise<void> {
  await fetch(`${stack.service('icu').url}/sessions`, { method: 'DELETE' });
  await expect
    .poll(async () => (await statusOf(stack)).outboxDepth, { timeout: BACK_WITHIN_MS, interval: 100 })
    .toBeLessThanOrEqual(3);
  expect((await statusOf(stack)).refused).toBe(0);
  const verifier = new SiteVerifier(stack);
  const report = await verifier.verifyAll();
  expect(report, verifier.summary).toMatchObject({ verified: true, differences: [], openSenderGaps: 0 });
  expect(Object.keys(report?.rejected ?? {}).filter((reason) => reason !== 'duplicate-event')).toEqual([]);
}
