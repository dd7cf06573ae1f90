import { OnBatch, type Delivery } from '@bcmed/event-log';
import { Controller } from '@nestjs/common';
import { BlockInbox } from './block-inbox.js';

export const BLOCKS_DURABLE = 'console-1-on-block-anchored';

/** Blocks as they are confirmed. */
@Controller()
export class OnBlockAnchored {
  constructor(private readonly inbox: BlockInbox) {}

  @OnBatch('bcmed-block.{site}.>', { durable: BLOCKS_DURABLE, startAt: 'new' })
  take(messages: readonly Delivery[]): void {
    this.inbox.take(messages);
  }
}
