/**
 * The janitor's own program. It imports nothing of ours, so that it starts from `src/` and from `dist/` alike, costs
 * little, and cannot be broken by a half-finished build. Its standard input is a pipe that only the launcher holds:
 * the end of that pipe is the launcher's death.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

interface Watched {
  readonly pid: number;
  readonly startedAt?: string;
  readonly stopSignal: NodeJS.Signals;
  readonly tier: number;
}
interface Message {
  readonly watch?: Watched;
  readonly forget?: number;
  readonly dismiss?: boolean;
}

const graceMs = Number(process.argv[2] ?? 3_000);
const watched = new Map<number, Watched>();

/** The same question as `isAlive` of process-identity: is it still that very run, and not a zombie or a stranger? */
function isSameRun({ pid, startedAt }: Watched): boolean {
  try {
    if (process.platform !== 'linux') {
      const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], {
        encoding: 'utf8',
      }).trim();
      return !line.startsWith('Z') && line.replace(/^\S+\s+/, '') === startedAt;
    }
    const stat = readFileSync(`/proc/${String(pid)}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] !== 'Z' && fields[19] === startedAt;
  } catch {
    return false;
  }
}

function send(target: Watched, signal: NodeJS.Signals): void {
  if (!isSameRun(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch {
    // It ended between the question and the signal.
  }
}

async function allGone(targets: readonly Watched[], deadlineMs: number): Promise<boolean> {
  const end = performance.now() + deadlineMs;
  while (targets.some(isSameRun)) {
    if (performance.now() > end) return false;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return true;
}

async function endEverything(): Promise<void> {
  const tiers = [...new Set([...watched.values()].map((target) => target.tier))].sort((a, b) => b - a);
  for (const tier of tiers) {
    const targets = [...watched.values()].filter((target) => target.tier === tier);
    for (const target of targets) send(target, target.stopSignal);
    if (await allGone(targets, graceMs)) continue;
    for (const target of targets) send(target, 'SIGKILL');
    await allGone(targets, 1_000);
  }
}

const lines = createInterface({ input: process.stdin });
lines.on('line', (line) => {
  const message = JSON.parse(line) as Message; // only our own launcher can write to this pipe
  if (message.watch !== undefined) watched.set(message.watch.pid, message.watch);
  if (message.forget !== undefined) watched.delete(message.forget);
  if (message.dismiss === true) process.exit(0);
});
lines.on('close', () => {
  void endEverything().then(() => process.exit(0));
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
