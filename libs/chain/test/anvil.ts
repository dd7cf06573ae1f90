import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { createInterface } from 'node:readline';

/** A real node of our own for one test: the native binary, no gas price, a port that the system chooses. */
export interface Anvil {
  readonly url: string;
  readonly port: number;
  readonly process: ChildProcess;
  /** Signals the node and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts anvil and returns when it listens. `port` to come back where another one was. */
export async function startAnvil(options: { port?: number; args?: readonly string[] } = {}): Promise<Anvil> {
  const args = [
    '--port',
    String(options.port ?? 0),
    '--gas-price',
    '0',
    '--base-fee',
    '0',
    '--accounts',
    '1',
  ];
  const child = spawn(binary(), [...args, ...(options.args ?? [])], { stdio: ['ignore', 'pipe', 'pipe'] });
  const gone = once(child, 'exit');
  const port = await Promise.race([
    listeningPort(child),
    gone.then(() => {
      throw new Error('anvil ended before it listened');
    }),
  ]);
  const stop = async (signal: NodeJS.Signals = 'SIGKILL') => {
    child.kill(signal);
    if (child.exitCode === null && child.signalCode === null) await gone;
  };
  return { url: `http://127.0.0.1:${port}`, port, process: child, stop };
}

async function listeningPort(child: ChildProcess): Promise<number> {
  if (child.stdout === null) throw new Error('anvil without output');
  const lines = createInterface({ input: child.stdout });
  for await (const line of lines) {
    const found = /Listening on [\d.]+:(\d+)/.exec(line)?.[1];
    if (found !== undefined) {
      child.stdout.resume();
      return Number(found);
    }
  }
  throw new Error('anvil did not say where it listens');
}

function binary(): string {
  const platform = { linux: 'linux', darwin: 'darwin', win32: 'win32' }[process.platform as 'linux'];
  const arch = { x64: 'amd64', arm64: 'arm64' }[process.arch as 'x64'];
  return createRequire(import.meta.url).resolve(`@foundry-rs/anvil-${platform}-${arch}/bin/anvil`);
}
