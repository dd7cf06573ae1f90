import type { AdmissionState, StreamEntry } from '@bcmed/admission';
import { BlockAnchored, isEvent, parseEvent, subjectOf } from '@bcmed/events';
import { checkSeal } from '@bcmed/seal';
import type { AnchoredBlock } from './block-check.js';

/** A message of BLOCKS, read as far as it can be. */
export type Confirmation =
  | { readonly ok: true; readonly data: AnchoredBlock; readonly source: string; readonly subject: string }
  | { readonly ok: false; readonly detail: string };

/** Reads a message of BLOCKS by its bytes alone; says nothing yet about who wrote it. */
export function readConfirmation({ subject, body }: StreamEntry): Confirmation {
  const parsed = parseEvent(body);
  if (!parsed.ok) {
    const problems = parsed.problems.map(({ field, problem }) => `${field || 'message'}: ${problem}`);
    return { ok: false, detail: problems.join('; ').slice(0, 300) };
  }
  const { event } = parsed;
  if (!isEvent(event, BlockAnchored)) return { ok: false, detail: `it is a ${event.type}` };
  return { ok: true, data: event.data, source: event.source, subject: subjectOf(event) || subject };
}

/**
 * Whether the ledger of this site sealed the message: a key that is known after the block, may seal events of the
 * ledger, belongs to the source that the message names, and the message stands on its own subject. Undefined when so.
 */
export function confirmationSealFault(
  state: AdmissionState,
  entry: StreamEntry,
  { source, subject }: { readonly source: string; readonly subject: string },
): string | undefined {
  const seal = checkSeal(entry.seal, entry.body, (keyId) => state.keys.get(keyId));
  if (!seal.ok)
    return `${seal.fault}${seal.fault === 'unknown-key' ? `, key ${seal.keyId ?? 'unnamed'}` : ''}`;
  const credential = state.credentials.get(seal.keyId);
  if (!credential?.areas.includes(BlockAnchored.area)) return `key ${seal.keyId} may not seal blocks`;
  if (credential.holder !== source) return `key ${seal.keyId} belongs to ${credential.holder}, not ${source}`;
  if (entry.subject !== subject) return `it stands on ${entry.subject}, it belongs on ${subject}`;
  return undefined;
}
