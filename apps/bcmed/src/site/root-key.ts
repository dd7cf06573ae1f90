import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSealer, isKeyId, loadOrCreatePrivateKey, type KeyId, type Sealer } from '@bcmed/seal';
import { z } from 'zod';
import { RootKeyLostError } from '../errors.js';

/** What a data folder remembers of its site. Not secret: it says by which root key everything in it is to be judged. */
export interface Site {
  readonly site: string;
  readonly rootKeyId: KeyId;
}

const siteFile = z.object({
  site: z.string(),
  rootKeyId: z.string().refine(isKeyId, 'must be a key thumbprint'),
});

/** Path of the one key that a site must never lose; `docs/site-root-key.md` says how to keep it. */
export const rootKeyPath = (dataDir: string): string => join(dataDir, 'keys', 'site-root.pem');

/** The site of a data folder, or undefined when the folder holds none yet. */
export function readSite(dataDir: string): Site | undefined {
  try {
    const { site, rootKeyId } = siteFile.parse(JSON.parse(readFileSync(join(dataDir, 'site.json'), 'utf8')));
    return { site, rootKeyId };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/**
 * The site of a data folder and its root key; both are made at the first start. A folder that knows its site but not the root key of that
 * site is refused with RootKeyLostError: another key would be believed by nobody, and what it enrols would be rejected.
 */
export function openSiteFolder(
  dataDir: string,
  name: string,
): { readonly site: Site; readonly root: Sealer; readonly isNew: boolean } {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const known = readSite(dataDir);
  const path = rootKeyPath(dataDir);
  if (known && !existsSync(path)) {
    throw new RootKeyLostError(`${path} is gone: restore it from its copy, or begin a new site with --fresh`);
  }
  const root = createSealer(loadOrCreatePrivateKey(path));
  if (!known) return { site: writeSite(dataDir, { site: name, rootKeyId: root.keyId }), root, isNew: true };
  if (known.rootKeyId === root.keyId) return { site: known, root, isNew: false };
  throw new RootKeyLostError(
    `${path} is the key ${root.keyId}, but the root key of site ${known.site} is ${known.rootKeyId}: restore that one`,
  );
}

function writeSite(dataDir: string, site: Site): Site {
  const path = join(dataDir, 'site.json');
  writeFileSync(`${path}.tmp`, `${JSON.stringify(site, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
  return site;
}
