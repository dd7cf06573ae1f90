import { join } from 'node:path';
import { loadOrCreateKey } from '@bcmed/chain';
import { createSealer, type Sealer } from '@bcmed/seal';
import { loadServiceIdentity, type ServiceIdentity } from '@bcmed/site-trust';
import type { BaseWallet } from 'ethers';

/** The broker's limit of a message, less its headers. */
const MAX_CONFIRMATION_BYTES = 1_000_000;

/** Who this ledger is: one key for its events, one for its word as a validator. */
export interface LedgerIdentity extends ServiceIdentity {
  /** Seals confirmations of blocks, which are no ledger entries and may be larger. */
  readonly blockSealer: Sealer;
  readonly wallet: BaseWallet;
}

/** Loads the keys, or makes them at the first start, and asks for the enrolment of both. */
export function loadIdentity(stateDir: string, instance: string): LedgerIdentity {
  const wallet = loadOrCreateKey(join(stateDir, 'validator-key.pem'));
  const more = { validator: wallet.address.toLowerCase() };
  const settings = { stateDir, service: 'ledger', instance, area: 'ledger', kind: 'service', more } as const;
  const identity = loadServiceIdentity(settings);
  return { ...identity, blockSealer: createSealer(identity.privateKey, MAX_CONFIRMATION_BYTES), wallet };
}
