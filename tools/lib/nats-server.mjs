import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream, existsSync, readFileSync } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { debianArchives } from './debian-archive.mjs';
import { fetchFile } from './download.mjs';
import { DEBIAN_PACKAGES, GITHUB_RELEASES, OLDEST_VERSION } from './nats-pins.mjs';
import { SetupError } from './terminal.mjs';

const run = promisify(execFile);
const RECORD = 'nats-server.json';
const ARCHITECTURE = { x64: 'amd64', arm64: 'arm64' };
const REMEDY =
  'install nats-server 2.12 or newer by any other way and set NATS_SERVER_BIN to its path, or let this machine reach one of the addresses above.';

/**
 * Finds or fetches a nats-server of at least version 2.12 and writes down, in `<cacheDir>/nats-server.json`, which one
 * it is; `@bcmed/embedded` reads that record.
 *
 * In order: NATS_SERVER_BIN; one on the PATH; the copy in the cache, its checksum computed again; a download from the
 * machine's own Debian archive or from the project's releases, whichever fits the machine first, checked against a
 * pinned SHA-256 before a byte of it is unpacked. Rejects with every attempt and its reason. `known` replaces the pins
 * and the place of the apt sources, for tests.
 */
export async function provisionNatsServer({ cacheDir, onProgress = () => {}, env = process.env, ...known }) {
  const found = (await fromEnvironment(env)) ?? (await fromPath(env)) ?? (await fromCache(cacheDir));
  if (found !== undefined) return record(cacheDir, found);
  const attempts = [];
  for (const source of sources(known)) {
    try {
      return await record(cacheDir, await install(source, cacheDir, onProgress));
    } catch (error) {
      attempts.push(`${source.label}: ${error.message}`);
    }
  }
  const list = attempts.length === 0 ? 'there is no known archive for this machine' : attempts.join('\n');
  throw new SetupError('nats-server could not be fetched.', { output: list, remedy: REMEDY });
}

async function fromEnvironment(env) {
  const path = env.NATS_SERVER_BIN;
  if (!path) return undefined;
  const version = await versionOf(path);
  if (version === undefined) {
    throw new SetupError(`NATS_SERVER_BIN names ${path}, which is not a nats-server that runs here.`, {
      remedy: 'correct it, or unset it to have one fetched.',
    });
  }
  if (!isNewEnough(version)) {
    throw new SetupError(
      `NATS_SERVER_BIN names nats-server ${version}; ${OLDEST_VERSION.join('.')} is the oldest that can fsync before it acknowledges and append in batches.`,
      {
        remedy: 'name a newer one, or unset it to have one fetched.',
      },
    );
  }
  return { path, version, source: 'NATS_SERVER_BIN' };
}

/** System folders are searched too: Debian puts servers where a normal user's PATH does not look. */
async function fromPath(env) {
  const folders = [...(env.PATH ?? '').split(delimiter), '/usr/local/sbin', '/usr/sbin'].filter(
    (f) => f !== '',
  );
  for (const folder of new Set(folders)) {
    const path = join(folder, 'nats-server');
    const version = existsSync(path) ? await versionOf(path) : undefined;
    if (version !== undefined && isNewEnough(version)) return { path, version, source: 'PATH' };
  }
  return undefined;
}

async function fromCache(cacheDir) {
  try {
    const cached = JSON.parse(readFileSync(join(cacheDir, RECORD), 'utf8'));
    if (cached.sha256 === undefined) return undefined;
    const path = join(cacheDir, `nats-server-${cached.version}`);
    return (await sha256Of(path)) === cached.sha256 ? { ...cached, path } : undefined;
  } catch {
    return undefined;
  }
}

async function record(cacheDir, found) {
  await mkdir(cacheDir, { recursive: true });
  const draft = join(cacheDir, `${RECORD}.${process.pid}`);
  await writeFile(draft, `${JSON.stringify(found, undefined, 2)}\n`);
  await rename(draft, join(cacheDir, RECORD));
  return found;
}

/** Debian's archive first where the machine has one, since it is reached already; the project's releases otherwise. */
function sources({ aptRoot = '/', packages = DEBIAN_PACKAGES, releases = GITHUB_RELEASES }) {
  const arch = ARCHITECTURE[process.arch];
  const debian = debianArchives(aptRoot).flatMap((base) =>
    packages
      .filter(({ sha256 }) => process.platform === 'linux' && sha256[arch])
      .map(({ version, sha256 }) => {
        const url = new URL(`pool/main/n/nats-server/nats-server_${version}_${arch}.deb`, base).href;
        return {
          url,
          label: withoutPassword(url),
          version: version.replace(/-.*/, ''),
          sha256: sha256[arch],
          unpack: unpackDeb,
        };
      }),
  );
  const platform = `${process.platform}-${arch}`;
  const github = releases
    .filter(({ sha256 }) => sha256[platform])
    .map(({ version, sha256 }) => {
      const url = `https://github.com/nats-io/nats-server/releases/download/v${version}/nats-server-v${version}-${platform}.tar.gz`;
      return { url, label: url, version, sha256: sha256[platform], unpack: unpackTarball };
    });
  return [...debian, ...github];
}

async function install(source, cacheDir, onProgress) {
  await mkdir(cacheDir, { recursive: true });
  const workshop = await mkdtemp(join(cacheDir, 'fetching-'));
  try {
    const archive = join(workshop, 'archive');
    onProgress({ what: source.label, received: 0, total: 0 });
    await fetchFile(source.url, archive, (received, total) =>
      onProgress({ what: source.label, received, total }),
    );
    const sum = await sha256Of(archive);
    if (sum !== source.sha256)
      throw new Error(`its SHA-256 is ${sum}, expected ${source.sha256}; nothing was unpacked`);
    const binary = await source.unpack(archive, workshop, source.version);
    const version = await versionOf(binary);
    if (version === undefined) throw new Error('the program inside does not run on this machine');
    const path = join(cacheDir, `nats-server-${version}`);
    const draft = join(workshop, 'nats-server.ready');
    await copyFile(binary, draft);
    await chmod(draft, 0o755);
    await rename(draft, path);
    return { path, version, source: source.label, sha256: await sha256Of(path) };
  } finally {
    await rm(workshop, { recursive: true, force: true });
  }
}

async function unpackDeb(archive, folder) {
  await run('dpkg-deb', ['--extract', archive, join(folder, 'root')]);
  const places = ['usr/sbin/nats-server', 'usr/bin/nats-server'].map((place) => join(folder, 'root', place));
  return places.find((place) => existsSync(place)) ?? places[0];
}

async function unpackTarball(archive, folder, version) {
  const name = `nats-server-v${version}-${process.platform}-${ARCHITECTURE[process.arch]}/nats-server`;
  await run('tar', ['-xzf', archive, '-C', folder, name]);
  return join(folder, name);
}

async function versionOf(path) {
  try {
    const { stdout } = await run(path, ['--version'], { timeout: 10_000 });
    return /nats-server: v(\d+\.\d+\.\d+\S*)/.exec(stdout)?.[1];
  } catch {
    return undefined;
  }
}

function isNewEnough(version) {
  const [major, minor] = version.split('.').map(Number);
  return major > OLDEST_VERSION[0] || (major === OLDEST_VERSION[0] && minor >= OLDEST_VERSION[1]);
}

async function sha256Of(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

function withoutPassword(address) {
  const url = new URL(address);
  url.username = url.password = '';
  return url.href;
}
