import type { StreamEvent } from '@bcmed/events';
import { standingPeople, type ApprovalState } from '@bcmed/policy';
import type { AlarmStore, Changes } from '../adapters/alarm-store.js';
import type { Clock } from '../adapters/clock.js';
import { conditionNamed } from '../domain/conditions.js';
import { labelOf, learnablePlaces, type Labelled, type Scope } from '../domain/learning.js';
import {
  APPROVALS,
  decideThreshold,
  delayFor,
  evolveThreshold,
  inForceMs,
  initialThreshold,
  thresholdId,
  type Threshold,
  type ThresholdCommand,
} from '../domain/thresholds.js';
import { ProposalNotFoundError, ThresholdNotInForceError } from '../errors.js';
import { isoOf, thresholdEventOf, thresholdOutboxOf, type Signature } from './event-maker.js';
import type { SitePeople } from './site-people.js';

export interface BookSettings {
  readonly store: AlarmStore;
  readonly clock: Clock;
  readonly signature: Signature;
  readonly people: SitePeople;
  readonly learnEveryMs: number;
  /** Older episodes teach nothing any more. */
  readonly windowMs: number;
}

/**
 * Thresholds, as far as people changed them or could: what is in force, what is proposed, and who brought it there. Each decision is
 * one transaction of the store.
 */
export class ThresholdBook {
  #thresholds = new Map<string, Threshold>();
  #changed = new Set<string>();
  #learnedMs = 0;
  /** Called when something was said that waits to be published. */
  onSaid: () => void = () => undefined;

  constructor(private readonly settings: BookSettings) {
    this.restore();
  }

