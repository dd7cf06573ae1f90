import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { environment, handOverSignals, PINNED_NODE, ROOT } from './commands.mjs';
import { SetupError } from './terminal.mjs';

const MAIN = join(ROOT, 'apps', 'bcmed', 'dist', 'main.js');
const ONE_PRESS_MS = 1_000;
const LOOK_AT_NPM_EVERY_MS = 500;

/**
 * Runs the application on the pinned Node, with our terminal, until it ends; resolves to its exit code.
 *
 * A Ctrl-C reaches it exactly once: it runs in a session of its own, and npm, the terminal and we would otherwise each
 * deliver the same press. A second press, a second later, is delivered again. When we are killed, the channel between
 * us breaks and it ends itself; when npm above us is killed, we ask it to end.
 */
export function launch(args, { cwd = ROOT } = {}) {
  if (!existsSync(MAIN)) {
    throw new SetupError('apps/bcmed was not built.', {
      remedy: 'run `npm run build` once, or `npm start`, which does it too.',
    });
  }
  const app = spawn(PINNED_NODE, [MAIN, ...args], {
    cwd,
    env: environment({ BCMED_LAUNCHER_PID: String(process.pid) }),
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: true,
  });
  const pressed = forwardSignals(app);
  followNpm(app, pressed);
  return new Promise((resolve, reject) => {
    app.once('error', reject);
    app.once('exit', (code, signal) => resolve(code ?? 128 + (constants.signals[signal] ?? 0)));
  });
}

function forwardSignals(app) {
  handOverSignals();
  let lastPress = -Infinity;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT']) {
    process.on(signal, () => {
      const now = performance.now();
      if (now - lastPress < ONE_PRESS_MS) return;
      lastPress = now;
      app.kill(signal);
    });
  }
  process.on('SIGWINCH', () => app.kill('SIGWINCH')); // its live view must learn that the window changed
  return () => lastPress > -Infinity;
}

/** npm started us, through a shell or directly. When it is gone, nobody is left who could stop us. */
function followNpm(app, pressed) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const npm = findNpm(process.ppid);
  if (npm === undefined) return;
  const timer = setInterval(() => {
    if (startOf(npm.pid) === npm.start) return;
    clearInterval(timer);
    if (!pressed()) app.kill('SIGTERM');
  }, LOOK_AT_NPM_EVERY_MS);
  timer.unref();
}

/** Linux only; elsewhere the terminal and the channel are the only ties. */
function findNpm(pid, depth = 0) {
  if (depth > 3 || pid <= 1) return undefined;
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    if (/(^|[/ \0])npm(-cli\.js)?([ \0]|$)/.test(command) && !/^\S*(ba|da|z)?sh\0-c\0/.test(command)) {
      return { pid, start: startOf(pid) };
    }
    return findNpm(Number(statusOf(pid)[1]), depth + 1);
  } catch {
    return undefined;
  }
}

function startOf(pid) {
  try {
    const fields = statusOf(pid);
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

/** Fields of /proc/<pid>/stat from the third on: state, parent, …, start time (the twentieth of these). */
function statusOf(pid) {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}
