import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { Child, identityOf, isAlive, Janitor, signalProcess } from '../src/index.js';
import { temporaryFolder } from './temporary.js';

const LAUNCHER = fileURLToPath(new URL('./launcher.ts', import.meta.url));
const HOOKS = new URL('./typescript-sources.mjs', import.meta.url).href;
const IDLE = ['-e', 'setInterval(() => {}, 1000)'];

interface Launched {
  readonly pids: Pids;
  /** The ids again, when a new janitor was hired. */
  readonly newJanitor: () => Promise<Pids>;
  readonly killLauncher: () => void;
}

interface Pids {
  readonly nats: number;
  readonly stubborn: number;
  readonly janitor: number;
}

async function launch(): Promise<Launched> {
  const launcher = fork(LAUNCHER, [temporaryFolder()], {
    execArgv: ['--experimental-transform-types', '--no-warnings', '--import', HOOKS],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  onTestFinished(() => void launcher.kill('SIGKILL'));
  const nextPids = async (): Promise<Pids> => {
    const [pids] = (await once(launcher, 'message')) as [Pids]; // what launcher.ts sends
    onTestFinished(() =>
      [pids.nats, pids.stubborn].forEach((pid) => signalProcess(identityOf(pid), 'SIGKILL')),
    );
    return pids;
  };
  return { pids: await nextPids(), newJanitor: nextPids, killLauncher: () => void launcher.kill('SIGKILL') };
}

async function startIdle(janitor: Janitor): Promise<Child> {
  const child = await Child.start({
    name: 'idle',
    command: process.execPath,
    args: IDLE,
    logFile: join(temporaryFolder(), 'log'),
    janitor,
  });
  onTestFinished(async () => {
    await child.kill();
  });
  return child;
}

describe('a launcher that is killed without a chance to clean up', () => {
  it('leaves no process behind, not even a stubborn one, within seconds', async () => {
    const { pids, killLauncher } = await launch();
    const all = [pids.nats, pids.stubborn, pids.janitor].map(identityOf);
    expect(all.map(isAlive)).toEqual([true, true, true]);
    killLauncher();
    await expect.poll(() => all.filter(isAlive)).toEqual([]);
  });

  it('leaves none behind although its janitor had been killed before', async () => {
    const { pids, newJanitor, killLauncher } = await launch();
    const replaced = newJanitor();
    signalProcess(identityOf(pids.janitor), 'SIGKILL');
    expect((await replaced).janitor).not.toBe(pids.janitor);
    const all = [pids.nats, pids.stubborn].map(identityOf);
    killLauncher();
    await expect.poll(() => all.filter(isAlive)).toEqual([]);
  });
});

describe('a janitor', () => {
  it('that was dismissed leaves the children alone', async () => {
    const janitor = new Janitor();
    const child = await startIdle(janitor);
    await janitor.dismiss();
    expect(child.alive).toBe(true);
  });

  it('does not touch a stranger who got the process id of a child that ended', async () => {
    const stranger = spawn(process.execPath, IDLE, { stdio: 'ignore' });
    onTestFinished(() => void stranger.kill('SIGKILL'));
    const child = await startIdleUnderOwnJanitor(stranger.pid ?? 0);
    await child.janitorGone;
    expect(isAlive(identityOf(stranger.pid ?? 0))).toBe(true);
  });
});

/** A janitor program whose pipe breaks at once, told about a process id with another start than it has now. */
async function startIdleUnderOwnJanitor(pid: number): Promise<{ readonly janitorGone: Promise<unknown> }> {
  const program = fileURLToPath(new URL('../src/janitor-main.ts', import.meta.url));
  const janitor = spawn(process.execPath, [program, '200'], { stdio: ['pipe', 'ignore', 'inherit'] });
  const janitorGone = once(janitor, 'exit');
  await once(janitor, 'spawn');
  const watch = { pid, startedAt: 'another life', stopSignal: 'SIGKILL', tier: 0 };
  janitor.stdin.end(`${JSON.stringify({ watch })}\n`);
  return { janitorGone };
}
