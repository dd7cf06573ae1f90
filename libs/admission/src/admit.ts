import {
  CredentialEnrolled,
  CredentialRevoked,
  EpochOpened,
  isEvent,
  parseEvent,
  subjectOf,
  type EventDefinition,
  type LeafException,
  type RejectionReason,
  type StreamEvent,
} from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import {
  MAX_ENTRY_BYTES,
  checkSeal,
  entryBytes,
  importPublicKey,
  keyIdOf,
  keyToken,
  type KeyId,
} from '@bcmed/seal';
import { rejectionLeaf } from './rejection.js';
import { chainKey, link } from './sender-chain.js';
import type {
  Admission,
  AdmissionState,
  GapNotice,
  PriorEvents,
  StateChange,
  StreamEntry,
  StreamSlot,
} from './types.js';

interface Refusal {
  readonly reason: RejectionReason;
  readonly detail: string;
  readonly of?: bigint;
}

/** A step of the rules either refuses or hands on what it found. */
type Step<T> = { readonly refusal: Refusal } | { readonly refusal?: never; readonly value: T };

const refuse = (reason: RejectionReason, detail: string): { refusal: Refusal } => ({
  refusal: { reason, detail },
});

/**
 * Decides which leaf a position becomes: a pure function of the stream prefix (as `state` and `prior` hold it), the
 * slot and {@link RULE_SET}. Changes nothing: the caller makes the decision durable, then calls `applyAdmission`.
 *
 * Order of the rules: seal, authority, schema, site, subject, first copy, place in the sender's chain. The seal comes first
 * so that nobody without a key can have an event refused for another reason than its seal.
 */
export function admit(state: AdmissionState, slot: StreamSlot, prior: PriorEvents): Admission {
  if ('missing' in slot) {
    return reject(
      { position: slot.position.toString(), reason: 'position-empty' },
      slot.position,
      'the stream holds nothing here',
    );
  }
  const entry = entryBytes(slot.seal, slot.body);
  const entryHash = leafHash(entry);
  const outcome = judge(state, slot, prior, hashToBase64Url(entryHash), entry.length);
  if (outcome.refusal) {
    const { reason, detail, of } = outcome.refusal;
    const exception: LeafException = {
      position: slot.position.toString(),
      reason,
      ...(of === undefined ? {} : { of: of.toString() }),
      entryHash: hashToBase64Url(entryHash),
    };
    return reject(exception, slot.position, detail);
  }
  return {
    outcome: 'admitted',
    position: slot.position,
    leafHash: entryHash,
    leafBytes: entry,
    ...outcome.value,
  };
}

function reject(exception: LeafException, position: bigint, detail: string): Admission {
  const leafBytes = rejectionLeaf(exception);
  return {
    outcome: 'rejected',
    position,
    leafHash: leafHash(leafBytes),
    leafBytes,
    reason: exception.reason,
    detail,
    exception,
  };
}

interface Judged {
  readonly event: StreamEvent;
  readonly keyId: KeyId;
  readonly gaps: readonly GapNotice[];
  readonly changes: readonly StateChange[];
}

function judge(
  state: AdmissionState,
  slot: StreamEntry,
  prior: PriorEvents,
  entryHash: string,
  size: number,
): Step<Judged> {
  if (size > MAX_ENTRY_BYTES)
    return refuse('wrong-schema', `the entry has ${size} bytes, at most ${MAX_ENTRY_BYTES} are allowed`);
  const seal = believe(state, slot, prior);
  if (seal.refusal) return seal;
  const keyId = seal.value;
  const parsed = parseEvent(slot.body);
  if (!parsed.ok) {
    return refuse(
      'wrong-schema',
      parsed.problems
        .map(({ field, problem }) => `${field}: ${problem}`)
        .join('; ')
        .slice(0, 500),
    );
  }
  const { event, definition } = parsed;
  const forbidden = permission(state, keyId, event, definition);
  if (forbidden) return { refusal: forbidden };
  if (event.site !== state.site)
    return refuse('wrong-site', `the event says site ${event.site}, this is ${state.site}`);
  if (subjectOf(event) !== slot.subject)
    return refuse('wrong-subject', `the body belongs on ${subjectOf(event)}`);
  const first = prior.positionOf(event.id);
  if (first !== undefined) {
    return {
      refusal: {
        reason: 'duplicate-event',
        detail: `the event stands at position ${first.toString()} already`,
        of: first,
      },
    };
  }
  const meaning = meaningOf(state, event);
  if (meaning.refusal) return meaning;
  const place = placeInChain(state, event, keyId, entryHash);
  if (place.refusal) return place;
  return {
    value: { event, keyId, gaps: place.value.gaps, changes: [...meaning.value, ...place.value.changes] },
  };
}

