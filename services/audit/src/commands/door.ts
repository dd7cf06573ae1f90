import type { EventLog } from '@bcmed/event-log';
import {
  AuditDecisionDenied,
  AuditDecisionsAllowed,
  AuditPassesRefused,
  createEvent,
  serialiseEvent,
  subjectOf,
  toToken,
  type EventDefinition,
} from '@bcmed/events';
import { ALL_UNITS, authorise } from '@bcmed/policy';
import {
  NotPermittedError,
  RefusalLimit,
  Tally,
  type PassPerson,
  type PassTrust,
  type ServiceIdentity,
} from '@bcmed/site-trust';
import { Logger } from '@nestjs/common';
import { v7 as uuidv7 } from 'uuid';
import { NotRecordableError, TooManyRefusalsError } from '../errors.js';

/** What may be asked of the record, as the catalogue names it, and the permission that it takes. */
const PERMISSION_OF = {
  'read-events': 'read-audit',
  'read-event': 'read-audit',
  'read-blocks': 'read-audit',
  'read-block': 'read-audit',
  'read-verification': 'read-audit',
  'request-verification': 'verify-log',
} as const;

export type AuditRead = keyof typeof PERMISSION_OF;

export interface DoorSettings {
  readonly site: string;
  readonly log: EventLog;
  readonly identity: ServiceIdentity;
  /** Who is known, as the stream tells it. */
  readonly trust: PassTrust;
  /** Whether our events count: before the site knows our key they would be rejected for ever. */
  readonly isEnrolled: () => boolean;
}

/**
 * Who may read and verify the record: auditors of the whole site. A no is an event before the person is told; what was read, and passes
 * that did not hold, are counted and said by {@link sayCounts}. KNOWN: what was counted and not yet said is lost by a kill.
 */
export class Door {
  readonly #log = new Logger('door');
  readonly #denials = new RefusalLimit();
  readonly #reads = new Tally();
  readonly #refused = new Tally();
  #saying: Promise<void> = Promise.resolve();

  constructor(private readonly settings: DoorSettings) {}

  /**
   * Counts what a person asks for. Throws NotPermittedError, TooManyRefusalsError, and NotRecordableError when a denial cannot be put on
   * the stream, which is a no as well.
   */
  async demand({ person }: PassPerson, read: AuditRead): Promise<void> {
    const nowMs = Date.now();
    const request = {
      person,
      action: PERMISSION_OF[read],
      resource: { kind: 'unit', unit: ALL_UNITS },
    } as const;
    const decision = authorise(request, this.settings.trust.people, { at: new Date(nowMs).toISOString() });
    if (decision.outcome === 'allowed') {
      this.#reads.add(person, read, nowMs);
      return;
    }
    if (!this.#denials.take(person, nowMs))
      throw new TooManyRefusalsError('Refused too often within a minute. Wait a minute, then ask again.');
    await this.#deny(AuditDecisionDenied, person, {
      action: request.action,
      resourceKind: 'unit',
      resource: ALL_UNITS,
      unit: ALL_UNITS,
      reason: decision.reason,
      policies: decision.policies.slice(0, 16),
      policyVersion: decision.policyVersion,
      words: decision.words,
    });
    throw new NotPermittedError({ request, decision });
  }

  /** Counts a request without a pass that holds; `missing` when there was none. */
  passRefused(fault: string): void {
    this.#refused.add('all', fault, Date.now());
  }

  /** Says what was counted; before our key counts it goes on counting, and what the stream does not take is told in the log. */
  sayCounts(): Promise<void> {
    return (this.#saying = this.#saying.then(() => this.#sayCounts()));
  }

  async #sayCounts(): Promise<void> {
    const { isEnrolled, identity } = this.settings;
    if (!isEnrolled()) return;
    try {
      for (const { name, counts, ...span } of this.#reads.take())
        await this.#say(AuditDecisionsAllowed, name, name, {
          ...iso(span),
          reads: counts.map(([action, count]) => ({ action, count })),
        });
      for (const { counts, ...span } of this.#refused.take())
        await this.#say(AuditPassesRefused, identity.source, identity.source, {
          ...iso(span),
          refused: counts.map(([fault, count]) => ({ fault, count })),
        });
    } catch (error) {
      this.#log.error({ msg: 'reads that were counted could not be recorded', err: error });
    }
  }

  async #deny(definition: EventDefinition, person: string, data: object): Promise<void> {
    if (!this.settings.isEnrolled())
      throw new NotRecordableError(
        'The site does not know the key of the audit yet, so no denial could be recorded.',
      );
    try {
      await this.#say(definition, person, person, data);
    } catch (cause) {
      throw new NotRecordableError('The stream does not take the denial now. Try again.', { cause });
    }
  }

  async #say(definition: EventDefinition, entity: string, actor: string, data: object): Promise<void> {
    const { site, log, identity } = this.settings;
    const { source, sealer } = identity;
    const attributes = {
      id: uuidv7(),
      source,
      entity: toToken(entity),
      site,
      actor,
      time: new Date().toISOString(),
    };
    const event = createEvent(definition, attributes, { ...data });
    const body = serialiseEvent(event);
    await log.append({ id: event.id, subject: subjectOf(event), body, seal: sealer.seal(body) });
  }
}

const iso = ({ fromMs, toMs }: { readonly fromMs: number; readonly toMs: number }) => ({
  from: new Date(fromMs).toISOString(),
  to: new Date(toMs).toISOString(),
});
