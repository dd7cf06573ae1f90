import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PINNED_NODE, ROOT, runQuietly } from './commands.mjs';
import { SetupError, skipped, step } from './terminal.mjs';

const MODULES = join(ROOT, 'node_modules');
const STAMP = join(MODULES, '.bcmed-packages.json');
const LOCK = join(ROOT, 'package-lock.json');
const REMEDY =
  'check that this machine reaches its npm registry (`npm ping`) and has 2 GB of free disk, then run the same command again.';

/** Brings `node_modules` to what package-lock.json says, and does nothing when it is so already. */
export async function ensurePackages() {
  const lockHash = createHash('sha256').update(readFileSync(LOCK)).digest('hex');
  if (readStamp() === lockHash && existsSync(PINNED_NODE)) return skipped('Packages', 'as locked');
  if (existsSync(PINNED_NODE) && installedAsLocked()) {
    writeStamp(lockHash);
    return skipped('Packages', 'as locked');
  }
  const total = countPackages();
  await step(
    'Packages',
    `npm installs ${total} packages with Node, PostgreSQL and the EVM node inside, about 1.1 GB: a minute or more`,
    async (progress) => {
      const counter = setInterval(
        () => progress(`${Math.min(countInstalled(), total)} of ${total} unpacked`),
        1_000,
      );
      try {
        // Install scripts are run for the few packages that need theirs, by name, whatever npm's version thinks of them.
        await npm('ci', '--ignore-scripts', '--prefer-offline', '--no-progress');
      } finally {
        clearInterval(counter);
      }
      progress('running the install scripts of the native packages');
      await npm('rebuild', '--ignore-scripts=false', ...scriptedPackages());
      writeStamp(lockHash);
    },
  );
}

/** The pinned Node must run here, or nothing else will. */
export function checkPinnedNode() {
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).devDependencies.node;
  let found;
  try {
    found = execFileSync(PINNED_NODE, ['--version'], { encoding: 'utf8' }).trim();
  } catch (cause) {
    throw new SetupError(`The packages' own Node does not run: ${cause.message}`, {
      remedy: 'delete the folder node_modules and run the same command again.',
    });
  }
  if (found !== `v${wanted}`) {
    throw new SetupError(`node_modules holds Node ${found}, but ${wanted} is pinned.`, {
      remedy: 'delete the folder node_modules and run the same command again.',
    });
  }
}

function npm(...args) {
  const cli = process.env.npm_execpath;
  const env = { npm_config_loglevel: 'error', npm_config_audit: 'false', npm_config_fund: 'false' };
  return cli?.endsWith('.js') && existsSync(cli)
    ? runQuietly(process.execPath, [cli, ...args], { env, remedy: REMEDY })
    : runQuietly('npm', args, { env, remedy: REMEDY });
}

/** What package.json allows to run scripts, as far as it is installed on this platform. */
function scriptedPackages() {
  const { allowScripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  return Object.entries(allowScripts)
    .filter(([name, allowed]) => allowed && existsSync(join(MODULES, name)))
    .map(([name]) => name);
}

function readStamp() {
  try {
    return JSON.parse(readFileSync(STAMP, 'utf8')).lockHash;
  } catch {
    return undefined;
  }
}

function writeStamp(lockHash) {
  writeFileSync(STAMP, `${JSON.stringify({ lockHash })}\n`);
}

/**
 * Somebody may have run npm by hand: its own record of what it installed is then compared with the lock, package by
 * package, so that a good node_modules is not torn down for want of our stamp.
 */
function installedAsLocked() {
  try {
    const installed = readPackages(join(MODULES, '.package-lock.json'));
    return Object.entries(readPackages(LOCK)).every(([path, wanted]) => {
      if (path === '' || !path.startsWith('node_modules/')) return true;
      const found = installed[path];
      if (found === undefined) return wanted.optional === true || wanted.peer === true;
      return found.version === wanted.version && found.link === wanted.link;
    });
  } catch {
    return false;
  }
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages;
}

function countPackages() {
  return Object.entries(readPackages(LOCK)).filter(
    ([path, { link, os, cpu }]) =>
      path.startsWith('node_modules/') &&
      !path.slice('node_modules/'.length).includes('/node_modules/') &&
      link !== true &&
      (os === undefined || os.includes(process.platform)) &&
      (cpu === undefined || cpu.includes(process.arch)),
  ).length;
}

/** npm makes all folders first and fills them afterwards, so a package counts when its manifest is there. */
function countInstalled() {
  try {
    return readdirSync(MODULES)
      .filter((name) => !name.startsWith('.'))
      .flatMap((name) =>
        name.startsWith('@') ? readdirSync(join(MODULES, name)).map((n) => join(name, n)) : [name],
      )
      .filter((name) => existsSync(join(MODULES, name, 'package.json'))).length;
  } catch {
    return 0; // npm is just replacing the folder
  }
}
