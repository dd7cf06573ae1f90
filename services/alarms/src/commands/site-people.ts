import { ApprovalRefused, ApprovalRequested, SessionEnded, isEvent, type StreamEvent } from '@bcmed/events';
import {
  evolveApproval,
  evolvePeople,
  initialApproval,
  initialPeople,
  restorePeople,
  type ApprovalEvent,
  type PeopleSettings,
  type PeopleState,
} from '@bcmed/policy';
import type { PeopleChanges, PeopleTable, SessionEnd, ThresholdApproval } from '../adapters/people-table.js';

/** Ends of sessions that are kept for the next life; passes live for a minute. */
const ENDS_KEPT = 1_000;

/**
 * Who is known, what they approved about thresholds, and which sessions ended: folded from admitted events in their order, written with
 * the position that they stand at.
 */
export class SitePeople {
  #people: PeopleState;
  #approvals = new Map<string, ThresholdApproval>();
  #ends: SessionEnd[] = [];
  #changed = { people: false, ends: false, approvals: new Set<string>() };

  constructor(
    private readonly table: PeopleTable,
    private readonly settings: PeopleSettings,
  ) {
    this.#people = initialPeople(settings);
    this.restore();
  }

  get people(): PeopleState {
    return this.#people;
  }

  /** Approvals of thresholds that are open or were refused, by their id. */
  get approvals(): ReadonlyMap<string, ThresholdApproval> {
    return this.#approvals;
  }

  /** Whether the end of this session was read; those of long ago are forgotten. */
  hasEnded(sessionId: string): boolean {
    return this.#ends.some(({ subject }) => subject === sessionId);
  }

  /** Goes back to what the store has. */
  restore(): void {
    const people = this.table.people();
    this.#people = people === undefined ? initialPeople(this.settings) : restorePeople(people, this.settings);
    this.#ends = this.table.ends();
    this.#approvals = new Map(this.table.approvals());
    this.begin();
  }

  /** A new transaction. */
  begin(): void {
    this.#changed = { people: false, ends: false, approvals: new Set() };
  }

  /** What changed since {@link begin}. */
  found(): PeopleChanges {
    const { people, ends, approvals } = this.#changed;
    return {
      ...(people && { people: this.#people }),
      ...(ends && { ends: this.#ends }),
      approvals: [...approvals].map((id) => [id, this.#approvals.get(id)] as const),
    };
  }

  take(event: StreamEvent): void {
    const people = evolvePeople(this.#people, event);
    if (people !== this.#people) this.#changed.people = true;
    this.#people = people;
    if (isEvent(event, SessionEnded)) {
      const { type, subject, time } = event;
      this.#ends = [...this.#ends.slice(1 - ENDS_KEPT), { type, subject, time }];
      this.#changed.ends = true;
    }
    this.#approval(event);
  }

  #approval(event: StreamEvent): void {
    const name = event.type.replace('bcmed.access.', '');
    if (!name.startsWith('approval-')) return;
    const { subject: id } = event;
    const before = this.#approvals.get(id);
    const isOurs = isEvent(event, ApprovalRequested) && event.data.purpose === 'alarm-threshold';
    if (!before && !isOurs) return;
    // The catalogue has accepted the data as that of this type.
    const state = evolveApproval(before?.state ?? initialApproval, {
      name,
      data: event.data,
    } as ApprovalEvent);
    // What was withdrawn, expired or used up changes nothing any more.
    const refusedBy = isEvent(event, ApprovalRefused) ? event.data.refusedBy : before?.refusedBy;
    if (state.phase === 'open' || state.phase === 'refused') this.#approvals.set(id, { state, refusedBy });
    else this.#approvals.delete(id);
    this.#changed.approvals.add(id);
  }
}
