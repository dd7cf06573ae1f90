import { EventLog, OnBatch, sealOf, type Delivery } from '@bcmed/event-log';
import { readConfirmation } from '@bcmed/verification';
import { Controller, Inject } from '@nestjs/common';
import { ViewBehindError } from '../errors.js';
import { BLOCKS_PROJECTOR, EVENTS_PROJECTOR } from '../views/tokens.js';
import type { Projector } from '../views/projector.js';

export const BLOCKS_DURABLE = 'audit-on-block-anchored';

const EVENTS_WITHIN_MS = 5_000;

/**
 * Every confirmation of a block. It is checked with the keys that its own events made known, so the view of the events
 * must have passed it first.
 */
@Controller()
export class OnBlockAnchored {
  constructor(
    @Inject(EVENTS_PROJECTOR) private readonly events: Projector,
    @Inject(BLOCKS_PROJECTOR) private readonly blocks: Projector,
    private readonly log: EventLog,
  ) {}

  @OnBatch('bcmed-block.{site}.>', { durable: BLOCKS_DURABLE })
  async project(batch: readonly Delivery[]): Promise<void> {
    const needed = lastPositionIn(batch);
    // A block that names positions which do not exist must not stop the view for ever: it will not pass its check.
    const there = await this.log.lastPosition();
    const reachable = needed < there ? needed : there;
    if (!(await this.events.reaches(reachable, EVENTS_WITHIN_MS)))
      throw new ViewBehindError(
        `the view of the events has not reached position ${reachable.toString()} yet`,
      );
    await this.blocks.project(batch);
  }
}

function lastPositionIn(batch: readonly Delivery[]): bigint {
  let last = 0n;
  for (const delivery of batch) {
    const { position, subject, body } = delivery;
    const read = readConfirmation({ position, subject, seal: sealOf(delivery), body });
    const end = read.ok ? BigInt(read.data.header.lastSequence) : 0n;
    if (end > last) last = end;
  }
  return last;
}
