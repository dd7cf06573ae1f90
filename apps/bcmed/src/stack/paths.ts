import { SET_UP_IDENTITY } from '@bcmed/event-log';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Root of the checkout: this file is `apps/bcmed/{src,dist}/stack/paths`. */
const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

/** The built program of a service or an app. */
export const programOf = (folder: string): string => join(ROOT, folder, 'dist', 'main.js');

/** The drug library of the demonstration; not for clinical use. */
export const EXAMPLE_LIBRARY = join(ROOT, 'services', 'dosing', 'library', 'example.yaml');

/** Where data lives unless `--data` or BCMED_DATA_DIR says otherwise. */
export const DEFAULT_DATA_DIR = join(ROOT, '.bcmed', 'data');

/** What lies where in a data folder; `docs/data-folder.md` says which of it is part of the backup. */
export function layout(dataDir: string) {
  const state = (service: string): string => join(dataDir, 'services', service);
  return {
    ports: join(dataDir, 'ports.json'),
    running: join(dataDir, 'running.json'),
    nats: join(dataDir, 'nats'),
    postgres: join(dataDir, 'postgres'),
    chainState: join(dataDir, 'chain', 'state.json'),
    lines: join(dataDir, 'lines'),
    /** Seed of an identity on NATS: the operator's beside the root key, a service's among its own files. */
    natsSeed: (name: string): string =>
      name === SET_UP_IDENTITY ? join(dataDir, 'keys', 'nats-set-up.nk') : join(state(name), 'nats.nk'),
    icu: state('icu'),
    adapter: state('pump-adapter'),
    ledger: state('ledger'),
    audit: state('audit'),
    access: state('access'),
    dosing: state('dosing'),
    alarms: state('alarms'),
    console: state('console'),
    wardFile: join(state('alarms'), 'ward.yaml'),
    log: (name: string): string => join(dataDir, 'logs', `${name}.log`),
  } as const;
}

export type Layout = ReturnType<typeof layout>;

/** A path as a person at this terminal would write it: from where they stand when it lies below, whole otherwise. */
export function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith('..') ? path : fromHere;
}
