import { execFile, spawnSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { expect } from 'vitest';

const ROOT = join(import.meta.dirname, '..', '..');
const EXAMPLES = join(ROOT, 'docs', 'examples');

/** How a program of the guide ended, and what it said. */
export interface Outcome {
  readonly code: number;
  readonly said: string;
}

/** Runs one of the programs of the guide with `node`, `bash` or `python3`. */
export function run(interpreter: string, program: string, ...args: readonly string[]): Promise<Outcome> {
  const command = interpreter === 'node' ? process.execPath : interpreter;
  return new Promise((resolve) => {
    execFile(command, [join(EXAMPLES, program), ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? 1), said: `${stdout}${stderr}`.trim() });
    });
  });
}

/** Whether this machine can run something at all. */
export function canRun(command: string, ...args: readonly string[]): boolean {
  return spawnSync(command, args).status === 0;
}

/** The program must have ended with 1 and this reason, and not have believed anything. */
export function expectRefusal({ code, said }: Outcome, reason: RegExp): void {
  expect(said).toMatch(reason);
  expect(code).toBe(1);
}

/** A command of a document and what the document says that it prints. */
export interface ConsoleExample {
  /** With the changes of folder before it; from the root of the repository. */
  readonly command: string;
  readonly says: string;
}

/** The indented blocks of a document whose commands begin with `$`; a command with no answer is a change of folder. */
export function consoleExamples(document: string): ConsoleExample[] {
  return [...document.matchAll(/(?:^ {4}.*\n)+/gm)].flatMap(([block]) => {
    let before = '';
    return block
      .split(/^ {4}\$ /m)
      .slice(1)
      .flatMap((part): ConsoleExample[] => {
        const [command = '', ...lines] = part.trimEnd().split('\n');
        if (lines.length === 0) {
          before += `${command} && `;
          return [];
        }
        return [{ command: `${before}${command}`, says: lines.map((line) => line.trim()).join('\n') }];
      });
  });
}

/** What a command line prints, whether or not it succeeds. `node` is the node that runs the tests. */
export function shell(command: string): Promise<string> {
  const env = { ...process.env, PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` };
  return new Promise((resolve) => {
    execFile('bash', ['-c', command], { cwd: ROOT, env }, (_, stdout, stderr) => {
      resolve(`${stdout}${stderr}`.trim());
    });
  });
}
