import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What must be undone however the tests end; also what `beforeAll` made, for which vitest has no hook. */
const atTheEnd = new Set<() => void>();
process.once('exit', () => {
  for (const undo of atTheEnd) undo();
});

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** What `npm start` runs. */
export const START = fileURLToPath(new URL('../../../tools/start.mjs', import.meta.url));

/** A folder that goes with the test file's process; also usable in beforeAll. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bcmed-e2e-'));
  atTheEnd.add(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** The built command line as a person's shell runs it. */
export class Bcmed {
  readonly child: ChildProcess;
  stdout = '';
  stderr = '';
  readonly exited: Promise<number | null>;

  constructor(args: readonly string[], env: NodeJS.ProcessEnv = {}, program = MAIN) {
    this.child = spawn(process.execPath, [program, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.exited = new Promise((resolve) => this.child.once('exit', (code) => resolve(code)));
    atTheEnd.add(() => this.child.kill('SIGKILL'));
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** Runs a command of `bcmed` to its end. */
export async function bcmed(
  ...args: string[]
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  const run = new Bcmed(args);
  const code = await run.exited;
  return { code, stdout: run.stdout, stderr: run.stderr };
}

/** Command lines of all processes that still work on this folder. Reads /proc, so Linux only; elsewhere asks ps. */
export function processesOn(folder: string): string[] {
  if (process.platform !== 'linux') {
    return execFileSync('ps', ['-axo', 'command'], { encoding: 'utf8' })
      .split('\n')
      .filter((line) => line.includes(folder));
  }
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry) && Number(entry) !== process.pid)
    .flatMap((pid) => {
      try {
        const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
        const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
        return command.includes(folder) || environment.includes(folder) ? [`${pid} ${command}`] : [];
      } catch {
        return [];
      }
    });
}

/** A progress that nobody reads. */
export const SILENT = {
  note: () => undefined,
  step: <T>(_: string, __: string, work: () => Promise<T>) => work(),
};
