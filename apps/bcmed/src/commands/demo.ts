import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager } from '@nats-io/jetstream';
import { reportToJson, type VerificationReport } from '@bcmed/verification';
import { PumpAlarmRaised, isEvent, parseEvent } from '@bcmed/events';
import { subjects } from '@bcmed/event-log';
import type { Quantiles } from '@bcmed/telemetry';
import { z } from 'zod';
import { playSession, type PlayedSession } from '../demo/session.js';
import { shortcomings } from '../demo/verdict.js';
import { StackError } from '../errors.js';
import { Shift, type ShiftStep } from '../shift/shift.js';
import { SiteWatch } from '../live/site-watch.js';
import { terminalProgress, type Progress } from '../stack/progress.js';
import { Stack } from '../stack/stack.js';
import { SiteVerifier } from '../verify/site-verifier.js';
import { until, whenAskedToLeave } from './leaving.js';

export interface DemoOptions {
  readonly seconds: number;
  readonly seed: number;
  readonly json: boolean;
  /** Keep the data here instead of in a temporary folder. */
  readonly data?: string;
}

/** What a scripted session came to. */
export interface DemoSummary {
  readonly events: number;
  readonly blocks: number;
  readonly rejected: number;
  readonly verified: boolean;
  /** From the reading at the pump to the storage of the confirmation. */
  readonly latencyMs: Quantiles | null;
  /** Disk of both streams, for each event of EVENTS. */
  readonly bytesPerEvent: number;
  /** How often each type of event stands on the stream. */
  readonly types: Readonly<Record<string, number>>;
  /** How often the pumps raised each of their alarms, by the vendor's code. */
  readonly pumpAlarms: Readonly<Record<string, number>>;
  /** How the scripted session at the pumps ended. */
  readonly session: PlayedSession;
  /** What every service did when people acted. */
  readonly shift: readonly ShiftStep[];
  readonly verification: Record<string, unknown>;
  /** What was not as the script expects it; the demonstration succeeded when this is empty. */
  readonly shortcomings: readonly string[];
}

const BEDS = 4;
const SETTLE_DEADLINE_MS = 30_000;
const LOOK_AGAIN_MS = 100;

/**
 * `bcmed demo`: a fresh stack, one scripted session at the pumps' front panels and a short shift through the services, everything
 * settled and verified. Resolves to whether
 * the session came to its end, every step of it was taken and showed, nothing was refused and everything verified; the exit code says
 * the same. Throws InterruptedError when somebody did not wait for that.
 */
export async function demo(options: DemoOptions): Promise<boolean> {
  const leaving = whenAskedToLeave();
  const terminal = terminalProgress();
  const progress = until(leaving, terminal);
  const dataDir = options.data ?? mkdtempSync(join(tmpdir(), 'bcmed-demo-'));
  try {
    const stack = await Stack.start(
      { dataDir, siteName: 'demo', progress },
      { ward: { beds: BEDS }, seed: options.seed },
    );
    try {
      leaving.throwIfAborted();
      const summary = await watched(stack, (watch) => perform({ stack, watch, options, progress, leaving }));
      leaving.throwIfAborted();
      if (options.json) process.stdout.write(`${JSON.stringify(summary)}\n`);
      else process.stdout.write(`${asText(summary)}\n`);
      return summary.shortcomings.length === 0;
    } finally {
      await terminal.step('drain', 'everything ends', () => stack.stop());
    }
  } finally {
    if (options.data === undefined) rmSync(dataDir, { recursive: true, force: true });
  }
}

/** Watches the site for as long as the work takes, however it ends. */
async function watched<Result>(stack: Stack, work: (watch: SiteWatch) => Promise<Result>): Promise<Result> {
  const watch = new SiteWatch(stack, { latencySamples: 1_000_000 });
  await watch.start();
  try {
    return await work(watch);
  } finally {
    watch.stop();
  }
}

interface Stage {
  readonly stack: Stack;
  readonly watch: SiteWatch;
  readonly options: DemoOptions;
  readonly progress: Progress;
  readonly leaving: AbortSignal;
}

async function perform({ stack, watch, options, progress, leaving }: Stage): Promise<DemoSummary> {
  const shift = await progress.step(
    'shift',
    'orders, a second signature, ten times the dose, an occlusion, a revocation, a stop: through every service',
    () => Shift.play(stack, leaving),
  );
  const session = await progress.step(
    'session',
    `${options.seconds} s at the pumps: start, rate change, pause, bolus, occlusion, syringe change, near end`,
    () => playSession(stack, options.seconds, leaving),
  );
  await progress.step('settle', 'waits until every event is in a confirmed block', () =>
    settle(stack, leaving),
  );
  const verifier = new SiteVerifier(stack);
  leaving.addEventListener('abort', () => verifier.stop(), { once: true });
  const report = await progress.step(
    'verification',
    'recomputes every seal, leaf, root and link, compares with the chain',
    () => verifier.verifyAll(),
  );
  leaving.throwIfAborted();
  if (!report) throw new StackError(`the verification did not come to an end: ${verifier.summary}`);
  return summarise(stack, watch, { report, shift, session });
}

