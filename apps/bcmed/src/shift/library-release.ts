import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { StackError } from '../errors.js';
import { ask, send } from './ask.js';
import { Cast } from './cast.js';

const UNIT = 'icu-1';
const WITHIN_MS = 30_000;
const APPROVAL_LIFE_MS = 600_000;
const LOOK_EVERY_MS = 50;

const proposed = z.object({ releaseText: z.string(), libraryHash: z.string() });
const created = z.object({ id: z.string() });
const inForce = z.object({ hash: z.string() });

/**
 * Has a drug library released as people do it: a pharmacist proposes its bytes and signs the text that names their hash, another one signs
 * as well; dosing brings the hash to the chain and activates it. Does nothing when a library is in force.
 *
 * Demands the people of a demonstration. Throws StackError when the library is not in force in time.
 */
export async function releaseLibrary(
  path: string,
  { accessUrl, dosingUrl }: { readonly accessUrl: string; readonly dosingUrl: string },
): Promise<void> {
  if ((await send(`${dosingUrl}/library`)).status === 200) return;
  const cast = await Cast.load(accessUrl);
  const [pharmacist, second] = [cast.member('pharmacist'), cast.member('second-pharmacist')];
  const session = await pharmacist.signIn(accessUrl);
  const text = readFileSync(path, 'utf8');
  const { releaseText, libraryHash } = await untilBelieved(async () =>
    ask(proposed, `${dosingUrl}/libraries`, { text }, await pharmacist.pass(accessUrl, session)),
  );
  const { person: _, ...signature } = pharmacist.sign(releaseText);
  const wish = {
    text: releaseText,
    signature,
    purpose: 'library-release',
    unit: UNIT,
    approvalsNeeded: 1,
    expiresAt: new Date(Date.now() + APPROVAL_LIFE_MS).toISOString(),
  };
  const { id } = await ask(created, `${accessUrl}/approvals`, wish, session);
  const { person: __, ...own } = second.sign(releaseText);
  const grant = { signature: own };
  const granted = await send(`${accessUrl}/approvals/${id}/grants`, grant, await second.signIn(accessUrl));
  if (granted.status !== 204)
    throw new StackError(`the release was not signed: ${JSON.stringify(granted.body)}`);
  await untilInForce(dosingUrl, libraryHash);
}

/** Whoever was enrolled a moment ago is a stranger to a service that has not read it yet. */
async function untilBelieved<Result>(work: () => Promise<Result>): Promise<Result> {
  for (const deadline = performance.now() + WITHIN_MS; ;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StackError) || performance.now() > deadline) throw error;
      if (!/BCM-TRUST-|BCM-DOSING-(?:CATCHING-UP|NOT-ENROLLED|NOT-PERMITTED)/.test(error.message))
        throw error;
      await pause(LOOK_EVERY_MS);
    }
  }
}

async function untilInForce(dosingUrl: string, libraryHash: string): Promise<void> {
  for (const deadline = performance.now() + WITHIN_MS; performance.now() < deadline;) {
    const { status, body } = await send(`${dosingUrl}/library`);
    if (status === 200 && inForce.parse(body).hash === libraryHash) return;
    await pause(LOOK_EVERY_MS);
  }
  throw new StackError(
    `the library ${libraryHash} was released and is not in force after ${WITHIN_MS / 1_000} s`,
  );
}
