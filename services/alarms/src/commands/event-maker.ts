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
export function outboxOf(
  said: readonly Said[],
  decision: string,
  { site, source, sealer }: Signature,
): OutboxEvent[] {
  return said.map(({ event, episode: { id: entity } }, index) => {
    const made = createEvent(
      DEFINITIONS[event.type],
      {
        id: eventIdOf(site, entity, event.key),
        source,
        entity,
        time: isoOf(event.atMs),
        site,
        actor: event.actor || source,
        ...(event.cause === undefined ? {} : { causationid: event.cause }),
      },
      wholeNumbers(event.data),
    );
    const body = serialiseEvent(made);
    // Decisions about different episodes are appended each by itself, and none is longer than the broker takes.
    const together = `${decision}/${entity}/${Math.floor(index / MOST_AT_ONCE)}`;
    return {
      id: made.id,
      entity,
      decision: together,
      subject: subjectOf(made),
      body,
      seal: sealer.seal(body),
    };
  });
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

export function isoOf(ms: number): string {
  return new Date(ms).toISOString();
}

/** Our clock has fractions of a millisecond, the stream has none. */
function wholeNumbers(data: EpisodeEvent['data']): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [key, key.endsWith('Ms') ? Math.round(Number(value)) : value]),
  );
}
