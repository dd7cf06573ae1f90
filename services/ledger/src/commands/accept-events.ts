import {
  admit,
  applyAdmission,
  recordsOf,
  restoreAdmission,
  type Admission,
  type AdmissionRecord,
  type AdmissionState,
  type Epoch,
  type StreamSlot,
} from '@bcmed/admission';
import { serialiseEvent, subjectOf } from '@bcmed/events';
import { sealOf, type LogEntry, type LogMessage, type MessageHeaders } from '@bcmed/event-log';
import { SignaturesAhead, type KeyId } from '@bcmed/seal';
import type { Announcement, LedgerStore, StoredLeaf } from '../adapters/ledger-store.js';
import { announcementsOf, type Announcer } from '../domain/announcements.js';
import type { PendingLeaf } from '../domain/block.js';

/** A leaf that waits for a block, with the trace of the event that it came from. */
export interface WaitingLeaf extends PendingLeaf {
  readonly headers?: MessageHeaders;
}

/** How many positions were decided since the start, and how. */
export interface AcceptCounts {
  admitted: number;
  rejected: number;
  duplicates: number;
}

/**
 * Algorithm 1, step vi: checks every position against the rules and appends its leaf. The only writer of leaves; calls must not
 * overlap (the reaction that feeds it handles one batch at a time).
 */
export class AcceptEvents {
  readonly counts: AcceptCounts = { admitted: 0, rejected: 0, duplicates: 0 };
  readonly #state: AdmissionState;
  readonly #waiting: WaitingLeaf[];
  readonly #signatures = new SignaturesAhead();
  #lastPosition: bigint;
  /** Called when leaves began to wait. */
  onWaiting: () => void = () => undefined;
  /** Called when the store holds something to announce. */
  onAnnouncement: () => void = () => undefined;

  constructor(
    private readonly store: LedgerStore,
    private readonly announcer: Announcer & { readonly rootKeyId: KeyId },
  ) {
    this.#state = restoreAdmission(announcer.site, announcer.rootKeyId, store.admissionRecords());
    this.#waiting = store.leavesFrom(store.head.lastSequence + 1n);
    this.#lastPosition = store.lastPosition;
  }

  /** Position of the last leaf on disk. */
  get lastPosition(): bigint {
    return this.#lastPosition;
  }

  get epoch(): Epoch | undefined {
    return this.#state.epoch;
  }

  /** Whether the site has made this key known, so that what it seals will be admitted. */
  isEnrolled(keyId: KeyId): boolean {
    return this.#state.credentials.get(keyId)?.revoked === false;
  }

  get waiting(): readonly WaitingLeaf[] {
    return this.#waiting;
  }

  /** The first `count` waiting leaves are in a block now. */
  taken(count: number): void {
    this.#waiting.splice(0, count);
  }

  /** Checks signatures on the other processors, so that {@link accept} finds them done. Not calling it costs only time. */
  async lookAhead(entries: readonly LogEntry[]): Promise<void> {
    const sealed = entries.filter(isMessage).map((entry) => ({ seal: sealOf(entry), body: entry.body }));
    await this.#signatures.check(sealed, (keyId) => this.#state.keys.get(keyId));
  }

  /**
   * Decides these positions, which must follow the last leaf without a hole, and writes leaves, rules' state and announcements in one
   * transaction. When it returns they are on disk, and the batch may be acknowledged. Throws what the store throws; then nothing
   * changed and the same call may be repeated.
   */
  accept(entries: readonly LogEntry[]): void {
    const decided: Decided[] = [];
    const ids = new Map<string, bigint>();
    const undo = this.#checkpoint();
    try {
      for (const [index, entry] of entries.entries()) {
        const expected = this.#lastPosition + 1n + BigInt(index);
        if (entry.position !== expected) {
          throw new RangeError(
            `position ${entry.position.toString()} came where ${expected.toString()} must come`,
          );
        }
        const admission = this.#decide(entry, ids);
        applyAdmission(this.#state, admission);
        decided.push({ entry, admission });
      }
      const announcements = decided.flatMap((one) => this.#announcements(one));
      this.store.appendLeaves(decided.map(toLeaf), lastOfEach(decided), announcements);
      this.#remember(decided, announcements.length > 0);
    } catch (error) {
      undo();
      throw error;
    }
  }

  #decide(entry: LogEntry, ids: Map<string, bigint>): Admission {
    const slot: StreamSlot = entry.missing
      ? { position: entry.position, missing: true }
      : { position: entry.position, subject: entry.subject, seal: sealOf(entry), body: entry.body };
    const admission = admit(this.#state, slot, {
      positionOf: (id) => ids.get(id) ?? this.store.positionOf(id),
      signatures: this.#signatures,
    });
    if (admission.outcome === 'admitted') ids.set(admission.event.id, entry.position);
    return admission;
  }

  #announcements({ entry, admission }: Decided): Announcement[] {
    const time = new Date(entry.missing ? Date.now() : entry.timestampMs).toISOString();
    return announcementsOf(admission, entry.missing ? '' : entry.subject, this.announcer, time).map(
      (event) => ({
        id: event.id,
        subject: subjectOf(event),
        body: serialiseEvent(event),
      }),
    );
  }

  #remember(decided: readonly Decided[], announced: boolean): void {
    for (const { entry, admission } of decided) {
      if (admission.outcome === 'admitted') this.counts.admitted++;
      else if (admission.reason === 'duplicate-event') this.counts.duplicates++;
      else this.counts.rejected++;
      const headers = isMessage(entry) ? { headers: entry.headers } : {};
      this.#waiting.push({ ...pendingOf(admission), ...headers });
    }
    this.#lastPosition = decided.at(-1)?.admission.position ?? this.#lastPosition;
    if (decided.length > 0) this.onWaiting();
    if (announced) this.onAnnouncement();
  }

  /** The rules' state is small (keys, chains): a copy of the maps is cheaper than deciding twice. */
  #checkpoint(): () => void {
    const { epoch } = this.#state;
    const maps = [this.#state.credentials, this.#state.keys, this.#state.chains] as Map<unknown, unknown>[];
    const copies = maps.map((map) => new Map(map));
    return () => {
      this.#state.epoch = epoch;
      maps.forEach((map, index) => {
        map.clear();
        for (const [key, value] of copies[index] ?? []) map.set(key, value);
      });
    };
  }
}

interface Decided {
  readonly entry: LogEntry;
  readonly admission: Admission;
}

const isMessage = (entry: LogEntry): entry is LogMessage => entry.missing !== true;

function pendingOf(admission: Admission): PendingLeaf {
  return {
    position: admission.position,
    hash: admission.leafHash,
    ...(admission.outcome === 'rejected' ? { exception: admission.exception } : {}),
  };
}

function toLeaf({ admission }: Decided): StoredLeaf {
  return {
    ...pendingOf(admission),
    bytes: admission.leafBytes,
    ...(admission.outcome === 'admitted' ? { eventId: admission.event.id } : {}),
  };
}

/** A chain changes with every event of its sender: only its last state of the batch has to be written. */
function lastOfEach(decided: readonly Decided[]): AdmissionRecord[] {
  return [
    ...new Map(
      decided.flatMap(({ admission }) => recordsOf(admission)).map((record) => [record.key, record]),
    ).values(),
  ];
}
