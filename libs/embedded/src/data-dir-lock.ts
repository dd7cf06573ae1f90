import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DataDirInUseError } from './errors.js';

/** Who works on a data folder, as the one who was refused is told. */
export interface DataDirHolder {
  readonly pid: number;
  readonly since: string;
  readonly command: string;
}

/** The right to be the only one on a data folder. */
export interface DataDirLock {
  release(): void;
}

/**
 * Makes this process the only one that works on a data folder, or throws `DataDirInUseError` that says who does.
 *
 * The lock is one of the kernel (that of an SQLite transaction that never ends), so it vanishes with its process, also
 * when that is killed, and is never stale. The note about the holder beside it is for people only.
 * Demands a local file system: on a network share the kernel's locks may mean nothing.
 */
export function lockDataDir(dir: string): DataDirLock {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const note = join(dir, 'in-use.json');
  const database = new DatabaseSync(join(dir, 'in-use.lock'));
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    throw new DataDirInUseError(`${dir} is in use by ${describe(readHolder(note))}`, { cause });
  }
  const holder: DataDirHolder = {
    pid: process.pid,
    since: new Date().toISOString(),
    command: process.argv.slice(1).join(' '),
  };
  writeFileSync(note, `${JSON.stringify(holder)}\n`);
  let held = true;
  return {
    release() {
      if (!held) return;
      held = false;
      rmSync(note, { force: true });
      database.close();
    },
  };
}

function describe(holder: DataDirHolder | undefined): string {
  if (holder === undefined) return 'another process';
  return `process ${holder.pid} since ${holder.since}: ${holder.command}`;
}

function readHolder(note: string): DataDirHolder | undefined {
  try {
    const parsed: unknown = JSON.parse(readFileSync(note, 'utf8'));
    return isHolder(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function isHolder(value: unknown): value is DataDirHolder {
  if (typeof value !== 'object' || value === null) return false;
  const fields = new Map(Object.entries(value));
  return typeof fields.get('pid') === 'number' && typeof fields.get('since') === 'string';
}
