import type { LogEntry } from '@bcmed/event-log';
import type { StreamEvent } from '@bcmed/events';
import type { Resource } from '@bcmed/policy';
import { v7 as uuidv7 } from 'uuid';
import type { AlarmStore, Changes, FeedItem } from '../adapters/alarm-store.js';
import type { Clock } from '../adapters/clock.js';
import { afterTry, isSuperseded, type DeliveryRules, type Outcome, type Parcel } from '../domain/delivery.js';
import { refusalOf, type EpisodeCommand } from '../domain/decide.js';
import type { Episode } from '../domain/episode.js';
import {
  EMPTY_WARD,
  command,
  hear,
  recall,
  tick,
  wardDueMs,
  withCausesOf,
  type Ward,
  type WardRules,
} from '../domain/ward.js';
import { AlarmClosedError, AlarmNotFoundError, AudioPauseLimitError, TOLD } from '../errors.js';
import type { Believer } from './believer.js';
import { Draft } from './draft.js';
import type { ThresholdBook } from './threshold-book.js';
import { episodeEventOf, outboxOf, type Signature } from './event-maker.js';

/** Where the desk writes what a person on call should read. */
export interface DeskLog {
  error(entry: object): void;
}

export interface DeskSettings {
  readonly store: AlarmStore;
  readonly clock: Clock;
  readonly log: DeskLog;
  readonly believer: Believer;
  readonly thresholds: ThresholdBook;
  readonly rules: WardRules;
  readonly signature: Signature;
  readonly delivery: DeliveryRules;
}

/** Something new that others may want to act on: what was written is on disk already. */
export interface DeskListener {
  onChanged(feed: readonly FeedItem[]): void;
  /** What is known of people has changed: somebody may have to go. */
  onPeople?(): void;
}

const SETTLED_EPISODES = 500;

/**
 * The one place where alarms are decided: events of the stream, time, people and receipts come in; each step is one
 * transaction of the store. What throws has changed nothing, neither on disk nor here, and may be done again.
 */
export class AlarmDesk {
  #ward: Ward = EMPTY_WARD;
  #position = 0n;
  #live = false;
  #unusable = 0;
  readonly #listeners: DeskListener[] = [];
  /** Called after each batch with the position that is on disk. */
  onPosition: (position: bigint) => void = () => undefined;

  constructor(private readonly settings: DeskSettings) {
    this.#load();
  }

  get position(): bigint {
    return this.#position;
  }

  get unusable(): number {
    return this.#unusable;
  }

  get isLive(): boolean {
    return this.#live;
  }

