import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { openSiteFolder, rootKeyPath } from './root-key.js';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'bcmed-site-'));
  onTestFinished(() => rmSync(made, { recursive: true }));
  return made;
}

describe('a site’s data folder', () => {
  it('makes site and root key once, and finds both again whatever name is asked for', () => {
    const path = folder();
    const first = openSiteFolder(path, 'ward-3');
    expect(first.isNew).toBe(true);
    expect(openSiteFolder(path, 'another')).toMatchObject({ isNew: false, site: first.site });
  });

  it('is refused without its root key, and no other key is made', () => {
    const path = folder();
    openSiteFolder(path, 'ward-3');
    rmSync(rootKeyPath(path));
    expect(() => openSiteFolder(path, 'ward-3')).toThrow(
      expect.objectContaining({ code: 'BCM-CLI-ROOT-KEY-LOST' }),
    );
    expect(() => openSiteFolder(path, 'ward-3')).toThrow(/restore it from its copy/);
  });

  it('is refused with the root key of another site', () => {
    const [path, other] = [folder(), folder()];
    openSiteFolder(path, 'ward-3');
    openSiteFolder(other, 'ward-4');
    copyFileSync(rootKeyPath(other), rootKeyPath(path));
    expect(() => openSiteFolder(path, 'ward-3')).toThrow(/restore that one/);
  });
});
