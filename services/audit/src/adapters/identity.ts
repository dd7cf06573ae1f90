import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSealer, loadOrCreatePrivateKey, type Sealer } from '@bcmed/seal';

/** Who this audit is: the key that seals its results. */
export interface AuditIdentity {
  readonly source: string;
  readonly sealer: Sealer;
}

/**
 * Loads the key, or makes it at the first start, and writes `enrolment-request.json`: what the site must make known before
 * this audit's results count. The file holds nothing secret.
 */
export function loadIdentity(stateDir: string, instance: string): AuditIdentity {
  const source = `audit/${instance}`;
  const sealer = createSealer(loadOrCreatePrivateKey(join(stateDir, 'service-key.pem')));
  const request = {
    keyId: sealer.keyId,
    publicKey: sealer.publicJwk,
    kind: 'service',
    holder: source,
    areas: ['audit'],
  };
  const path = join(stateDir, 'enrolment-request.json');
  writeFileSync(`${path}.tmp`, `${JSON.stringify(request, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
  return { source, sealer };
}
