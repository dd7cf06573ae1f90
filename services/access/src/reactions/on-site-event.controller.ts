import { OnBatch, type Delivery } from '@bcmed/event-log';
import { Controller, type Type } from '@nestjs/common';
import { TRUST_SUBJECTS } from '@bcmed/site-trust';
import { AccessRecord } from '../adapters/access-record.js';

/** Name of this instance's place among the site's keys and people; each instance reads all of them for itself. */
export function siteDurable(instance: string): string {
  return `access-${instance}-on-site-event`;
}

/** Everything about keys, people and approvals, in the order of the stream: what is decided and who stays signed in rests on it. */
export function onSiteEvent(durable: string): Type {
  @Controller()
  class OnSiteEvent {
    constructor(private readonly trust: AccessRecord) {}

    @OnBatch([...TRUST_SUBJECTS], { durable, startAt: 'new' })
    take(messages: readonly Delivery[]): void {
      this.trust.take(messages);
    }
  }
  return OnSiteEvent;
}
