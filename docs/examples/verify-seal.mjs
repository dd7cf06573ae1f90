/**
 * Verifies one sealed event, without any code of BCMed. Needs the package `jose`.
 *
 *   node verify-seal.mjs <root kid> <folder of entries> <position>
 *
 * The folder holds ledger entries (seal, line feed, body) as files that are named by their position in the stream EVENTS:
 * the one to verify, position 1, and every event of the area `access` before it.
 */
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { base64url, calculateJwkThumbprint, flattenedVerify, importJWK } from 'jose';

const ROOT_ONLY = new Set([
  'bcmed.ledger.epoch-opened',
  'bcmed.access.credential-enrolled',
  'bcmed.access.credential-revoked',
]);

/** The one header that there is for a key; anything else in it could mean anything else. */
const headerOf = (kid) =>
  base64url.encode(JSON.stringify({ alg: 'ES256', kid, typ: 'bcmed-event+json', b64: false, crit: ['b64'] }));

/** The event, or an exception. `keys` are those that were known before this position, by their thumbprint. */
async function verify(keys, rootKid, entry) {
  const cut = entry.indexOf(0x0a);
  const [encoded, signature] = entry.subarray(0, cut).toString('latin1').split('..');
  const body = entry.subarray(cut + 1);
  const { kid } = JSON.parse(new TextDecoder().decode(base64url.decode(encoded)));
  if (headerOf(kid) !== encoded) throw new Error('the seal has another header than ours');

  const event = () => JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  // The first event brings the root key itself; its name is pinned, so bringing another key does not help.
  const key = keys.get(kid) ?? (kid === rootKid ? { publicKey: event().data.rootKey } : undefined);
  if (key === undefined || (await calculateJwkThumbprint(key.publicKey)) !== kid)
    throw new Error(`unknown key ${kid}`);
  const publicKey = await importJWK(key.publicKey, 'ES256');
  await flattenedVerify({ protected: encoded, payload: body, signature }, publicKey, {
    algorithms: ['ES256'],
  });

  const { type, source } = event();
  const allowed =
    kid === rootKid
      ? ROOT_ONLY.has(type)
      : !ROOT_ONLY.has(type) && key.areas.includes(type.split('.')[1]) && key.holder === source;
  if (!allowed) throw new Error(`key ${kid} may not say this`);
  return event();
}

/** Keeps the keys of the stream as of the position after this event. */
async function learn(keys, { type, data }) {
  if (type === 'bcmed.ledger.epoch-opened')
    keys.set(await calculateJwkThumbprint(data.rootKey), { publicKey: data.rootKey });
  const known = keys.get(data.keyId);
  if (type === 'bcmed.access.credential-enrolled' && !known?.revoked) keys.set(data.keyId, data);
  if (type === 'bcmed.access.credential-revoked' && known !== undefined)
    keys.set(data.keyId, { ...known, areas: [], revoked: true }); // for good, and from here on
}

const [rootKid, folder, wanted] = process.argv.slice(2);
const keys = new Map();
const positions = readdirSync(folder)
  .map(Number)
  .filter((position) => position > 0 && position <= Number(wanted))
  .sort((a, b) => a - b);
for (const position of positions) {
  try {
    const event = await verify(keys, rootKid, readFileSync(join(folder, String(position))));
    if (position === Number(wanted))
      console.log(`position ${position}: verified, ${event.type} by ${event.actor}`);
    else await learn(keys, event);
  } catch (problem) {
    if (position !== Number(wanted)) continue; // somebody else's bad entry is none of our business
    console.error(`position ${position}: ${problem.message}`);
    process.exitCode = 1;
  }
}
