import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { readSite, rootKeyPath } from '../site/root-key.js';
import { layout } from '../stack/paths.js';
import type { Finding } from './finding.js';

/** The site of the data folder and its root key. */
export function examineSite(dataDir: string): Finding {
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

/** Whether the broker was told to sync before it acknowledges, by the configuration of its last start. */
export function examineSyncFile(dataDir: string): Finding {
  const path = join(layout(dataDir).nats, 'nats-server.conf');
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return {
      what: 'sync',
      state: 'absent',
      detail: 'no nats-server was configured yet: its first start sets it',
    };
  }
  return /^\s*sync_interval:\s*always\s*$/m.test(text)
    ? { what: 'sync', state: 'good', detail: `always, in ${path}` }
    : {
        what: 'sync',
        state: 'bad',
        detail: `${path} has no "sync_interval: always": npm start writes it anew`,
      };
}
