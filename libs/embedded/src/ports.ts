import { createServer } from 'node:net';
import { readFileSync, readdirSync, readlinkSync, renameSync, writeFileSync } from 'node:fs';
import { PortOccupiedError } from './errors.js';

const LOOPBACK = '127.0.0.1';

/** Asks the kernel for a port that nobody listens on right now. Another program may take it before it is used. */
export async function freePort(): Promise<number> {
  const port = await tryListen(0);
  if (port === undefined) throw new Error('the kernel has no free port left on the loopback interface');
  return port;
}

/** Whether a server could listen there now. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryListen(port)) !== undefined;
}

/** Throws `PortOccupiedError`, with the holder where it can be known, unless the port is free. */
export async function assertPortFree(port: number, purpose: string): Promise<void> {
  if (!(await isPortFree(port))) throw new PortOccupiedError(port, whoListens(port), purpose);
}

function tryListen(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: LOOPBACK, exclusive: true }, () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address !== null ? address.port : undefined;
      server.close(() => resolve(chosen));
    });
  });
}

/**
 * Names the process that listens on a port as `command line (process 123)`, as far as this user may see it. Linux only;
 * elsewhere, and for other users' processes, `undefined`.
 */
export function whoListens(port: number): string | undefined {
  const inodes = new Set([
    ...listeningInodes('/proc/net/tcp', port),
    ...listeningInodes('/proc/net/tcp6', port),
  ]);
  if (inodes.size === 0) return undefined;
  const pid = readdirOrNone('/proc').find((entry) => /^\d+$/.test(entry) && holdsSocket(entry, inodes));
  if (pid === undefined) return undefined;
  const command = readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
  return `${command.slice(0, 120) || 'a process'} (process ${pid})`;
}

/** `/proc/net/tcp`: field 1 is `address:port` in hex, field 3 the state (0A is listening), field 9 the inode. */
function listeningInodes(table: string, port: number): string[] {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  return readOrEmpty(table)
    .split('\n')
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .filter((fields) => fields[1]?.endsWith(wanted) === true && fields[3] === '0A')
    .flatMap((fields) => (fields[9] === undefined ? [] : [fields[9]]));
}

function holdsSocket(pid: string, inodes: ReadonlySet<string>): boolean {
  return readdirOrNone(`/proc/${pid}/fd`).some((descriptor) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    } catch {
      return false;
    }
  });
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function readdirOrNone(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/**
 * Remembers in a file which port each server had, so that a second start finds its servers where bookmarks and
 * scripts expect them. A remembered port that somebody took meanwhile is replaced without fuss; a port that a person
 * asked for by number is not, and its holder is named instead.
 */
export class PortBook {
  readonly #ports: Map<string, number>;

  constructor(private readonly file: string) {
    this.#ports = new Map(Object.entries(parsePorts(readOrEmpty(file))));
  }

  /** Finds the port for one purpose and writes it down. No two purposes of one book get the same port. */
  async claim(purpose: string, askedFor?: number): Promise<number> {
    if (askedFor !== undefined && askedFor !== 0) {
      await assertPortFree(askedFor, purpose);
      return this.#remember(purpose, askedFor);
    }
    const remembered = this.#ports.get(purpose);
    if (remembered !== undefined && (await isPortFree(remembered))) return remembered;
    let port = await freePort();
    while ([...this.#ports.values()].includes(port)) port = await freePort();
    return this.#remember(purpose, port);
  }

  #remember(purpose: string, port: number): number {
    this.#ports.set(purpose, port);
    const next = `${this.file}.next`;
    writeFileSync(next, `${JSON.stringify(Object.fromEntries(this.#ports), undefined, 2)}\n`);
    renameSync(next, this.file);
    return port;
  }
}

/** A damaged book is an empty one: the worst that follows is new ports. */
function parsePorts(text: string): Record<string, number> {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null) return {};
    const entries = Object.entries(parsed).filter(
      (entry): entry is [string, number] => Number.isInteger(entry[1]) && entry[1] > 0 && entry[1] < 65_536,
    );
    return Object.fromEntries(entries);
  } catch {
    return {};
  }
}
