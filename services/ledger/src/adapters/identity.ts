import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { loadOrCreateKey } from '@bcmed/chain';
import { createSealer, loadOrCreatePrivateKey, type Sealer } from '@bcmed/seal';
import type { BaseWallet } from 'ethers';

/** The broker's limit of a message, less its headers. */
const MAX_CONFIRMATION_BYTES = 1_000_000;

/** Who this ledger is: one key for its events, one for its word as a validator. */
export interface LedgerIdentity {
  readonly source: string;
  readonly sealer: Sealer;
  /** Seals confirmations of blocks, which are no ledger entries and may be larger. */
  readonly blockSealer: Sealer;
  readonly wallet: BaseWallet;
}

/**
 * Loads the keys, or makes them at the first start, and writes `enrolment-request.json`: what the site's operator must make known
 * before this ledger's events count, the validator's address included. The file holds nothing secret.
 */
export function loadIdentity(stateDir: string, instance: string): LedgerIdentity {
  const source = `ledger/${instance}`;
  const key = loadOrCreatePrivateKey(join(stateDir, 'service-key.pem'));
  const sealer = createSealer(key);
  const blockSealer = createSealer(key, MAX_CONFIRMATION_BYTES);
  const wallet = loadOrCreateKey(join(stateDir, 'validator-key.pem'));
  const request = {
    keyId: sealer.keyId,
    publicKey: sealer.publicJwk,
    kind: 'service',
    holder: source,
    areas: ['ledger'],
    validator: wallet.address.toLowerCase(),
  };
  const path = join(stateDir, 'enrolment-request.json');
  writeFileSync(`${path}.tmp`, `${JSON.stringify(request, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
  return { source, sealer, blockSealer, wallet };
}
