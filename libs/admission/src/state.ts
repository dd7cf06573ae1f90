import { importPublicKey, keyIdOf, type KeyId } from '@bcmed/seal';
import { chainKey } from './sender-chain.js';
import type { Admission, AdmissionRecord, AdmissionState, Epoch, StateChange } from './types.js';

/** The state before the first position. `rootKeyId` is pinned by whoever runs the reader: trust starts there. */
export function initialAdmission(site: string, rootKeyId: KeyId): AdmissionState {
  return { site, rootKeyId, epoch: undefined, credentials: new Map(), keys: new Map(), chains: new Map() };
}

/** Moves the state past a decided position. Call it exactly once for each, in order, after the decision is durable. */
export function applyAdmission(state: AdmissionState, admission: Admission): void {
  if (admission.outcome === 'rejected') return;
  for (const change of admission.changes) applyChange(state, change);
}

/** What a store must write with the decision so that {@link restoreAdmission} can go on after it. */
export function recordsOf(admission: Admission): readonly AdmissionRecord[] {
  return admission.outcome === 'admitted' ? admission.changes.map(toRecord) : [];
}

/** The state that these records describe; the last record of a key counts. */
export function restoreAdmission(
  site: string,
  rootKeyId: KeyId,
  records: Iterable<AdmissionRecord>,
): AdmissionState {
  const state = initialAdmission(site, rootKeyId);
  for (const { json } of records) applyChange(state, JSON.parse(json, reviveBigInt) as StateChange);
  return state;
}

function applyChange(state: AdmissionState, change: StateChange): void {
  switch (change.kind) {
    case 'epoch':
      state.epoch = change.epoch;
      setKey(state, change.rootKeyId, change.epoch);
      return;
    case 'credential':
      state.credentials.set(change.credential.keyId, change.credential);
      setKey(state, change.credential.keyId, { rootKey: change.credential.publicKey });
      return;
    case 'chain':
      state.chains.set(chainKey(change.chain), change.chain);
      return;
    default:
      change satisfies never;
  }
}

function setKey(state: AdmissionState, keyId: KeyId, { rootKey }: Pick<Epoch, 'rootKey'>): void {
  const key = keyIdOf(rootKey) === keyId ? importPublicKey(rootKey) : undefined;
  if (key) state.keys.set(keyId, key);
}

function toRecord(change: StateChange): AdmissionRecord {
  return { key: recordKey(change), json: JSON.stringify(change, writeBigInt) };
}

function recordKey(change: StateChange): string {
  switch (change.kind) {
    case 'epoch':
      return 'epoch';
    case 'credential':
      return `credential/${change.credential.keyId}`;
    case 'chain':
      return `chain/${chainKey(change.chain)}`;
  }
}

/** bigint has no JSON form: `{"$n":"17"}` cannot be mistaken for anything else that we write. */
function writeBigInt(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? { $n: value.toString() } : value;
}

function reviveBigInt(_: string, value: unknown): unknown {
  if (typeof value === 'object' && value !== null && '$n' in value && typeof value.$n === 'string')
    return BigInt(value.$n);
  return value;
}
