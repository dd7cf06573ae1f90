import type { AdmissionState } from '@bcmed/admission';
import type { KeyId } from '@bcmed/seal';

/** Whether the site believes our key, and what a health page says of it. */
export interface Enrolment {
  readonly state: 'unknown' | 'no-epoch' | 'not-enrolled' | 'revoked' | 'enrolled-otherwise' | 'enrolled';
  readonly detail: string;
}

/** A key, whose it is, and the area of events that it is to seal. */
export interface OwnKey {
  readonly keyId: KeyId;
  /** Name on events: the holder that the site must have enrolled the key for. */
  readonly source: string;
  readonly area: string;
}

/** What the site says of a key, at the position that the state has reached. */
export function enrolmentOf({ keyId, source, area }: OwnKey, admission: AdmissionState): Enrolment {
  if (!admission.epoch)
    return {
      state: 'no-epoch',
      detail: `no epoch was opened under the pinned root key ${admission.rootKeyId}`,
    };
  const credential = admission.credentials.get(keyId);
  if (!credential)
    return { state: 'not-enrolled', detail: `key ${keyId} waits to be enrolled for ${source}` };
  if (credential.revoked) return { state: 'revoked', detail: `key ${keyId} was revoked by the site` };
  const { holder, areas, kind } = credential;
  if (holder === source && areas.includes(area))
    return { state: 'enrolled', detail: `${kind} key ${keyId} of ${holder}` };
  const detail = `key ${keyId} is enrolled for ${holder} and ${areas.join(', ')}, not for ${source} and ${area}`;
  return { state: 'enrolled-otherwise', detail };
}
