import { createSealer, loadOrCreatePrivateKey, type Sealer } from '@bcmed/seal';
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Who this adapter is: its name on every event, and the key that seals them. */
export interface DeviceIdentity {
  readonly source: string;
  readonly sealer: Sealer;
}

/**
 * Loads the device key, or makes it at the first start, and writes `enrolment-request.json`: what the site's operator has to
 * make known before the ledger believes this adapter. The file holds nothing secret. Throws KeyFileError.
 */
export function loadDeviceIdentity(stateDir: string, instance: string): DeviceIdentity {
  const source = `pump-adapter/${instance}`;
  const sealer = createSealer(loadOrCreatePrivateKey(join(stateDir, 'device-key.pem')));
  const { keyId, publicJwk: publicKey } = sealer;
  const request = { keyId, publicKey, kind: 'device', holder: source, areas: ['pump'] };
  const path = join(stateDir, 'enrolment-request.json');
  writeFileSync(`${path}.tmp`, `${JSON.stringify(request, null, 2)}\n`);
  renameSync(`${path}.tmp`, path);
  return { source, sealer };
}
