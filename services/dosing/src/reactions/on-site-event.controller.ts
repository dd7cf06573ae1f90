import { OnBatch, type Delivery } from '@bcmed/event-log';
import { TRUST_SUBJECTS } from '@bcmed/site-trust';
import { Controller } from '@nestjs/common';
import { SiteInbox } from './site-inbox.js';

/** Owns the place in the stream; the store knows the position, and the consumer follows it. */
export const SITE_DURABLE = 'dosing-on-site-event';

/** What pumps say that matters here. */
const PUMP_EVENTS = [
  'status-sampled',
  'rate-changed',
  'infusion-started',
  'infusion-stopped',
  'infusion-completed',
  'command-executed',
  'command-failed',
  'command-outcome-unknown',
  'command-outcome-resolved',
  'target-ended',
  'connected',
  'lost',
] as const;

/** One subscription for all, so that what a decision rests on is known in the order in which it happened. */
@Controller()
export class OnSiteEvent {
  constructor(private readonly inbox: SiteInbox) {}

  @OnBatch(
    [
      ...TRUST_SUBJECTS,
      'bcmed.{site}.association.>',
      'bcmed.{site}.vitals.>',
      ...PUMP_EVENTS.map((name) => `bcmed.{site}.pump.*.${name}`),
      'bcmed.{site}.dosing.>',
    ],
    { durable: SITE_DURABLE },
  )
  take(messages: readonly Delivery[]): Promise<void> {
    return this.inbox.take(messages);
  }
}
