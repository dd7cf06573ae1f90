import type { Changes, FeedItem } from '../adapters/alarm-store.js';
import type { Sent } from '../domain/episode-events.js';
import type { Episode } from '../domain/episode.js';
import { noticeOf, viewOf } from '../domain/telling.js';
import type { Said, Ward } from '../domain/ward.js';
import { deliveryKeyOf, eventIdOf, isoOf } from './event-maker.js';

type Parcels = NonNullable<Changes['parcels']>[number][];
type Feed = Omit<FeedItem, 'number'>[];

interface Outcome {
  readonly ward: Ward;
  readonly said: readonly Said[];
}

/** What a step would make of the ward, before it is written. */
export class Draft {
  readonly said: Said[] = [];
  readonly episodes = new Map<string, Episode>();
  /** Keys of parcels of which an earlier life of the service had the receipt. */
  readonly delivered: string[] = [];
  readonly #ids = new Set<string>();

  constructor(
    public ward: Ward,
    private readonly site: string,
  ) {}

  add(outcome: Outcome): void {
    this.said.push(...outcome.said);
    for (const { event, episode } of outcome.said) this.#ids.add(eventIdOf(this.site, episode.id, event.key));
    this.remember(outcome);
  }

  /** Takes over without saying it. */
  remember({ ward, said }: Outcome): void {
    this.ward = ward;
    for (const { episode } of said) this.episodes.set(episode.id, episode);
  }

  hasSaid(id: string): boolean {
    return this.#ids.has(id);
  }

  /** What listeners and people are told of it. */
  told(nowMs: number): { readonly feed: Feed; readonly parcels: Parcels } {
    const feed: Feed = [];
    const parcels: Parcels = [];
    for (const { event, episode } of this.said) {
      if (event.type === 'notification-sent') this.#pack(event, episode, { feed, parcels, nowMs });
      else if (event.type !== 'notification-delivered' && event.type !== 'notification-failed')
        feed.push({ event: event.type, json: JSON.stringify(viewOf(episode, event.atMs)) });
    }
    return { feed, parcels };
  }

  #pack(
    event: Sent,
    episode: Episode,
    { feed, parcels, nowMs }: { readonly feed: Feed; readonly parcels: Parcels; readonly nowMs: number },
  ): void {
    const { notification, reason, step, priority, channels } = event.data;
    for (const channel of channels) {
      const key = deliveryKeyOf(this.site, episode.id, notification, channel);
      const notice = noticeOf(event, episode, { key, site: this.site, decidedAt: isoOf(event.atMs) });
      const body = JSON.stringify(notice);
      const base = { key, episode: episode.id, channel, notification, reason, step, priority, body };
      const times = { decidedMs: event.atMs, createdMs: nowMs, attempts: 0 };
      parcels.push({ ...base, ...times, ...(channel === 'stream' ? { feedIndex: feed.length } : {}) });
      if (channel === 'stream') feed.push({ event: 'notification', json: body });
    }
  }
}
