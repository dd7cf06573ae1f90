import { createHash } from 'node:crypto';
import { ReviewIssued, createEvent, serialiseEvent, subjectOf } from '@bcmed/events';
import { v7 as uuidv7 } from 'uuid';
import type { AlarmStore } from '../adapters/alarm-store.js';
import type { Clock } from '../adapters/clock.js';
import { figuresOf } from '../domain/review.js';
import { reviewPage } from '../views/review-page.js';
import type { AlarmDesk } from './alarm-desk.js';
import { isoOf, type Signature } from './event-maker.js';

export interface ReviewParts {
  readonly store: AlarmStore;
  readonly desk: AlarmDesk;
  readonly clock: Clock;
  readonly signature: Signature;
}

const DAY_MS = 86_400_000;

/** Periodic reviews: looked at as often as one likes, issued as an event when somebody wants to keep one. */
export class Reviews {
  constructor(private readonly parts: ReviewParts) {}

  /** The page of the last days, as it is now. */
  page(days: number): string {
    return this.#make(days).html;
  }

  /** Fixes the page by its hash, as an event. Who wanted it is its actor. Returns its id and the page, which is not kept here. */
  issue(
    days: number,
    person: string,
  ): { readonly id: string; readonly sha256: string; readonly html: string } {
    const { store, desk, signature } = this.parts;
    const { html, figures, undelivered, from, to } = this.#make(days);
    const sha256 = createHash('sha256').update(html, 'utf8').digest('base64url');
    const { site, source, sealer } = signature;
    const id = uuidv7();
    const { medianMs: acknowledged } = figures.acknowledged;
    const { medianMs: resolved } = figures.resolved;
    const event = createEvent(
      ReviewIssued,
      { id: uuidv7(), source, entity: id, time: to, site, actor: person },
      {
        from,
        to,
        episodes: figures.episodes,
        ...(acknowledged === undefined ? {} : { acknowledgedMedianMs: Math.round(acknowledged) }),
        ...(resolved === undefined ? {} : { resolvedMedianMs: Math.round(resolved) }),
        undelivered,
        sha256,
      },
    );
    const body = serialiseEvent(event);
    const seal = sealer.seal(body);
    store.save({
      outbox: [{ id: event.id, entity: id, decision: event.id, subject: subjectOf(event), body, seal }],
    });
    desk.changed();
    return { id, sha256, html };
  }

  #make(days: number) {
    const { store, clock, signature } = this.parts;
    const nowMs = clock.nowMs();
    const fromMs = nowMs - days * DAY_MS;
    const figures = figuresOf(store.episodes(fromMs, nowMs));
    const undelivered = store.parcels.undelivered(fromMs, nowMs);
    const [from, to] = [isoOf(fromMs), isoOf(nowMs)];
    const html = reviewPage({ site: signature.site, from, to, figures, undelivered });
    return { html, figures, undelivered, from, to };
  }
}
