import {
  AlarmDecisionDenied,
  AlarmDecisionsAllowed,
  AlarmPassesRefused,
  toToken,
  type EventDefinition,
} from '@bcmed/events';
import {
  ALL_UNITS,
  authorise,
  entryOf,
  rolesAnywhere,
  type Decision,
  type PolicyRequest,
  type Resource,
} from '@bcmed/policy';
import { NotPermittedError, RefusalLimit, Tally, type PassPerson, type PassTrust } from '@bcmed/site-trust';
import { v7 as uuidv7 } from 'uuid';
import type { AlarmStore } from '../adapters/alarm-store.js';
import type { Clock } from '../adapters/clock.js';
import type { Episode } from '../domain/episode.js';
import { TooManyRefusalsError } from '../errors.js';
import { isoOf, sealed, type Signature } from './event-maker.js';

/** What may be read of alarms, as the catalogue names it. */
export type AlarmRead = 'read-alarms' | 'read-alarm' | 'follow-alarms' | 'read-review' | 'read-thresholds';

export interface DoorSettings {
  readonly store: AlarmStore;
  readonly clock: Clock;
  readonly signature: Signature;
  /** Who is known, as of the last batch of the stream. */
  readonly trust: PassTrust;
  /** What a source of an alarm is to the policies: a pump with the patient that is recorded at it, or a patient. */
  readonly resourceOf: (source: string, unit: string) => Resource;
  /** How long reads are counted before they are said, ms. */
  readonly countForMs: number;
}

interface Asked {
  readonly request: PolicyRequest;
  readonly decision: Decision;
}

/**
 * Who may do what with an alarm. Every no is an event before the person is told; what was read, and passes that did not hold, are
 * counted and said once in a while. KNOWN: what was counted and not yet said is lost by a kill.
 */
export class Door {
  readonly #denials = new RefusalLimit();
  readonly #reads = new Tally();
  readonly #refused = new Tally();
  /** Called when something was said that waits to be published. */
  onSaid: () => void = () => undefined;

  constructor(private readonly settings: DoorSettings) {}

  /** When {@link sayCounts} is due; infinity while nothing was counted. */
  get dueMs(): number {
    return Math.min(this.#reads.sinceMs, this.#refused.sinceMs) + this.settings.countForMs;
  }

  /**
   * Throws NotPermittedError unless this person may answer for the alarm: for each of its sources, on the unit where it is. Of an alarm
   * of which nobody recorded the place, everybody may who may on a unit of theirs: somebody has to be able to.
   */
  demandMayAcknowledge({ person }: Pick<PassPerson, 'person'>, episode: Episode): void {
    for (const { source } of episode.members) {
      const asked = this.#unitsFor(person, episode.unit).map((unit) => this.#ask(person, source, unit));
      const [first] = asked;
      if (first && !asked.some(({ decision }) => decision.outcome === 'allowed'))
        this.#demand(first, episode.id);
    }
  }

  /** Throws NotPermittedError unless this person has the permission on the whole unit. */
  demandMay({ person }: Pick<PassPerson, 'person'>, action: PolicyRequest['action'], unit: string): void {
    this.#demand(this.#decide({ person, action, resource: { kind: 'unit', unit } }));
  }

  /** Counts a read. Throws NotPermittedError for somebody without any role: alarms are for those who work here. */
  read(by: Pick<PassPerson, 'person'>, action: AlarmRead): void {
    const { trust, clock } = this.settings;
    const nowMs = clock.nowMs();
    if (rolesAnywhere(trust.people, by.person, isoOf(nowMs)).length === 0)
      this.demandMay(by, 'acknowledge-alarm', ALL_UNITS);
    this.#reads.add(by.person, action, nowMs);
  }

  /** Counts a request without a pass that holds; `missing` when there was none. */
  passRefused(fault: string): void {
    this.#refused.add('all', fault, this.settings.clock.nowMs());
  }

  /** Says what was counted. */
  sayCounts(): void {
    for (const { name, counts, ...span } of this.#reads.take())
      this.#say(AlarmDecisionsAllowed, toToken(name), name, {
        ...iso(span),
        reads: counts.map(([action, count]) => ({ action, count })),
      });
    const { source } = this.settings.signature;
    for (const { counts, ...span } of this.#refused.take())
      this.#say(AlarmPassesRefused, toToken(source), source, {
        ...iso(span),
        refused: counts.map(([fault, count]) => ({ fault, count })),
      });
  }

  #unitsFor(person: string, unit: string | undefined): readonly string[] {
    if (unit !== undefined) return [unit];
    const units = (entryOf(this.settings.trust.people.people, person)?.roles ?? []).map((role) => role.unit);
    return [...new Set([...units, ALL_UNITS])];
  }

  #ask(person: string, source: string, unit: string): Asked {
    const resource = this.settings.resourceOf(source, unit);
    return this.#decide({ person, action: 'acknowledge-alarm', resource });
  }

  #decide(request: PolicyRequest): Asked {
    const { trust, clock } = this.settings;
    return { request, decision: authorise(request, trust.people, { at: isoOf(clock.nowMs()) }) };
  }

  #demand({ request, decision }: Asked, alarm?: string): void {
    if (decision.outcome === 'allowed') return;
    const { person, action, resource } = request;
    if (!this.#denials.take(person, this.settings.clock.nowMs()))
      throw new TooManyRefusalsError('Refused too often within a minute. Wait a minute, then ask again.');
    this.#say(AlarmDecisionDenied, toToken(person), person, {
      action,
      resourceKind: resource.kind,
      resource: resource.kind === 'unit' ? resource.unit : resource.id,
      unit: resource.unit,
      reason: decision.reason,
      policies: decision.policies.slice(0, 16),
      policyVersion: decision.policyVersion,
      words: decision.words,
      ...(alarm !== undefined && { alarm }),
    });
    throw new NotPermittedError({ request, decision });
  }

  #say(definition: EventDefinition, entity: string, actor: string, data: object): void {
    const { store, clock, signature } = this.settings;
    const key = uuidv7();
    const said = { entity, key, decision: key, atMs: clock.nowMs(), actor, data };
    store.save({ outbox: [sealed(signature, definition, said)] });
    this.onSaid();
  }
}

const iso = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) => ({
  from: isoOf(fromMs),
  to: isoOf(toMs),
});
