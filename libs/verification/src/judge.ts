import {
  admit,
  applyAdmission,
  initialAdmission,
  rejectionLeaf,
  type AdmissionState,
  type Epoch,
  type StreamSlot,
} from '@bcmed/admission';
import {
  ChainReanchored,
  EventRejected,
  isEvent,
  parseEvent,
  subjectOf,
  type LeafException,
  type RejectionReason,
  type StreamEvent,
} from '@bcmed/events';
import { hashToBase64Url, leafHash, type Hash } from '@bcmed/merkle';
import { entryBytes, type KeyId } from '@bcmed/seal';
import { EventIndex } from './event-index.js';
import type { LogSource } from './ports.js';

/** What we make of one position by ourselves, without looking at any block. */
export interface JudgedPosition {
  readonly slot: StreamSlot;
  readonly position: bigint;
  readonly outcome: 'admitted' | 'rejected';
  /** The leaf that we compute. */
  readonly leafHash: Hash;
  readonly leafBytes: Uint8Array;
  /** Leaf hash of the entry as it stands there, in base64url; undefined where nothing stands. */
  readonly entryHash: string | undefined;
  readonly reason?: RejectionReason;
  readonly detail?: string;
  readonly exception?: LeafException;
  readonly event?: StreamEvent;
  /**
   * For an `event-rejected`: the refused position that it is about, if that is not as the notice says. Nothing else covers
   * the subject of a refused entry.
   */
  readonly contradicts?: { readonly refused: JudgedPosition; readonly notice: RejectionNotice };
  /** Whether the seal was checked against the key that counts at this position. */
  readonly sealChecked: boolean;
  /** The leaf that a quorum signed for this position, where it is another one. */
  readonly signedLeaf?: Hash;
}

/** What an admitted event of the ledger says about a position that was refused before. */
export interface RejectionNotice {
  readonly at: bigint;
  /** The subject on which the refused entry stood; at most 512 characters of it. */
  readonly subject: string;
  readonly reason: RejectionReason;
}

/** A contract that an admitted event announced. */
export interface Reanchoring {
  readonly contract: string;
  readonly predecessor: string | undefined;
  readonly lastBlock: bigint;
}

/** Makes leaves of positions, in order. `listed` is what the block says about the position, for a judge that relies on it. */
export interface Judge {
  readonly mode: 'full' | 'proof';
  /** Keys as of the last position; undefined when the judge does not follow them. */
  readonly state: AdmissionState | undefined;
  readonly reanchorings: readonly Reanchoring[];
  judge(slot: StreamSlot, listed: LeafException | undefined): JudgedPosition;
}

/** Refusals that are remembered until their notice comes; a flood of them is not worth the memory. */
const REMEMBERED_REFUSALS = 10_000;
const SUBJECT_IN_NOTICE = 512;

/** Applies every rule of admission from position 1 on, as a validator does. Demands every position, in order. */
export class FullJudge implements Judge {
  readonly mode = 'full';
  readonly state: AdmissionState;
  readonly reanchorings: Reanchoring[] = [];
  /** Refused positions that no notice has been seen for. */
  readonly #refused = new Map<bigint, JudgedPosition>();
  readonly #admitted = new EventIndex();

  constructor(site: string, rootKeyId: KeyId) {
    this.state = initialAdmission(site, rootKeyId);
  }