  /** Open and latched episodes. */
  get open(): readonly Episode[] {
    return [...this.#ward.episodes.values()];
  }

  find(id: string): Episode | undefined {
    return this.#ward.episodes.get(id) ?? this.settings.store.episode(id);
  }

  /** What a source of an alarm is to the policies; a pump with the patient that is recorded at it. */
  resourceOf(source: string, unit: string): Resource {
    const pump = this.#ward.pumps.get(source);
    if (!pump) return { kind: 'patient', id: source, unit };
    const patient = pump.association?.patient;
    return { kind: 'pump', id: source, unit, ...(patient !== undefined && { patient }) };
  }

  listen(listener: DeskListener): void {
    this.#listeners.push(listener);
  }

  /** Somebody else wrote to the store: whoever listens looks again. */
  changed(): void {
    this.#tell([]);
  }

  /** The stream was read to where it ended at the start: from now on time counts. */
  goLive(): void {
    this.settings.store.goLive();
    this.#live = true;
    this.settings.thresholds.look();
    this.#tell([]);
  }

  /** Entries of the stream in order; those that were handled before are left out. Durable when it returns. */
  take(entries: readonly LogEntry[]): void {
    const fresh = entries.filter(({ position }) => position > this.#position);
    const last = fresh.at(-1);
    if (!last) return;
    const step = this.#draft();
    const recalled: NonNullable<Changes['recalled']>[number][] = [];
    const { believer, thresholds } = this.settings;
    this.#orReload(() => {
      believer.begin();
      thresholds.begin();
      for (const entry of fresh) {
        const event = believer.judge(entry);
        if (!event || entry.missing) continue;
        const nowMs = this.#live
          ? this.settings.clock.nowMs()
          : Math.min(this.settings.clock.nowMs(), entry.timestampMs);
        if (event.type.startsWith('bcmed.alarm.')) {
          recalled.push({ id: event.id, entity: event.subject, position: entry.position });
          this.#recall(step, event);
        } else this.#hear(step, event, nowMs);
      }
      const found = { ...believer.found(), ...thresholds.found() };
      this.#save(step, { position: last.position, ...found, recalled });
    });
    this.#position = last.position;
    this.#people();
    this.onPosition(this.#position);
  }

  /** What the last batch says about people is known and on disk: those who act on it look. */
  #people(): void {
    const { people, ends, approvals } = this.settings.believer.found();
    if (!this.#live) return;
    if (people ?? ends) for (const listener of this.#listeners) listener.onPeople?.();
    if ((approvals ?? []).length > 0) this.settings.thresholds.look();
  }

  /** What time alone brings about; nothing before the stream was caught up with. */
  tick(): void {
    if (!this.#live) return;
    const step = this.#draft();
    const { clock, rules } = this.settings;
    step.add(tick(step.ward, clock.nowMs(), rules));
    if (step.ward !== this.#ward) this.#orReload(() => this.#save(step, {}));
  }

  /** When {@link tick} has something to do; infinity when never. */
  get dueMs(): number {
    return this.#live ? wardDueMs(this.#ward, this.settings.rules) : Number.POSITIVE_INFINITY;
  }

  /** A person's wish. Throws AlarmNotFoundError, AlarmClosedError, AudioPauseLimitError. */
  wish(id: string, wanted: EpisodeCommand & { kind: 'acknowledge' | 'pause-audio' }): Episode {
    const before = this.find(id);
    if (!before) throw new AlarmNotFoundError(`There is no alarm ${id}.`);
    const refusal = refusalOf(wanted, before);
    if (refusal === 'closed') throw new AlarmClosedError(`The alarm ${id} is closed.`);
    if (refusal === 'audio-limit')
      throw new AudioPauseLimitError(`The sound of ${id} may be off for 120 s at most; it has used that up.`);
    const step = this.#draft();
    step.add(command(step.ward, id, wanted, this.settings.rules));
    this.#orReload(() => this.#save(step, {}));
    return this.find(id) ?? before;
  }

  /** Whether a parcel still has to go out; one that nobody needs any more is settled here. */
  stillWanted(parcel: Parcel): boolean {
    if (!isSuperseded(parcel, this.find(parcel.episode)?.status === 'closed')) return true;
    this.#receive(parcel, { attempts: parcel.attempts, givenUp: 'resolved before it was delivered' });
    return false;
  }

  /** What a way said about one try. */
  tried(parcel: Parcel, outcome: Outcome): void {
    const { clock, delivery, log } = this.settings;
    const next = afterTry(parcel, outcome, clock.nowMs(), delivery);
    const attempts = parcel.attempts + 1;
    if (next.kind === 'delivered') this.#receive(parcel, { attempts, receipt: next.receipt });
    else {
      const { key, channel, episode } = parcel;
      if (next.kind === 'given-up' || next.tell)
        log.error({
          msg: `a notification did not arrive: ${next.detail}`,
          code: TOLD.notificationFailed,
          channel,
          key,
          episode,
          givenUp: next.kind === 'given-up',
        });
      if (next.kind === 'given-up') this.#receive(parcel, { attempts, givenUp: next.detail });
      else this.#receive(parcel, { attempts, again: next });
    }
  }

  #receive(
    parcel: Parcel,
    result: {
      readonly attempts: number;
      readonly receipt?: string;
      readonly givenUp?: string;
      readonly again?: { readonly atMs: number; readonly tell: boolean; readonly detail: string };
    },
  ): void {
    const { store, clock, rules } = this.settings;
    const { key, channel, notification, decidedMs, episode } = parcel;
    const { attempts, receipt, givenUp, again } = result;
    const nowMs = clock.nowMs();
    const step = this.#draft();
    const about = { notification, channel, key, attempts };
    const archived = this.#ward.episodes.has(episode) ? undefined : store.episode(episode);
    const say = (given: EpisodeCommand): void =>
      step.add(command(step.ward, episode, given, rules, archived));
    if (receipt !== undefined) {
      const afterMs = Math.max(0, nowMs - decidedMs);
      say({ kind: 'delivered', nowMs, data: { ...about, afterMs, receipt: receipt.slice(0, 160) } });
    } else if (givenUp !== undefined || again?.tell === true) {
      const detail = (givenUp ?? again?.detail ?? '').slice(0, 256);
      say({ kind: 'failed', nowMs, data: { ...about, givenUp: givenUp !== undefined, detail } });
    }
    const state = receipt === undefined ? 'given-up' : 'delivered';
    this.#orReload(() =>
      this.#save(
        step,
        again ? { again: [{ key, attempts, nextMs: again.atMs }] } : { done: [{ key, state }] },
      ),
    );
  }

  #draft(): Draft {
    return new Draft(this.#ward, this.settings.signature.site);
  }

  #hear(step: Draft, event: StreamEvent, nowMs: number): void {
    try {
      step.add(hear(step.ward, { event, atMs: Date.parse(event.time), nowMs }, this.settings.rules));
    } catch (error) {
      // One event that cannot be weighed must not make the service blind for all others.
      this.#unusable += 1;
      const { id, type } = event;
      this.settings.log.error({
        msg: 'an event was not usable',
        code: TOLD.eventUnusable,
        id,
        type,
        err: error,
      });
    }
  }

