import type { KeyObject } from 'node:crypto';
import type { LeafException, RejectionReason, StreamEvent } from '@bcmed/events';
import type { Hash } from '@bcmed/merkle';
import type { KeyId, PublicJwk, SignaturesAhead } from '@bcmed/seal';

/** Version of the rules. Two verifiers that apply the same version to the same stream compute the same leaves. */
export const RULE_SET = 1;

/** What stands at one position of the stream, exactly as it arrived. */
export interface StreamEntry {
  /** Stream sequence, from 1. */
  readonly position: bigint;
  readonly subject: string;
  /** Value of the header `Bcmed-Seal`; empty when there was none. */
  readonly seal: string;
  readonly body: Uint8Array;
}

/** A position at which the stream holds nothing, although later positions exist. */
export interface EmptyPosition {
  readonly position: bigint;
  readonly missing: true;
}

export type StreamSlot = StreamEntry | EmptyPosition;

/** A key that the site made known, and what it may seal. */
export interface Credential {
  readonly keyId: KeyId;
  readonly publicKey: PublicJwk;
  readonly kind: 'device' | 'service';
  readonly holder: string;
  readonly areas: readonly string[];
  readonly revoked: boolean;
}

/** By which root and which validators the log is judged; from the first admitted `epoch-opened`. */
export interface Epoch {
  readonly epoch: number;
  readonly epochBase: bigint;
  readonly rootKey: PublicJwk;
  readonly validators: readonly string[];
  readonly quorum: number;
}

/** Consecutive events of a sender that arrived without a hole between them. */
export interface Island {
  readonly first: bigint;
  readonly last: bigint;
  /** `previous` of the first event of the island; absent when that is the first of the chain. */
  readonly previous?: string;
  /** Leaf hash of the last event of the island. */
  readonly lastHash: string;
}

/** Numbers of a sender that were skipped and have not all arrived. */
export interface SenderGap {
  readonly firstMissing: bigint;
  readonly lastMissing: bigint;
}

/** What is known of one chain of one edge sender. A few islands at most, however many events it has sent. */
export interface SenderChain {
  readonly keyId: KeyId;
  readonly entity: string;
  readonly chain: string;
  readonly islands: readonly Island[];
  readonly gaps: readonly SenderGap[];
}

/** A hole that was seen or closed at this position; the ledger makes an event of it. */
export interface GapNotice extends SenderGap {
  readonly kind: 'found' | 'closed';
  readonly keyId: KeyId;
  readonly entity: string;
  readonly chain: string;
}

/** One value of the state that a decision changes: what a store has to write to be able to go on from here. */
export interface AdmissionRecord {
  readonly key: string;
  readonly json: string;
}

interface Decided {
  readonly position: bigint;
  /** RFC 6962 leaf hash of {@link leafBytes}. */
  readonly leafHash: Hash;
  /** What the tree counts: the sealed entry, or the rejection record. */
  readonly leafBytes: Uint8Array;
}

/** The event is believed from this position on. */
export interface Admitted extends Decided {
  readonly outcome: 'admitted';
  readonly event: StreamEvent;
  readonly keyId: KeyId;
  readonly gaps: readonly GapNotice[];
  readonly changes: readonly StateChange[];
}

/** The position holds a rejection record; nobody may act on what stands there. */
export interface Rejected extends Decided {
  readonly outcome: 'rejected';
  readonly reason: RejectionReason;
  /** What exactly was wrong, for people. Not part of the leaf. */
  readonly detail: string;
  readonly exception: LeafException;
}

export type Admission = Admitted | Rejected;

export type StateChange =
  | { readonly kind: 'epoch'; readonly epoch: Epoch; readonly rootKeyId: KeyId }
  | { readonly kind: 'credential'; readonly credential: Credential }
  | { readonly kind: 'chain'; readonly chain: SenderChain };

/**
 * Everything about the stream prefix that the rules need, but for the ids of admitted events ({@link PriorEvents}).
 * Owned by one reader; changed only by `apply`.
 */
export interface AdmissionState {
  readonly site: string;
  /** The pinned name of the site's root key: the one thing that is believed without the stream. */
  readonly rootKeyId: KeyId;
  epoch: Epoch | undefined;
  readonly credentials: Map<KeyId, Credential>;
  readonly keys: Map<KeyId, KeyObject>;
  readonly chains: Map<string, SenderChain>;
}

/** Ids of the events that were admitted before: too many to keep in the state, so every reader brings its own index. */
export interface PriorEvents {
  /** Position at which the event with this id was admitted, or undefined. */
  positionOf(eventId: string): bigint | undefined;
  /** Signatures that were checked ahead, for speed; the rules come to the same verdict without. */
  readonly signatures?: SignaturesAhead;
}
