import { execFileSync } from 'node:child_process';
import { statSync, statfsSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { anvilBinary, natsServerBinary, postgresBinaries, readNatsDurability } from '@bcmed/embedded';
import { readRunning } from '../stack/running.js';
import { readSite, rootKeyPath } from '../site/root-key.js';

/** One thing that the doctor looked at. `bad` needs a person, `absent` is only said. */
export interface Finding {
  readonly what: string;
  readonly state: 'good' | 'absent' | 'bad';
  readonly detail: string;
}

export interface DoctorOptions {
  readonly data: string;
  readonly json: boolean;
}

const LEAST_FREE_BYTES = 1_000_000_000;

/** `bcmed doctor`: looks, changes nothing. Resolves to whether nothing is bad. */
export async function doctor(options: DoctorOptions): Promise<boolean> {
  const findings = [
    machine(),
    node(),
    program('nats-server', natsServerBinary, ['--version']),
    program('anvil', anvilBinary, ['--version']),
    program('postgres', () => postgresBinaries().postgres, ['--version']),
    clock(),
    disk(options.data),
    rootKey(options.data),
    ...(await running(options.data)),
  ];
  if (options.json) process.stdout.write(`${JSON.stringify(findings)}\n`);
  else
    for (const { what, state, detail } of findings)
      process.stdout.write(`${{ good: '✓', absent: '-', bad: '✗' }[state]} ${what.padEnd(16)} ${detail}\n`);
  return findings.every(({ state }) => state !== 'bad');
}

function machine(): Finding {
  const supported =
    (platform() === 'linux' || platform() === 'darwin') && (arch() === 'x64' || arch() === 'arm64');
  const detail = `${platform()} ${arch()}, ${cpus().length} processors, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  return {
    what: 'machine',
    state: supported ? 'good' : 'bad',
    detail: supported ? detail : `${detail}: Linux and macOS on x64 and arm64 are supported`,
  };
}

function node(): Finding {
  const [major = 0] = process.versions.node.split('.').map(Number);
  return {
    what: 'node',
    state: major >= 24 ? 'good' : 'bad',
    detail: `${process.version} at ${process.execPath}`,
  };
}

function program(what: string, find: () => string, versionArguments: string[]): Finding {
  try {
    const path = find();
    const version =
      execFileSync(path, versionArguments, { encoding: 'utf8', timeout: 10_000 }).split('\n')[0] ?? '';
    return { what, state: 'good', detail: `${version} at ${path}` };
  } catch (error) {
    return {
      what,
      state: 'bad',
      detail: `${error instanceof Error ? error.message : String(error)}: run npm start once, which installs it`,
    };
  }
}

/** Freshness and order of what happened are judged by clocks: one that nobody sets is worth a word. */
function clock(): Finding {
  const now = new Date();
  if (now.getUTCFullYear() < 2026) {
    return {
      what: 'clock',
      state: 'bad',
      detail: `says ${now.toISOString()}: set it, or no event will have a believable time`,
    };
  }
  try {
    const synchronised = execFileSync('timedatectl', ['show', '--property=NTPSynchronized', '--value'], {
      encoding: 'utf8',
      timeout: 5_000,
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
    return synchronised === 'yes'
      ? { what: 'clock', state: 'good', detail: `${now.toISOString()}, synchronised` }
      : {
          what: 'clock',
          state: 'bad',
          detail: `${now.toISOString()}, not synchronised: switch NTP on (timedatectl set-ntp true)`,
        };
  } catch {
    return {
      what: 'clock',
      state: 'absent',
      detail: `${now.toISOString()}; nothing here says whether it is synchronised`,
    };
  }
}

function disk(dataDir: string): Finding {
  try {
    const { bavail, bsize } = statfsSync(dataDir);
    const free = bavail * bsize;
    return {
      what: 'disk',
      state: free > LEAST_FREE_BYTES ? 'good' : 'bad',
      detail: `${(free / 1e9).toFixed(1)} GB free at ${dataDir}`,
    };
  } catch {
    return { what: 'disk', state: 'absent', detail: `${dataDir} does not exist yet` };
  }
}

function rootKey(dataDir: string): Finding {
  const site = readSite(dataDir);
  if (!site) return { what: 'site', state: 'absent', detail: 'no site yet: npm start makes one' };
  try {
    const others = statSync(rootKeyPath(dataDir)).mode & 0o077;
    const detail = `${site.site}, root key ${site.rootKeyId}`;
    return others === 0
      ? { what: 'site', state: 'good', detail }
      : {
          what: 'site',
          state: 'bad',
          detail: `${detail} may be read by others: chmod 600 ${rootKeyPath(dataDir)}`,
        };
  } catch {
    return {
      what: 'site',
      state: 'bad',
      detail: `${site.site}: the root key ${rootKeyPath(dataDir)} is gone; restore it from its copy`,
    };
  }
}

async function running(dataDir: string): Promise<Finding[]> {
  const addresses = readRunning(dataDir);
  if (!addresses) return [{ what: 'stack', state: 'absent', detail: 'not running' }];
  const services = Object.entries({
    ledger: addresses.ledgerUrl,
    'pump-adapter': addresses.adapterUrl,
    audit: addresses.auditUrl,
  });
  return Promise.all([
    syncSetting(addresses.natsMonitorUrl),
    ...services.map(([name, url]) => health(name, url)),
  ]);
}

async function syncSetting(monitorUrl: string): Promise<Finding> {
  try {
    const { serverVersion, syncAlways } = await readNatsDurability(monitorUrl);
    return {
      what: 'sync',
      state: syncAlways ? 'good' : 'bad',
      detail: syncAlways
        ? `nats-server ${serverVersion} syncs before it acknowledges`
        : `nats-server ${serverVersion} acknowledges before it syncs: set sync_interval: always`,
    };
  } catch {
    return { what: 'sync', state: 'bad', detail: `no NATS server answers at ${monitorUrl}` };
  }
}

async function health(what: string, url: string): Promise<Finding> {
  try {
    const response = await fetch(`${url}/health/ready`, { signal: AbortSignal.timeout(5_000) });
    const { status } = (await response.json()) as { status: string };
    return { what, state: status === 'down' ? 'bad' : 'good', detail: `${status} at ${url}` };
  } catch {
    return { what, state: 'bad', detail: `does not answer at ${url}` };
  }
}
