import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createSealer, loadOrCreatePrivateKey, type Sealer } from '@bcmed/seal';
import { StateFileError } from '../errors.js';

/** Our name on every event: the holder that the site must have enrolled the key for. */
export const HOLDER = 'icu-monitor/1';
/** What our key asks to seal. */
export const AREAS = ['vitals', 'association'] as const;

/**
 * Loads the monitor's key, or makes it at the first start, and writes `enrolment-request.json`: what the site's operator has to
 * make known before the ledger believes this gateway. The file holds nothing secret.
 *
 * @throws KeyFileError, StateFileError
 */
export function loadMonitorSealer(stateDir: string): Sealer {
  const sealer = createSealer(loadOrCreatePrivateKey(join(stateDir, 'monitor-key.pem')));
  const { keyId, publicJwk: publicKey } = sealer;
  const request = { keyId, publicKey, kind: 'device', holder: HOLDER, areas: AREAS };
  const path = join(stateDir, 'enrolment-request.json');
  try {
    writeFileSync(`${path}.tmp`, `${JSON.stringify(request, null, 2)}\n`);
    renameSync(`${path}.tmp`, path);
  } catch (cause) {
    throw new StateFileError(`${path} cannot be written`, { cause });
  }
  return sealer;
}