  judge(slot: StreamSlot): JudgedPosition {
    const admission = admit(this.state, slot, this.#admitted);
    applyAdmission(this.state, admission);
    const { position, outcome, leafHash: leaf, leafBytes } = admission;
    if (outcome === 'rejected') {
      const { reason, detail, exception } = admission;
      const entryHash = exception.entryHash;
      const why = { reason, detail, exception };
      const own = { outcome, leafHash: leaf, leafBytes, entryHash };
      const judged = { slot, position, ...own, ...why, sealChecked: true };
      if (this.#refused.size < REMEMBERED_REFUSALS) this.#refused.set(position, judged);
      return judged;
    }
    const { event } = admission;
    this.#admitted.add(event.id, position);
    if (isEvent(event, ChainReanchored)) {
      const { contract, predecessor, lastBlock } = event.data;
      this.reanchorings.push({ contract, predecessor, lastBlock: BigInt(lastBlock) });
    }
    const own = { outcome, leafHash: leaf, leafBytes, entryHash: hashToBase64Url(leaf) };
    return { slot, position, ...own, event, ...this.#contradiction(position, event), sealChecked: true };
  }

  #contradiction(at: bigint, event: StreamEvent): Pick<JudgedPosition, 'contradicts'> {
    if (!isEvent(event, EventRejected)) return {};
    const about = BigInt(event.data.position);
    const refused = this.#refused.get(about);
    this.#refused.delete(about);
    if (!refused) return {};
    const { subject, reason } = event.data;
    const found = 'missing' in refused.slot ? subject : refused.slot.subject.slice(0, SUBJECT_IN_NOTICE);
    return found === subject && refused.reason === reason
      ? {}
      : { contradicts: { refused, notice: { at, subject, reason } } };
  }
}

/**
 * Compares positions with the leaves that a quorum signed, without the stream before them: bytes and subject are
 * checked, the seals are not, because the keys are known only to who has read everything.
 */
export class ProofJudge implements Judge {
  readonly mode = 'proof';
  readonly state = undefined;
  readonly reanchorings: readonly Reanchoring[] = [];

  judge(slot: StreamSlot, listed: LeafException | undefined): JudgedPosition {
    const { position } = slot;
    if ('missing' in slot)
      return rejected(slot, undefined, { position: position.toString(), reason: 'position-empty' });
    const bytes = entryBytes(slot.seal, slot.body);
    const leaf = leafHash(bytes);
    const entryHash = hashToBase64Url(leaf);
    if (listed) return rejected(slot, entryHash, { ...listed, position: position.toString(), entryHash });
    const parsed = parseEvent(slot.body);
    if (parsed.ok && subjectOf(parsed.event) !== slot.subject) {
      const exception = { position: position.toString(), reason: 'wrong-subject', entryHash } as const;
      return rejected(slot, entryHash, exception, `the body belongs on ${subjectOf(parsed.event)}`);
    }
    const read = parsed.ok ? { event: parsed.event } : {};
    const own = { outcome: 'admitted', leafHash: leaf, leafBytes: bytes, entryHash } as const;
    return { slot, position, ...own, ...read, sealChecked: false };
  }
}

function rejected(
  slot: StreamSlot,
  entryHash: string | undefined,
  exception: LeafException,
  detail = 'as the block says',
): JudgedPosition {
  const leafBytes = rejectionLeaf(exception);
  return {
    slot,
    position: slot.position,
    outcome: 'rejected',
    leafHash: leafHash(leafBytes),
    leafBytes,
    entryHash,
    reason: exception.reason,
    detail,
    exception,
    sealChecked: false,
  };
}

/** How far into a log the opening of its epoch is looked for; it is the first event of every log that we make. */
const EPOCH_WITHIN = 1_000n;

/** What a log is judged by: the epoch that the pinned root key opened; otherwise why there is none. */
export async function findEpoch(
  log: LogSource,
  site: string,
  rootKeyId: KeyId,
): Promise<{ readonly epoch: Epoch } | { readonly first: JudgedPosition | undefined }> {
  const judge = new FullJudge(site, rootKeyId);
  const last = await log.lastPosition();
  let first: JudgedPosition | undefined;
  for await (const slot of log.slots(1n, last < EPOCH_WITHIN ? last : EPOCH_WITHIN)) {
    const judged = judge.judge(slot);
    first ??= judged;
    if (judge.state.epoch) return { epoch: judge.state.epoch };
  }
  return { first };
}
