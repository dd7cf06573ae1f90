import { join } from 'node:path';
import { loadOrCreateKey } from '@bcmed/chain';
import { loadServiceIdentity, type ServiceIdentity } from '@bcmed/site-trust';
import type { BaseWallet } from 'ethers';

/** Who this service is: the key that seals its events, and the one that writes to the registry. */
export interface AccessIdentity extends ServiceIdentity {
  readonly registrar: BaseWallet;
}

/** Loads the keys, or makes them at the first start, and asks for the enrolment of the one that seals. */
export function loadIdentity(stateDir: string, instance: string): AccessIdentity {
  const registrar = loadOrCreateKey(join(stateDir, 'registrar-key.pem'));
  const settings = { stateDir, service: 'access', instance, area: 'access', kind: 'service' } as const;
  return { ...loadServiceIdentity(settings), registrar };
}
