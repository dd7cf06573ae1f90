import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Stack, type StackOptions, type WardOptions } from '@bcmed/bcmed';
import { z } from 'zod';

export const SITE = 'bench';

/** A site in a temporary folder, without services until the benchmark starts them; gone afterwards, whatever happened. */
export async function withStack<Result>(
  say: (text: string) => void,
  work: (stack: Stack) => Promise<Result>,
): Promise<Result> {
  return inFolder(say, (options) => Stack.open(options), work);
}

/** The same with everything that `npm start` starts. */
export async function withWard<Result>(
  say: (text: string) => void,
  ward: WardOptions,
  work: (stack: Stack) => Promise<Result>,
): Promise<Result> {
  return inFolder(say, (options) => Stack.start(options, ward), work);
}

async function inFolder<Result>(
  say: (text: string) => void,
  open: (options: StackOptions) => Promise<Stack>,
  work: (stack: Stack) => Promise<Result>,
): Promise<Result> {
  const dataDir = mkdtempSync(join(tmpdir(), 'bcmed-bench-'));
  const progress = {
    note: say,
    step: <T>(name: string, _why: string, run: () => Promise<T>) => (say(`start: ${name}`), run()),
  };
  try {
    const stack = await open({ dataDir, siteName: SITE, progress });
    try {
      return await work(stack);
    } finally {
      await stack.stop();
    }
  } finally {
    rmSync(dataDir, { recursive: true, force: true });
  }
}

const quantiles = z.object({ p50: z.number(), p95: z.number(), p99: z.number() });
const ledgerStatusSchema = z.object({
  lastPosition: z.string(),
  waitingLeaves: z.number(),
  lastBlock: z.string(),
  anchorMs: quantiles.nullable(),
});
const adapterStatusSchema = z.looseObject({ outboxDepth: z.number(), latencyMs: quantiles.nullish() });

export async function ledgerStatus(stack: Stack): Promise<z.infer<typeof ledgerStatusSchema>> {
  return ledgerStatusSchema.parse(await readJson(`${stack.service('ledger').url}/status`));
}

export async function adapterStatus(stack: Stack): Promise<z.infer<typeof adapterStatusSchema>> {
  return adapterStatusSchema.parse(await readJson(`${stack.service('pump-adapter').url}/status`));
}

/** A service that is busy may close an idle connection at the very moment at which it is used again: ask once more. */
export async function readJson(url: string): Promise<unknown> {
  try {
    return await (await fetch(url)).json();
  } catch {
    return await (await fetch(url)).json();
  }
}

/** What the kernel says that a process has used. Linux only. */
export function usageOf(pid: number): { readonly cpuSeconds: number; readonly residentMb: number } {
  const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
  const ticks = Number(afterName[11]) + Number(afterName[12]);
  const pages = Number(readFileSync(`/proc/${pid}/statm`, 'utf8').split(' ')[1]);
  return { cpuSeconds: ticks / 100, residentMb: (pages * 4_096) / 1e6 };
}
