import type { KeyObject } from 'node:crypto';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSealer, loadOrCreatePrivateKey, type Sealer } from '@bcmed/seal';

/** Who a service is: its name on every event, and the key that seals them. */
export interface ServiceIdentity {
  /** `<service>/<instance>` */
  readonly source: string;
  readonly sealer: Sealer;
  readonly privateKey: KeyObject;
}

export interface IdentitySettings {
  readonly stateDir: string;
  readonly service: string;
  readonly instance: string;
  /** Area of events that the key is to seal. */
  readonly area: string;
  /** A device seals what pumps do, a service what a service does. */
  readonly kind: 'device' | 'service';
  /** Said beside the key in the request, for example the address of a validator. */
  readonly more?: Readonly<Record<string, string>>;
}

/**
 * Loads the key, or makes it at the first start, and writes `enrolment-request.json`: what the site's operator must make known
 * before this service's events count. The file holds nothing secret. Throws KeyFileError.
 */
export function loadServiceIdentity(settings: IdentitySettings): ServiceIdentity {
  const { stateDir, service, instance, area, kind, more = {} } = settings;
  const source = `${service}/${instance}`;
  const privateKey = loadOrCreatePrivateKey(join(stateDir, `${kind}-key.pem`));
  const sealer = createSealer(privateKey);
  const { keyId, publicJwk: publicKey } = sealer;
  const request = { keyId, publicKey, kind, holder: source, areas: [area], ...more };
  const path = join(stateDir, 'enrolment-request.json');
  try {
    writeFileSync(`${path}.tmp`, `${JSON.stringify(request, null, 2)}\n`);
    renameSync(`${path}.tmp`, path);
  } catch (error) {
    // A full disk must not keep a service from starting that has asked before.
    if (!existsSync(path)) throw error;
  }
  return { source, sealer, privateKey };
}