  /** By condition, unit and bed; each with the value that counts there. */
  list(): readonly { readonly threshold: Threshold; readonly inForceMs: number }[] {
    return [...this.#thresholds.values()].map((threshold) => ({
      threshold,
      inForceMs: inForceMs(threshold, this.#inheritedMs(threshold.scope)),
    }));
  }

  /** The delay that counts for a condition at a place. */
  delayFor(
    condition: string,
    place: { readonly unit?: string | undefined; readonly bed?: string | undefined },
  ) {
    return delayFor(this.#thresholds.values(), condition, place);
  }

  /** When {@link learn} is due. */
  get dueMs(): number {
    return this.#learnedMs + this.settings.learnEveryMs;
  }

  restore(): void {
    const known = this.settings.store.people.thresholds();
    this.#thresholds = new Map(known.map((threshold) => [threshold.id, threshold]));
    this.begin();
  }

  begin(): void {
    this.#changed = new Set();
  }

  /** What was recalled since {@link begin}: to be written with the position. */
  found(): Pick<Changes, 'thresholds'> {
    return { thresholds: [...this.#changed].flatMap((id) => this.#thresholds.get(id) ?? []) };
  }

  /** Takes over what an earlier life said, whose store was lost. */
  recall(event: StreamEvent): void {
    const told = thresholdEventOf(event);
    if (!told) return;
    const before = this.#at(told.data);
    this.#thresholds.set(before.id, evolveThreshold(before, told));
    this.#changed.add(before.id);
  }

  /** Looks which proposals people have decided on; repeatable. */
  look(): void {
    for (const [id, { state, refusedBy }] of this.settings.people.approvals) {
      if (state.phase === 'none') continue;
      const { text, unit } = state.request;
      // People sign the proposal's own text, on the unit whose roles count for it.
      const wanted = [...this.#thresholds.values()].find(
        ({ proposal, scope }) => proposal?.data.text === text && scope.unit === unit,
      );
      if (!wanted) continue;
      if (refusedBy !== undefined) this.#decide(wanted, { kind: 'refuse', person: refusedBy });
      else if (state.phase === 'open') this.#approve(wanted, id, state);
    }
  }

  /** Learns from the episodes of the past, and looks after the guards; what is due next is {@link dueMs}. */
  learn(): void {
    const nowMs = this.settings.clock.nowMs();
    this.#learnedMs = nowMs;
    const history = this.#history();
    const past = { history, from: isoOf(nowMs - this.settings.windowMs), to: isoOf(nowMs) };
    const { site } = this.settings.signature;
    const known = new Map([...this.#thresholds.values()].map(({ id, scope }) => [id, scope]));
    for (const scope of learnablePlaces(history)) known.set(thresholdId(site, scope), scope);
    // Units first: what a whole unit may have is not asked of each of its beds.
    const scopes = [...known.values()].sort((a, b) => Number('bed' in a) - Number('bed' in b));
    for (const scope of scopes) {
      const mayPropose = scope.bed === undefined || !this.#at({ ...scope, bed: undefined }).proposal;
      this.#decide(this.#at(scope), { kind: 'learn', site, ...past, mayPropose });
    }
    this.look();
  }

  /** Takes the newest value back. Throws ProposalNotFoundError, ThresholdNotInForceError. */
  rollBack(proposal: string, person: string): Threshold {
    const found = this.inForce(proposal);
    this.#decide(found, { kind: 'roll-back', person });
    return this.#thresholds.get(found.id) ?? found;
  }

  /** The threshold of which this proposal is the value in force. Throws as {@link rollBack}. */
  inForce(proposal: string): Threshold {
    const all = [...this.#thresholds.values()];
    const found = all.find((one) => one.values.at(-1)?.proposal === proposal);
    if (found) return found;
    const isKnown = all.some(
      (one) =>
        one.proposal?.data.proposal === proposal || one.values.some((value) => value.proposal === proposal),
    );
    if (isKnown) throw new ThresholdNotInForceError(`The proposal ${proposal} is not what is in force.`);
    throw new ProposalNotFoundError(`There is no proposal ${proposal}.`);
  }

  #approve(wanted: Threshold, approval: string, state: OpenApproval): void {
    const { people, clock } = this.settings;
    const { requestedBy, expiresAt } = state.request;
    const nowMs = clock.nowMs();
    if (state.grants.length < APPROVALS || Date.parse(expiresAt) <= nowMs) return;
    const standing = standingPeople(state, people.people, isoOf(nowMs));
    if (!standing.includes(requestedBy)) return;
    const approvedBy = state.grants.map(({ person }) => person).filter((person) => standing.includes(person));
    this.#decide(wanted, { kind: 'approve', approval, requestedBy, approvedBy, history: this.#history() });
  }

  #decide(before: Threshold, given: Untimed): void {
    const { store, clock, signature } = this.settings;
    const moment = { nowMs: clock.nowMs(), inheritedMs: this.#inheritedMs(before.scope) };
    const said = decideThreshold({ ...given, ...moment }, before);
    if (said.length === 0) return;
    const after = said.reduce<Threshold>(evolveThreshold, before);
    store.save({ outbox: thresholdOutboxOf(before.id, said, signature), thresholds: [after] });
    this.#thresholds.set(after.id, after);
    this.onSaid();
  }

  #history(): readonly Labelled[] {
    const { store, clock, windowMs } = this.settings;
    const nowMs = clock.nowMs();
    return store.episodes(nowMs - windowMs, nowMs + 1).flatMap((episode) => labelOf(episode) ?? []);
  }

  #inheritedMs({ condition, unit, bed }: Scope): number {
    return bed === undefined ? conditionNamed(condition).notifyAfterMs : this.delayFor(condition, { unit });
  }

  #at({ condition, unit, bed }: Scope): Threshold {
    const scope: Scope = { condition, unit, ...(bed === undefined ? {} : { bed }) };
    const fresh = initialThreshold(this.settings.signature.site, scope);
    return this.#thresholds.get(fresh.id) ?? fresh;
  }
}

type OpenApproval = Extract<ApprovalState, { readonly phase: 'open' }>;

type Untimed<Command = ThresholdCommand> = Command extends unknown
  ? Omit<Command, 'nowMs' | 'inheritedMs'>
  : never;
