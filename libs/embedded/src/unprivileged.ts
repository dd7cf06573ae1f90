import { accessSync, chmodSync, chownSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { delimiter, dirname, join, resolve } from 'node:path';
import { PostgresRootError } from './errors.js';

/** A user without power, for a program that refuses root. */
export interface UnixUser {
  readonly uid: number;
  readonly gid: number;
  readonly name: string;
}

/** How to run a command as that user: what to spawn, and the ids to spawn it with. */
export interface Invocation {
  readonly command: string;
  readonly args: readonly string[];
  readonly uid?: number;
  readonly gid?: number;
}

/** The user to become, or `undefined` when we are not root and may stay who we are. */
export function userInsteadOfRoot(passwdFile = '/etc/passwd'): UnixUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const lines = readFileSync(passwdFile, 'utf8')
    .split('\n')
    .map((line) => line.split(':'));
  const entry = ['postgres', 'nobody']
    .map((name) => lines.find((fields) => fields[0] === name))
    .find((fields) => fields !== undefined);
  if (entry === undefined) {
    throw new PostgresRootError(
      'PostgreSQL refuses to run as root, and this machine has no user postgres or nobody',
    );
  }
  return { name: entry[0] ?? '', uid: Number(entry[2]), gid: Number(entry[3]) };
}

/** Hands a folder or file over, readable by nobody else. */
export function giveTo(path: string, user: UnixUser | undefined): void {
  if (user !== undefined) chownSync(path, user.uid, user.gid);
  chmodSync(path, statSync(path).isDirectory() ? 0o700 : 0o600);
}

/**
 * Prepares a command for the given user, who must be able to reach the program and the folders.
 *
 * A clone under root's own home (mode 0700) is out of reach for everybody else. There the command keeps one right of
 * root, to pass through folders, by way of `setpriv` (util-linux); where that is missing or forbidden it is a
 * `PostgresRootError` that names the folder.
 */
export function asUser(
  user: UnixUser | undefined,
  command: string,
  args: readonly string[],
  folders: readonly string[],
): Invocation {
  if (user === undefined) return { command, args };
  const blocked = [command, ...folders]
    .map((path) => firstClosedFolder(path, user))
    .find((path) => path !== undefined);
  if (blocked === undefined) return { command, args, uid: user.uid, gid: user.gid };
  const ids = [`--reuid=${String(user.uid)}`, `--regid=${String(user.gid)}`, '--clear-groups'];
  const rights = ['--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const setpriv = findProgram('setpriv');
  if (setpriv !== undefined && spawnSync(setpriv, [...ids, ...rights, command, '--version']).status === 0) {
    return { command: setpriv, args: [...ids, ...rights, command, ...args] };
  }
  throw new PostgresRootError(
    `PostgreSQL refuses to run as root, and the user ${user.name} may not enter ${blocked}: use a folder outside it, or start as a normal user`,
  );
}

function firstClosedFolder(path: string, user: UnixUser): string | undefined {
  const folders: string[] = [];
  for (let folder = dirname(resolve(path)); ; folder = dirname(folder)) {
    folders.push(folder);
    if (folder === dirname(folder)) break;
  }
  return folders.reverse().find((folder) => existsSync(folder) && !mayEnter(folder, user));
}

function mayEnter(folder: string, { uid, gid }: UnixUser): boolean {
  const { mode, uid: owner, gid: group } = statSync(folder);
  const bit = owner === uid ? 0o100 : group === gid ? 0o010 : 0o001;
  return (mode & bit) !== 0;
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin', '/bin'];
  return folders
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, name))
    .find((path) => isExecutable(path));
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
