import { OnBatch, type Delivery } from '@bcmed/event-log';
import { Controller } from '@nestjs/common';
import { SiteInbox } from './site-inbox.js';

/** The broker's memory of where we were. It is not needed: whoever starts anew begins behind what it has read. */
export const EVENTS_DURABLE = 'console-1-on-event-appended';

/** Everything that happens, in order. */
@Controller()
export class OnEventAppended {
  constructor(private readonly inbox: SiteInbox) {}

  @OnBatch('bcmed.{site}.>', { durable: EVENTS_DURABLE, startAt: 'new' })
  take(messages: readonly Delivery[]): void {
    this.inbox.take(messages);
  }
}
