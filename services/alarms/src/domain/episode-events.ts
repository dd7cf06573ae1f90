import type {
  AlarmAcknowledged,
  AlarmAudioPaused,
  AlarmChanged,
  AlarmEscalated,
  AlarmRaised,
  AlarmResolved,
  NotificationDelivered,
  NotificationFailed,
  NotificationSent,
} from '@bcmed/events';
import type { z } from 'zod';

type DataOf<Definition extends { readonly data: z.ZodType }> = z.infer<Definition['data']>;

interface Happened<Type extends string, Data> {
  readonly type: Type;
  /** Names it within its episode; the event's id follows from it, so the same thing is never said twice. */
  readonly key: string;
  readonly atMs: number;
  readonly actor: string;
  /** Event that led to it. */
  readonly cause?: string;
  readonly data: Data;
}

export type Raised = Happened<'raised', DataOf<typeof AlarmRaised>>;
export type Changed = Happened<'changed', DataOf<typeof AlarmChanged>>;
export type Acknowledged = Happened<'acknowledged', DataOf<typeof AlarmAcknowledged>>;
export type AudioPaused = Happened<'audio-paused', DataOf<typeof AlarmAudioPaused>>;
export type Escalated = Happened<'escalated', DataOf<typeof AlarmEscalated>>;
export type Resolved = Happened<'resolved', DataOf<typeof AlarmResolved>>;
export type Sent = Happened<'notification-sent', DataOf<typeof NotificationSent>>;
export type Delivered = Happened<'notification-delivered', DataOf<typeof NotificationDelivered>>;
export type Failed = Happened<'notification-failed', DataOf<typeof NotificationFailed>>;

/** What happens in an alarm episode; the data is what the catalogue says. */
export type EpisodeEvent =
  Raised | Changed | Acknowledged | AudioPaused | Escalated | Resolved | Sent | Delivered | Failed;

/** A pump in an episode. */
export type Member = DataOf<typeof AlarmRaised>['members'][number];

export type Channel = DataOf<typeof NotificationSent>['channels'][number];
