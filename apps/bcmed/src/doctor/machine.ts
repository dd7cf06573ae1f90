import { execFileSync } from 'node:child_process';
import { readFileSync, statfsSync } from 'node:fs';
import { arch, cpus, platform, totalmem } from 'node:os';
import { anvilBinary, natsServerBinary, postgresBinaries } from '@bcmed/embedded';
import { z } from 'zod';
import type { Finding } from './finding.js';

const MANIFEST = new URL('../../package.json', import.meta.url);
const LEAST_NODE = 24;
const LEAST_FREE_BYTES = 1_000_000_000;

/** What this machine has: itself, the programs with their versions, clock and disk. */
export function examineMachine(dataDir: string): Finding[] {
  return [
    machine(),
    ourselves(),
    node(),
    program('nats-server', natsServerBinary, ['--version']),
    program('anvil', anvilBinary, ['--version']),
    program('postgres', () => postgresBinaries().postgres, ['--version']),
    clock(),
    disk(dataDir),
  ];
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

/** Our own version, and whether this checkout was built at all is shown by the fact that this runs. */
function ourselves(): Finding {
  const { version } = z.object({ version: z.string() }).parse(JSON.parse(readFileSync(MANIFEST, 'utf8')));
  return { what: 'bcmed', state: 'good', detail: `version ${version}`, version };
}

function node(): Finding {
  const [major = 0] = process.versions.node.split('.').map(Number);
  const good = major >= LEAST_NODE;
  const detail = `${process.version} at ${process.execPath}`;
  return {
    what: 'node',
    state: good ? 'good' : 'bad',
    detail: good
      ? detail
      : `${detail}: version ${LEAST_NODE} or newer is needed; npx bcmed uses the right one`,
    version: process.versions.node,
  };
}

function program(what: string, find: () => string, versionArguments: string[]): Finding {
  try {
    const path = find();
    const version =
      execFileSync(path, versionArguments, { encoding: 'utf8', timeout: 10_000 }).split('\n')[0] ?? '';
    return { what, state: 'good', detail: `${version} at ${path}`, version };
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
    const enough = free > LEAST_FREE_BYTES;
    return {
      what: 'disk',
      state: enough ? 'good' : 'bad',
      detail: `${(free / 1e9).toFixed(1)} GB free at ${dataDir}${enough ? '' : ': make room, or appends will be refused'}`,
    };
  } catch {
    return { what: 'disk', state: 'absent', detail: `${dataDir} does not exist yet` };
  }
}