  /** An own event that this store does not know was said by an earlier life, whose store was lost. */
  #recall(step: Draft, event: StreamEvent): void {
    const { store, signature } = this.settings;
    if (event.source !== signature.source || store.hasSaid(event.id) || step.hasSaid(event.id)) return;
    this.settings.thresholds.recall(event);
    const told = episodeEventOf(event);
    if (!told) return;
    const archived = step.episodes.get(event.subject) ?? store.episode(event.subject);
    step.remember(recall(step.ward, event.subject, told, archived));
    if (told.type === 'notification-delivered') step.delivered.push(told.data.key);
  }

  #save(step: Draft, more: Changes): void {
    const { store, signature, clock } = this.settings;
    const outbox = outboxOf(step.said, uuidv7(), signature);
    const { feed, parcels } = step.told(clock.nowMs());
    const done = [
      ...(more.done ?? []),
      ...step.delivered.map((key) => ({ key, state: 'delivered' }) as const),
    ];
    const pumps = [...step.ward.pumps.values()].filter((watch) => this.#ward.pumps.get(watch.pump) !== watch);
    const episodes = step.episodes.values();
    const patients = [...step.ward.patients.values()].filter(
      (watch) => this.#ward.patients.get(watch.patient) !== watch,
    );
    const lines = store.save({ ...more, outbox, feed, parcels, pumps, patients, episodes, done });
    this.#ward = step.ward;
    this.#tell(lines);
  }

  #tell(feed: readonly FeedItem[]): void {
    if (!this.#live) return;
    for (const listener of this.#listeners) {
      try {
        listener.onChanged(feed);
      } catch (error) {
        // What was decided is on disk; whoever failed to hear of it looks again at the next beat.
        this.settings.log.error({ msg: 'a listener failed', err: error });
      }
    }
  }

  #orReload(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#load();
      throw error;
    }
  }

  #load(): void {
    const { store, believer, thresholds } = this.settings;
    believer.restore();
    thresholds.restore();
    this.#position = store.position;
    const now = this.settings.clock.nowMs();
    const closed = store.episodes(0, now + 1, SETTLED_EPISODES).filter(({ status }) => status === 'closed');
    this.#ward = {
      pumps: new Map(store.pumps().map((watch) => [watch.pump, watch])),
      patients: new Map(store.patients().map((watch) => [watch.patient, watch])),
      episodes: new Map(store.openEpisodes().map((episode) => [episode.id, episode])),
      settled: closed.reduceRight<ReadonlySet<string>>(withCausesOf, new Set()),
    };
  }
}