/** The seal, against the keys that are known at this position. */
function believe(state: AdmissionState, slot: StreamEntry, { signatures }: PriorEvents): Step<KeyId> {
  const check = checkSeal(
    slot.seal,
    slot.body,
    (keyId) => state.keys.get(keyId) ?? rootKeyIn(state, slot, keyId),
    signatures,
  );
  if (!check.ok)
    return refuse(
      check.fault,
      `seal: ${check.fault}${check.keyId === undefined ? '' : `, key ${check.keyId}`}`,
    );
  if (state.credentials.get(check.keyId)?.revoked)
    return refuse('revoked-key', `key ${check.keyId} was revoked before`);
  return { value: check.keyId };
}

/** The first event brings the root key itself; its name is pinned, so bringing another key does not help. */
function rootKeyIn(
  state: AdmissionState,
  slot: StreamEntry,
  keyId: KeyId,
): ReturnType<typeof importPublicKey> {
  if (state.epoch !== undefined || keyId !== state.rootKeyId) return undefined;
  const parsed = parseEvent(slot.body);
  if (!parsed.ok || !isEvent(parsed.event, EpochOpened)) return undefined;
  const { rootKey } = parsed.event.data;
  return keyIdOf(rootKey) === keyId ? importPublicKey(rootKey) : undefined;
}

const ROOT_ONLY: ReadonlySet<string> = new Set([
  EpochOpened.type,
  CredentialEnrolled.type,
  CredentialRevoked.type,
]);

function permission(
  state: AdmissionState,
  keyId: KeyId,
  event: StreamEvent,
  { area, stream, type }: EventDefinition,
): Refusal | undefined {
  const refusal = (detail: string): Refusal => ({ reason: 'not-permitted', detail });
  if (stream !== 'EVENTS') return refusal(`${type} does not belong on EVENTS`);
  if (keyId === state.rootKeyId)
    return ROOT_ONLY.has(type) ? undefined : refusal(`the root key may not seal ${type}`);
  if (ROOT_ONLY.has(type)) return refusal(`only the root key may seal ${type}`);
  const credential = state.credentials.get(keyId);
  if (!credential?.areas.includes(area)) return refusal(`key ${keyId} may not seal events of area ${area}`);
  if (credential.holder !== event.source)
    return refusal(`key ${keyId} belongs to ${credential.holder}, not to ${event.source}`);
  return undefined;
}

/** Events that change the rules' own state. */
function meaningOf(state: AdmissionState, event: StreamEvent): Step<StateChange[]> {
  if (isEvent(event, EpochOpened)) {
    if (state.epoch) return refuse('not-permitted', 'an epoch is open already');
    const { epochBase, ...epoch } = event.data;
    return {
      value: [
        { kind: 'epoch', rootKeyId: state.rootKeyId, epoch: { ...epoch, epochBase: BigInt(epochBase) } },
      ],
    };
  }
  if (isEvent(event, CredentialEnrolled)) {
    const { keyId, publicKey } = event.data;
    const name = keyIdOf(publicKey);
    if (name !== keyId || event.subject !== keyToken(name))
      return refuse('wrong-schema', 'data.keyId: must be the thumbprint of data.publicKey');
    if (!importPublicKey(publicKey)) return refuse('wrong-schema', 'data.publicKey: is not a point of P-256');
    if (state.credentials.get(name)?.revoked)
      return refuse('revoked-key', `key ${name} was revoked and cannot be enrolled again`);
    return { value: [{ kind: 'credential', credential: { ...event.data, keyId: name, revoked: false } }] };
  }
  if (isEvent(event, CredentialRevoked)) {
    const credential = [...state.credentials.values()].find(({ keyId }) => keyId === event.data.keyId);
    if (!credential) return refuse('unknown-key', `key ${event.data.keyId} was never enrolled`);
    return { value: [{ kind: 'credential', credential: { ...credential, revoked: true } }] };
  }
  return { value: [] };
}

function placeInChain(
  state: AdmissionState,
  event: StreamEvent,
  keyId: KeyId,
  entryHash: string,
): Step<{ gaps: readonly GapNotice[]; changes: StateChange[] }> {
  if (event.chain === undefined || event.sequence === undefined) return { value: { gaps: [], changes: [] } };
  const place = {
    keyId,
    entity: event.subject,
    chain: event.chain,
    sequence: BigInt(event.sequence),
    ...(event.previous === undefined ? {} : { previous: event.previous }),
    leafHash: entryHash,
  };
  const outcome = link(state.chains.get(chainKey(place)), place);
  if (!outcome.ok) return refuse('sender-fork', outcome.detail);
  return { value: { gaps: outcome.gaps, changes: [{ kind: 'chain', chain: outcome.chain }] } };
}
