import { OnBatch, type Delivery } from '@bcmed/event-log';
import { Controller, type Type } from '@nestjs/common';
import { TRUST_SUBJECTS } from '@bcmed/site-trust';
import { BEDSIDE_SUBJECTS, COMMAND_SUBJECTS, SiteInbox } from './site-inbox.js';

/** Name of this instance's place among the site's keys, roles, beds and commands; its own store knows the position. */
export function siteDurable(instance: string): string {
  return `pump-adapter-${instance}-on-site-event`;
}

/** One subscription for all, so that a command comes after every change of keys, roles and beds that stands before it. */
export function onSiteEvent(durable: string): Type {
  @Controller()
  class OnSiteEvent {
    constructor(private readonly inbox: SiteInbox) {}

    @OnBatch([...TRUST_SUBJECTS, ...BEDSIDE_SUBJECTS, ...COMMAND_SUBJECTS], { durable, startAt: 'new' })
    take(messages: readonly Delivery[]): void {
      this.inbox.take(messages);
    }
  }
  return OnSiteEvent;
}
