import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SetupError } from './terminal.mjs';

export const ROOT = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const BIN = join(ROOT, 'node_modules', '.bin');
const TAIL_LINES = 40;

/** The Node that the packages bring: the one everything but this bootstrap runs on. */
export const PINNED_NODE = join(BIN, 'node');

/** The pinned Node where it exists already, else the one that runs us. */
export function bestNode() {
  return existsSync(PINNED_NODE) ? PINNED_NODE : process.execPath;
}

/** The path of a program that a package brings. */
export function bin(name) {
  return join(BIN, name);
}

/** Our programs find the pinned Node first; colours are asked for only where they will be seen. */
export function environment(extra = {}) {
  return { ...process.env, PATH: [BIN, process.env.PATH].join(delimiter), ...extra };
}

const running = new Set();
const PATIENCE_MS = 10_000;

let leaving = false;

/** Until the application runs, a signal means: stop what you do, and go. A step's command must not go on alone. */
function leave(exitCode) {
  leaving = true;
  for (const child of running) child.kill('SIGTERM');
  const goWhenAlone = () => running.size === 0 && process.exit(exitCode);
  goWhenAlone();
  setInterval(goWhenAlone, 50);
  setTimeout(() => process.exit(exitCode), PATIENCE_MS);
}
const leavers = { SIGINT: () => leave(130), SIGTERM: () => leave(143), SIGHUP: () => leave(129) };
for (const [signal, leaver] of Object.entries(leavers)) process.on(signal, leaver);

/** From here on somebody else answers to signals: the application drains, and we wait for it. */
export function handOverSignals() {
  for (const [signal, leaver] of Object.entries(leavers)) process.off(signal, leaver);
}

/**
 * Runs a command without showing its output, except its last lines when it fails.
 * Resolves to everything it wrote; rejects with a `SetupError` that carries the remedy.
 */
export function runQuietly(command, args, { env, remedy, cwd = ROOT } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: environment(env), stdio: ['ignore', 'pipe', 'pipe'] });
    running.add(child);
    const chunks = [];
    child.stdout.on('data', (chunk) => chunks.push(chunk));
    child.stderr.on('data', (chunk) => chunks.push(chunk));
    child.once('error', (cause) => {
      running.delete(child);
      reject(new SetupError(`${command} could not be started: ${cause.message}`, { remedy, cause }));
    });
    child.once('close', (code, signal) => {
      running.delete(child);
      if (leaving) return; // and nobody waits for the answer
      const output = Buffer.concat(chunks).toString('utf8');
      if (code === 0) return resolve(output);
      const how = signal === null ? `exit code ${code}` : signal;
      const name = [command, ...args].join(' ').replaceAll(`${ROOT}/`, '').replace('node_modules/.bin/', '');
      reject(new SetupError(`\`${name}\` failed (${how})`, { remedy, output: tail(output) }));
    });
  });
}

/** Runs a command that a person watches; resolves to its exit code. */
export function runVisibly(command, args, { env, cwd = ROOT } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env: environment(env),
      stdio: ['ignore', 'inherit', 'inherit'],
    });
    running.add(child);
    child.once('error', reject);
    child.once('exit', (code, signal) => {
      running.delete(child);
      if (leaving) return;
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

function tail(output) {
  return output.trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}
