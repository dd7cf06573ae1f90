import { OnBatch, idOf, type Delivery } from '@bcmed/event-log';
import { withProcessSpan } from '@bcmed/telemetry';
import { Controller, Inject } from '@nestjs/common';
import { EVENTS_PROJECTOR } from '../views/tokens.js';
import type { Projector } from '../views/projector.js';

import { TrustFeed } from './trust-feed.js';

export const EVENTS_DURABLE = 'audit-on-event-appended';

/** Everything that is appended to the site's stream, in order, into the view. Acknowledged when the rows are committed. */
@Controller()
export class OnEventAppended {
  constructor(
    @Inject(EVENTS_PROJECTOR) private readonly events: Projector,
    private readonly trust: TrustFeed,
  ) {}

  @OnBatch('bcmed.{site}.>', { durable: EVENTS_DURABLE })
  async project(batch: readonly Delivery[]): Promise<void> {
    const committed = Promise.all([this.events.project(batch), this.trust.take(batch)]);
    await Promise.all(
      batch.map((delivery) => {
        const { subject, headers, deliveryCount } = delivery;
        const message = {
          subject,
          headers,
          deliveryCount,
          messageId: idOf(delivery),
          consumer: EVENTS_DURABLE,
        };
        return withProcessSpan(message, () => committed);
      }),
    );
  }
}
