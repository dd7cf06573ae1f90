import { OnBatch, type Delivery } from '@bcmed/event-log';
import { Controller, type Type } from '@nestjs/common';
import { SettleOutbox } from './settle-outbox.js';

/** Name of this instance's place in the stream of blocks; its own store knows the position, the consumer follows it. */
export function blocksDurable(instance: string): string {
  return `pump-adapter-${instance}-on-block-anchored`;
}

/** The subscription of one instance: every adapter settles its own outbox and therefore needs its own consumer. */
export function onBlockAnchored(durable: string): Type {
  @Controller()
  class OnBlockAnchored {
    constructor(private readonly outbox: SettleOutbox) {}

    @OnBatch('bcmed-block.{site}.>', { durable, startAt: 'new' })
    settle(blocks: readonly Delivery[]): void {
      this.outbox.take(blocks);
    }
  }
  return OnBlockAnchored;
}