const adapterStatus = z.looseObject({ outboxDepth: z.number() });
const ledgerStatus = z.looseObject({ lastPosition: z.string(), waitingLeaves: z.number() });

/**
 * The adapter has nothing left to send, and the newest block holds the newest event. Pumps go on being sampled meanwhile, so a small outbox
 * that never quite empties is calm enough once everything else is.
 */
async function settle(stack: Stack, signal: AbortSignal): Promise<void> {
  const deadline = performance.now() + SETTLE_DEADLINE_MS;
  for (let calm = 0; calm < 3;) {
    signal.throwIfAborted();
    const { outboxDepth } = adapterStatus.parse(
      await readJson(`${stack.service('pump-adapter').url}/status`),
    );
    const { lastPosition, waitingLeaves } = ledgerStatus.parse(
      await readJson(`${stack.service('ledger').url}/status`),
    );
    const behind = (await stack.events.lastPosition()) - BigInt(lastPosition);
    calm = outboxDepth <= 3 && waitingLeaves === 0 && behind <= 0n ? calm + 1 : 0;
    if (performance.now() > deadline) {
      throw new StackError(
        `not everything was confirmed in time: ${outboxDepth} events wait at the adapter, ${waitingLeaves} leaves at the ledger`,
      );
    }
    await pause(LOOK_AGAIN_MS);
  }
}

async function readJson(url: string): Promise<unknown> {
  return (await fetch(url)).json();
}

interface Played {
  readonly report: VerificationReport;
  readonly shift: readonly ShiftStep[];
  readonly session: PlayedSession;
}

async function summarise(
  stack: Stack,
  watch: SiteWatch,
  { report, shift, session }: Played,
): Promise<DemoSummary> {
  const manager = await jetstreamManager(stack.events.connection);
  const [events, blocks] = await Promise.all(
    ['EVENTS', 'BLOCKS'].map(async (name) => (await manager.streams.info(name)).state),
  );
  if (!events || !blocks) throw new StackError('the streams are gone');
  const seen = {
    rejected: Object.values(report.rejected).reduce((sum, count) => sum + count, 0),
    verified: report.verified,
    latencyMs: watch.latencyMs(),
    ...(await countEvents(stack)),
    session,
  };
  return {
    events: events.messages,
    blocks: blocks.messages,
    ...seen,
    bytesPerEvent: Math.round((events.bytes + blocks.bytes) / Math.max(1, events.messages)),
    shift,
    verification: reportToJson(report),
    shortcomings: shortcomings(seen),
  };
}

async function countEvents(stack: Stack): Promise<Pick<DemoSummary, 'types' | 'pumpAlarms'>> {
  const types: Record<string, number> = {};
  const pumpAlarms: Record<string, number> = {};
  const count = (counts: Record<string, number>, name: string): void =>
    void (counts[name] = (counts[name] ?? 0) + 1);
  for await (const { body } of stack.events.readSubject(subjects.events(stack.site.site))) {
    const parsed = parseEvent(body);
    if (!parsed.ok) continue;
    count(types, parsed.event.type);
    if (isEvent(parsed.event, PumpAlarmRaised)) count(pumpAlarms, parsed.event.data.vendorCode);
  }
  return { types, pumpAlarms };
}

function asText(summary: DemoSummary): string {
  const { latencyMs, session } = summary;
  const types = Object.entries(summary.types).sort(([, a], [, b]) => b - a);
  return [
    ...summary.shortcomings.map((text) => `NOT AS IT MUST BE: ${text}`),
    `${summary.verified ? 'VERIFIED' : 'NOT VERIFIED'}: ${summary.events} events in ${summary.blocks} blocks, ${summary.rejected} rejected`,
    `session at the pumps: ${session.state}, ${session.steps} steps, ${session.refused.length} refused`,
    latencyMs
      ? `latency event → confirmed on chain: p50 ${latencyMs.p50} ms, p95 ${latencyMs.p95} ms, p99 ${latencyMs.p99} ms`
      : 'latency event → confirmed on chain: ---',
    `${summary.bytesPerEvent} bytes on disk for each event`,
    'the shift:',
    ...summary.shift.map(({ step, said, tookMs }) => `  ${String(tookMs).padStart(6)} ms  ${step}: ${said}`),
    ...types.map(([type, count]) => `  ${String(count).padStart(6)}  ${type}`),
  ].join('\n');
}
