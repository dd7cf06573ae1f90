import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { nkeyAuthenticator, nkeys, type NodeConnectionOptions } from '@nats-io/transport-node';
import { SeedFileError } from '../errors.js';
import { inboxPrefixOf } from './identities.js';

/** A service's identity on the broker: a name of the table and the file with the seed of its nkey (ed25519). */
export interface BusCredentials {
  readonly name: string;
  readonly seedFile: string;
}

/**
 * The public key of the identity in this file, which is made with mode 0600 when there is none. Throws SeedFileError for a file that
 * others can read or that holds no user's seed.
 */
export function loadOrCreateSeed(path: string): string {
  if (!existsSync(path)) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    writeFileSync(path, nkeys.createUser().getSeed(), { mode: 0o600, flag: 'wx' });
    chmodSync(path, 0o600);
  }
  return keyIn(path).getPublicKey();
}

/** The identity that a service's configuration names, if it names one. */
export function busCredentials(name: string, seedFile: string | undefined): BusCredentials | undefined {
  return seedFile === undefined ? undefined : { name, seedFile };
}

/** What a connection needs to be this identity. Throws SeedFileError. */
export function connectAs({
  name,
  seedFile,
}: BusCredentials): Pick<NodeConnectionOptions, 'authenticator' | 'inboxPrefix'> {
  keyIn(seedFile); // a wrong file ends the start, not the first reconnection
  return { authenticator: nkeyAuthenticator(() => readFileSync(seedFile)), inboxPrefix: inboxPrefixOf(name) };
}

function keyIn(path: string): nkeys.KeyPair {
  let seed: Buffer;
  try {
    seed = readFileSync(path);
    if ((statSync(path).mode & 0o077) !== 0)
      throw new SeedFileError(`${path} can be read by others: set its mode to 0600`);
    const key = nkeys.fromSeed(seed);
    if (key.getPublicKey().startsWith('U')) return key;
  } catch (cause) {
    if (cause instanceof SeedFileError) throw cause;
    throw new SeedFileError(`${path} holds no seed of a NATS user`, { cause });
  }
  throw new SeedFileError(`${path} holds the seed of something else than a NATS user`);
}
