import {
  AlarmAcknowledged,
  AlarmAudioPaused,
  AlarmChanged,
  AlarmEscalated,
  AlarmRaised,
  AlarmResolved,
  NotificationDelivered,
  NotificationFailed,
  NotificationSent,
  ThresholdApproved,
  ThresholdProposed,
  ThresholdRolledBack,
  ThresholdWithdrawn,
  createEvent,
  derivedId,
  serialiseEvent,
  subjectOf,
  type EventDefinition,
  type StreamEvent,
} from '@bcmed/events';
import type { Sealer } from '@bcmed/seal';
import type { OutboxEvent } from '../adapters/alarm-store.js';
import type { EpisodeEvent } from '../domain/episode-events.js';
import type { ThresholdEvent } from '../domain/thresholds.js';
import type { Said } from '../domain/ward.js';

const DEFINITIONS: Readonly<Record<EpisodeEvent['type'], EventDefinition>> = {
  raised: AlarmRaised,
  changed: AlarmChanged,
  acknowledged: AlarmAcknowledged,
  'audio-paused': AlarmAudioPaused,
  escalated: AlarmEscalated,
  resolved: AlarmResolved,
  'notification-sent': NotificationSent,
  'notification-delivered': NotificationDelivered,
  'notification-failed': NotificationFailed,
};

const THRESHOLD_DEFINITIONS: Readonly<Record<ThresholdEvent['type'], EventDefinition>> = {
  'threshold-proposed': ThresholdProposed,
  'threshold-approved': ThresholdApproved,
  'threshold-withdrawn': ThresholdWithdrawn,
  'threshold-rolled-back': ThresholdRolledBack,
};

const MOST_AT_ONCE = 200;

export interface Signature {
  readonly site: string;
  readonly source: string;
  readonly sealer: Sealer;
}

/** Id of an event of an episode: it follows from the episode and from what happened, so nothing is said twice. */
export function eventIdOf(site: string, episode: string, key: string): string {
  return derivedId(site, 'alarm-event', episode, key);
}

/** Idempotency key of one notification on one way. */
export function deliveryKeyOf(site: string, episode: string, notification: number, channel: string): string {
  return derivedId(site, 'alarm-notification', episode, String(notification), channel);
}

/** Events of one decision, sealed and ready for the stream. Throws EventInvalidError. */
export function outboxOf(said: readonly Said[], decision: string, signature: Signature): OutboxEvent[] {
  return said.map(({ event, episode: { id: entity } }, index) => {
    // Decisions about different episodes are appended each by itself, and none is longer than the broker takes.
    const together = `${decision}/${entity}/${Math.floor(index / MOST_AT_ONCE)}`;
    return sealed(signature, DEFINITIONS[event.type], { ...event, entity, decision: together });
  });
}

/** Events about one threshold, likewise. */
export function thresholdOutboxOf(
  entity: string,
  said: readonly ThresholdEvent[],
  signature: Signature,
): OutboxEvent[] {
  const [first] = said;
  if (!first) return [];
  const decision = `${entity}/${first.key}`;
  return said.map((event) =>
    sealed(signature, THRESHOLD_DEFINITIONS[event.type], { ...event, entity, decision }),
  );
}

/** Something that was said by this service, with an id that follows from what it is about. */
export function sealed(
  { site, source, sealer }: Signature,
  definition: EventDefinition,
  said: {
    readonly entity: string;
    readonly key: string;
    readonly decision: string;
    readonly atMs: number;
    readonly actor: string;
    readonly cause?: string;
    readonly data: object;
  },
): OutboxEvent {
  const { entity, key, decision, atMs, actor, cause, data } = said;
  const id = eventIdOf(site, entity, key);
  const caused = cause === undefined ? {} : { causationid: cause };
  const attributes = { id, source, entity, time: isoOf(atMs), site, actor: actor || source, ...caused };
  const event = createEvent(definition, attributes, wholeNumbers(data));
  const body = serialiseEvent(event);
  return { id, entity, decision, subject: subjectOf(event), body, seal: sealer.seal(body) };
}

/** An own event as it is read from the stream. */
export function episodeEventOf(event: StreamEvent): EpisodeEvent | undefined {
  const type = event.type.slice('bcmed.alarm.'.length);
  if (!(type in DEFINITIONS)) return undefined;
  // The catalogue has just accepted the data as this type's.
  return {
    type,
    key: '',
    atMs: Date.parse(event.time),
    actor: event.actor,
    data: event.data,
  } as EpisodeEvent;
}

/** An own event about a threshold, as it is read from the stream. */
export function thresholdEventOf(event: StreamEvent): ThresholdEvent | undefined {
  const type = event.type.slice('bcmed.alarm.'.length);
  if (!(type in THRESHOLD_DEFINITIONS)) return undefined;
  // The catalogue has just accepted the data as this type's.
  return {
    type,
    key: '',
    atMs: Date.parse(event.time),
    actor: event.actor,
    data: event.data,
  } as ThresholdEvent;
}

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Our clock has fractions of a millisecond, the stream has none. */
function wholeNumbers(data: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, key.endsWith('Ms') ? Math.round(Number(value)) : value]),
  );
}
