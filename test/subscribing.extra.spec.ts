import { mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { flipBit } from '@bcmed/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRun, expectRefusal, run } from './subscribing/run.js';
import { blockOf, writeSiteFolder, type SiteFolder } from './subscribing/site-folder.js';

const folder = mkdtempSync(join(tmpdir(), 'bcmed-subscribing-'));
let site: SiteFolder;
const event = (position: bigint): string => join(site.events, position.toString());
const block = (number: bigint): string => join(site.blocks, number.toString());

beforeAll(() => {
  site = writeSiteFolder(join(folder, 'site'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(!canRun('python3', '-c', 'import cryptography'))(
  'the guide for subscribers in Python (needs python3 with the package cryptography)',
  () => {
    const verify = (at: bigint, kid: string = site.fixture.rootKeyId) =>
      run('python3', 'verify_seal.py', kid, site.events, at.toString());

    it('believes every event that was admitted', async () => {
      for (const position of site.admitted) {
        const said = `position ${position}: verified, bcmed.pump.rate-changed by front-panel`;
        expect(await verify(position)).toEqual({ code: 0, said });
      }
    });

    it('does not believe a key that may not speak for pumps, nor another root', async () => {
      expectRefusal(await verify(site.refused), /may not say/);
      expectRefusal(await verify(1n, site.fixture.adapter.keyId), /unknown key/);
    });

    it('does not believe an event that was changed', async () => {
      const [first = 0n] = site.admitted;
      const original = readFileSync(event(first));
      writeFileSync(event(first), flipBit(original, (original.length - 20) * 8));
      expectRefusal(await verify(first), /does not hold/);
      writeFileSync(event(first), original);
    });

    it('proves from one message of BLOCKS that an event is in the log', async () => {
      for (const position of site.admitted) {
        const number = blockOf(site, position);
        const { code, said } = await run(
          'python3',
          'verify_inclusion.py',
          block(number),
          event(position),
          position.toString(),
        );
        expect(said).toMatch(new RegExp(`^position ${position}: in block ${number}, root 0x`));
        expect(code).toBe(0);
      }
    });

    it('says that a position was refused, and that another entry is not the one that is proven', async () => {
      const number = blockOf(site, site.refused);
      const include = (entry: bigint, position: bigint) =>
        run('python3', 'verify_inclusion.py', block(number), event(entry), position.toString());
      expectRefusal(await include(site.refused, site.refused), /was refused: not-permitted/);
      expectRefusal(await include(site.refused, site.refused + 1n), /does not hold this entry/);
    });
  },
);
