import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Names one run of one process. A process id alone does not: the kernel gives it to somebody else after the process
 * was reaped, so the moment of its start belongs to the name.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: clock ticks since boot on Linux, a date elsewhere. Absent when the process was already gone. */
  readonly startedAt: string | undefined;
}

interface Snapshot {
  readonly startedAt: string;
  readonly zombie: boolean;
}

/** `/proc/<pid>/stat`: the name in parentheses may hold anything, so fields are counted after the last `)`. */
function snapshotFromProc(pid: number): Snapshot | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state, startTicks] = [fields[0], fields[19]];
    return startTicks === undefined ? undefined : { startedAt: startTicks, zombie: state === 'Z' };
  } catch {
    return undefined;
  }
}

function snapshotFromPs(pid: number): Snapshot | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    if (line === '') return undefined;
    return { startedAt: line.replace(/^\S+\s+/, ''), zombie: line.startsWith('Z') };
  } catch {
    return undefined;
  }
}

function snapshot(pid: number): Snapshot | undefined {
  return process.platform === 'linux' ? snapshotFromProc(pid) : snapshotFromPs(pid);
}

/** Takes the name of a process now. Call it right after the spawn, while the id cannot have been reused. */
export function identityOf(pid: number): ProcessIdentity {
  return { pid, startedAt: snapshot(pid)?.startedAt };
}

/** Tells whether that very run still executes; a zombie does not, and neither does a stranger with its id. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = snapshot(identity.pid);
  return now !== undefined && !now.zombie && now.startedAt === identity.startedAt;
}

/** Sends a signal to that very run, or to nobody. Returns whether there was somebody to send it to. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false;
  try {
    process.kill(identity.pid, signal);
    return true;
  } catch {
    return false;
  }
}
