import { ApprovalGranted, ApprovalRequested, type PersonSignature } from '@bcmed/events';
import { textHashOf } from '@bcmed/policy';
import { v7 as uuidV7 } from 'uuid';
import { expect, vi } from 'vitest';
import type { Answer } from './service.js';
import type { Site } from './site.js';
import { LIBRARY } from './ward.js';

const WITHIN = { timeout: 20_000, interval: 20 };

/** A dosing service, in this process or in its own. */
interface Asked {
  get(path: string, pass?: string): Promise<Answer>;
  post(path: string, body: unknown, pass?: string): Promise<Answer>;
}

/** Proposes a library as a pharmacist, as soon as the service answers people. */
export async function propose(site: Site, dosing: Asked, text = LIBRARY.text): Promise<Answer['body']> {
  return vi.waitFor(async () => {
    const { status, body } = await dosing.post('/libraries', { text }, site.pass('pharmacist'));
    expect({ status, body }).toMatchObject({ status: 201 });
    return body;
  }, WITHIN);
}

/** Access tells of an approval of a text: the first of these people asked for it, the others granted it. */
export async function approve(
  site: Site,
  text: string,
  signatures: readonly PersonSignature[],
  more: { unit?: string; purpose?: string; minutes?: number; id?: string } = {},
): Promise<string> {
  const { unit = 'icu-1', purpose = 'library-release', minutes = 10, id = uuidV7() } = more;
  const [own, ...others] = signatures;
  const textHash = textHashOf(text);
  const expiresAt = new Date(Date.now() + minutes * 60_000).toISOString();
  const asked = { text, textHash, requestedBy: own?.person, signature: own, purpose, unit };
  await site.say(site.access, ApprovalRequested, id, { ...asked, approvalsNeeded: 1, expiresAt });
  for (const signature of others)
    await site.say(site.access, ApprovalGranted, id, {
      textHash,
      grantedBy: signature.person,
      signature,
      stillNeeded: 0,
    });
  return id;
}

/** The whole way of a library into use: proposed, signed by two pharmacists, released, activated. */
export async function release(site: Site, dosing: Asked, text = LIBRARY.text): Promise<string> {
  const { releaseText, libraryHash } = await propose(site, dosing, text);
  await approve(site, releaseText, site.signatures(releaseText, 'pharmacist', 'second-pharmacist'));
  await vi.waitFor(
    async () => expect((await dosing.get('/library')).body).toMatchObject({ hash: libraryHash }),
    WITHIN,
  );
  return libraryHash;
}
