import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { isPortFree, readNatsDurability, whoListens } from '@bcmed/embedded';
import { z } from 'zod';
import { layout } from '../stack/paths.js';
import { readRunning, type Running } from '../stack/running.js';
import type { Finding } from './finding.js';
import { examineSyncFile } from './site.js';

const PATIENCE_MS = 5_000;

/** Names of the processes behind the addresses of a stack, where the address is not simply called after its service. */
const NAMES: Readonly<Record<string, string>> = {
  adapter: 'pump-adapter',
  nats: 'nats-server',
  chain: 'anvil',
};

/** The stack of a data folder: who holds the folder, and every server and service with its port; else the ports that are kept. */
export async function examineStack(dataDir: string): Promise<Finding[]> {
  const holder = holderOf(dataDir);
  const addresses = readRunning(dataDir);
  if (holder && addresses) {
    const stack = { what: 'stack', state: 'good', detail: `up, ${describe(holder)}` } as const;
    return [stack, ...(await examineRunning(dataDir, addresses))];
  }
  return [stackAtRest(holder, addresses), examineSyncFile(dataDir), ...(await keptPorts(dataDir, holder))];
}

function stackAtRest(holder: Holder | undefined, addresses: Running | undefined): Finding {
  const absent = (detail: string): Finding => ({ what: 'stack', state: 'absent', detail });
  if (holder) return absent(`not up yet, or being verified: ${describe(holder)}`);
  return absent(
    addresses
      ? 'was killed and is not running; npm start goes on with its data'
      : 'not running; npm start brings it up, npx bcmed demo plays a session on one of its own',
  );
}

const holderNote = z.object({ pid: z.number().int(), since: z.string(), command: z.string() });
type Holder = z.infer<typeof holderNote>;

/** The process that works on the folder, by its note; undefined when there is none, or when it is gone. */
function holderOf(dataDir: string): Holder | undefined {
  try {
    const holder = holderNote.parse(JSON.parse(readFileSync(join(dataDir, 'in-use.json'), 'utf8')));
    process.kill(holder.pid, 0);
    return holder;
  } catch {
    return undefined;
  }
}

const describe = ({ pid, since }: Holder): string => `process ${pid} since ${since}`;

async function examineRunning(dataDir: string, addresses: Running): Promise<Finding[]> {
  const { natsUrl, natsMonitorUrl, chainUrl, ...services } = addresses;
  const postgresPort = readPorts(dataDir)['postgres'];
  return Promise.all([
    sync(natsMonitorUrl),
    listens('nats-server', Number(new URL(natsUrl).port)),
    chain(chainUrl),
    ...(postgresPort === undefined ? [] : [listens('postgres', postgresPort)]),
    ...Object.entries(services).map(([name, url]) => health(nameOf(name), url)),
  ]);
}

function nameOf(address: string): string {
  const name = address.replace(/Url$/, '');
  return NAMES[name] ?? name;
}

async function sync(monitorUrl: string): Promise<Finding> {
  try {
    const { serverVersion, syncAlways } = await readNatsDurability(monitorUrl);
    return {
      what: 'sync',
      state: syncAlways ? 'good' : 'bad',
      detail: syncAlways
        ? `nats-server ${serverVersion} syncs before it acknowledges, says the running server`
        : `nats-server ${serverVersion} acknowledges before it syncs: set sync_interval: always`,
      version: serverVersion,
    };
  } catch {
    return { what: 'sync', state: 'bad', detail: `no NATS server answers at ${monitorUrl}` };
  }
}

function listens(what: string, port: number): Promise<Finding> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1', timeout: PATIENCE_MS });
    const tell = (state: 'good' | 'bad', detail: string) => (): void => {
      socket.destroy();
      resolve({ what, state, detail, port });
    };
    socket.once('connect', tell('good', `listens on 127.0.0.1:${port}`));
    socket.once('error', tell('bad', `nobody listens on 127.0.0.1:${port}; its log says why`));
    socket.once('timeout', tell('bad', `does not answer on 127.0.0.1:${port}`));
  });
}

const rpcAnswer = z.object({ result: z.string() });

async function chain(url: string): Promise<Finding> {
  const what = 'anvil';
  const port = Number(new URL(url).port);
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'web3_clientVersion', params: [] }),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const { result } = rpcAnswer.parse(await response.json());
    return { what, state: 'good', detail: `${result} at ${url}`, port, version: result };
  } catch {
    return { what, state: 'bad', detail: `does not answer at ${url}`, port };
  }
}

const healthReport = z.looseObject({
  status: z.string(),
  checks: z
    .record(z.string(), z.looseObject({ status: z.string(), detail: z.string().optional() }))
    .optional(),
});

/** Readiness as a service tells it; a part that is not well is named. */
async function health(what: string, url: string): Promise<Finding> {
  const port = Number(new URL(url).port);
  try {
    const ask = (path: string) => fetch(`${url}${path}`, { signal: AbortSignal.timeout(PATIENCE_MS) });
    const ready = await ask('/health/ready');
    const { status, checks = {} } = healthReport.parse(
      await (ready.status === 404 ? await ask('/health') : ready).json(),
    );
    const unwell = Object.entries(checks)
      .filter(([, check]) => check.status !== 'up')
      .map(
        ([name, check]) => `${name} ${check.status}${check.detail === undefined ? '' : ` (${check.detail})`}`,
      );
    const detail = [`${status} at ${url}`, ...unwell].join(', ');
    return { what, state: status === 'down' ? 'bad' : 'good', detail, port };
  } catch {
    return { what, state: 'bad', detail: `does not answer at ${url}`, port };
  }
}

function readPorts(dataDir: string): Record<string, number> {
  try {
    return z.record(z.string(), z.number()).parse(JSON.parse(readFileSync(layout(dataDir).ports, 'utf8')));
  } catch {
    return {};
  }
}

/** The ports that the next start takes again. One that is taken meanwhile harms nothing: another is chosen. */
async function keptPorts(dataDir: string, holder: Holder | undefined): Promise<Finding[]> {
  if (holder) return [];
  return Promise.all(
    Object.entries(readPorts(dataDir)).map(async ([name, port]): Promise<Finding> => {
      const detail = (await isPortFree(port))
        ? `${port} is kept for the next start, and free`
        : `${port} is taken by ${whoListens(port) ?? 'another program'}: the next start chooses another`;
      return { what: `port ${name}`, state: 'absent', detail, port };
    }),
  );
}
