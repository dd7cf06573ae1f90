import type { RejectionReason, LeafException } from '@bcmed/events';
import { hashToBase64Url, hashesEqual, type Hash } from '@bcmed/merkle';
import type { JudgedPosition } from './judge.js';
import type { Place } from './ports.js';
import type { Difference, DifferenceKind } from './report.js';

/** What a block that a quorum signed says about one position. */
export interface SignedPosition {
  readonly block: bigint;
  readonly leaf: Hash;
  readonly exception: LeafException | undefined;
}

/** Reasons that depend on what stood at earlier positions: they may follow from a difference there. */
const FOLLOWS_FROM_EARLIER: ReadonlySet<RejectionReason> = new Set([
  'unknown-key',
  'revoked-key',
  'not-permitted',
  'duplicate-event',
  'sender-fork',
]);

/** Faults of the entry's own bytes, which say at once what was changed. */
const OWN_FAULTS: ReadonlySet<RejectionReason> = new Set([
  'bad-signature',
  'malformed-seal',
  'unsupported-header',
  'unknown-key',
]);

/**
 * What is wrong with a position whose leaf is not the signed one. `'consequence'` when the bytes are those that were signed
 * and only our knowledge of earlier positions, which differ, makes us judge otherwise.
 */
export function streamFault(
  place: Place & ('stream' | 'export'),
  judged: JudgedPosition,
  signed: SignedPosition,
  earlierDiffers: boolean,
): Difference | 'consequence' | undefined {
  if (hashesEqual(judged.leafHash, signed.leaf)) return undefined;
  const { kind, detail } = 'missing' in judged.slot ? absent(signed) : present(judged, signed);
  if (kind === 'wrong-decision' && earlierDiffers && dependsOnEarlier(judged, signed)) return 'consequence';
  return { where: place, kind, ...named(judged), block: signed.block, detail };
}

/** The fields by which people find the event. */
export function named({ slot, position, event }: JudgedPosition): Partial<Difference> {
  const subject = 'missing' in slot || slot.subject === '' ? {} : { subject: printable(slot.subject) };
  const read = event ?? ('missing' in slot ? undefined : glimpse(slot.body));
  return {
    position,
    ...subject,
    ...(read?.type === undefined ? {} : { type: read.type }),
    ...(read?.id === undefined ? {} : { eventId: read.id }),
  };
}

function absent({ block, leaf, exception }: SignedPosition): { kind: DifferenceKind; detail: string } {
  const what = exception ? `a rejection record (${exception.reason})` : `an event with leaf ${short(leaf)}`;
  return {
    kind: 'position-missing',
    detail: `nothing stands here, but block ${block.toString()} holds ${what} for this position`,
  };
}

function present(
  judged: JudgedPosition,
  { block, leaf, exception }: SignedPosition,
): { kind: DifferenceKind; detail: string } {
  const number = block.toString();
  if (exception) {
    return judged.entryHash === exception.entryHash
      ? {
          kind: 'wrong-decision',
          detail: decision(judged, `block ${number} refused it (${exception.reason})`),
        }
      : {
          kind: 'refused-entry-differs',
          detail: `block ${number} refused another entry here (${exception.reason}, leaf hash ${exception.entryHash ?? 'of nothing'}); this one has ${judged.entryHash ?? 'none'}`,
        };
  }
  if (judged.entryHash === hashToBase64Url(leaf)) {
    return judged.reason === 'wrong-subject'
      ? {
          kind: 'wrong-subject',
          detail: `the event is intact, but it stands on another subject than it was anchored on: ${judged.detail ?? ''}`,
        }
      : { kind: 'wrong-decision', detail: decision(judged, `block ${number} admitted it`) };
  }
  return changedBytes(judged, number, leaf);
}

function changedBytes(
  judged: JudgedPosition,
  block: string,
  leaf: Hash,
): { kind: DifferenceKind; detail: string } {
  const leaves = `block ${block} holds leaf ${short(leaf)}, these bytes give ${judged.entryHash?.slice(0, 12) ?? ''}…`;
  if (judged.reason && OWN_FAULTS.has(judged.reason)) {
    const what = {
      'bad-signature': 'its seal does not fit its body: one of them was changed after it was anchored',
      'malformed-seal': 'its seal is damaged: it no longer has the form of one',
      'unsupported-header': 'the header of its seal was changed',
    }[judged.reason as string];
    return { kind: judged.reason as DifferenceKind, detail: `${what ?? judged.detail ?? ''}; ${leaves}` };
  }
  const seal = !judged.sealChecked
    ? 'these are not the bytes that were anchored'
    : judged.outcome === 'admitted'
      ? 'another well sealed event stands here than the one that was anchored'
      : `not the bytes that were anchored, and the rules refuse them (${judged.reason ?? ''}: ${judged.detail ?? ''})`;
  return { kind: 'leaf-differs', detail: `${seal}; ${leaves}` };
}

function decision(judged: JudgedPosition, block: string): string {
  return judged.outcome === 'admitted'
    ? `${block}, but by the rules it is admitted`
    : `${block}, but by the rules it is refused: ${judged.reason ?? ''}, ${judged.detail ?? ''}`;
}

function dependsOnEarlier({ reason }: JudgedPosition, { exception }: SignedPosition): boolean {
  return [reason, exception?.reason].every((one) => one === undefined || FOLLOWS_FROM_EARLIER.has(one));
}

function short(hash: Hash): string {
  return `${hashToBase64Url(hash).slice(0, 12)}…`;
}

/** Type and id of an event that the rules refuse, as far as its bytes still say them. */
function glimpse(body: Uint8Array): { type?: string; id?: string } {
  const text = Buffer.from(body).toString('utf8');
  const { type, id } = attributesOf(text);
  return {
    ...(typeof type === 'string' ? { type: printable(type.slice(0, 128)) } : {}),
    ...(typeof id === 'string' ? { id: printable(id.slice(0, 64)) } : {}),
  };
}

function attributesOf(text: string): { type?: unknown; id?: unknown } {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    // One flipped bit may make JSON into none. An event's own attributes stand before its data.
    const first = (name: string): string | undefined => new RegExp(`"${name}":"([^"]*)"`).exec(text)?.[1];
    return { type: first('type'), id: first('id') };
  }
}

/** Texts that nobody vouches for end up on terminals: nothing but printable ASCII goes through. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?');
}
