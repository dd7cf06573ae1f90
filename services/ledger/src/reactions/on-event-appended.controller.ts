import { EventLog, OnBatch, type Delivery } from '@bcmed/event-log';
import { Controller } from '@nestjs/common';
import { contiguous } from '../adapters/event-stream.js';
import { StreamTail } from '../adapters/stream-tail.js';
import { AcceptEvents } from '../commands/accept-events.js';

/** Durable name of the ledger's consumer. The ledger's own store knows the position; the consumer follows it. */
export const EVENTS_DURABLE = 'ledger-on-event-appended';

/**
 * With fewer positions the other processor's help costs more than it saves: measured at 500 events/s, half a second at the 99th
 * percentile. With a backlog it makes the ledger half as fast again.
 */
const WORTH_LOOKING_AHEAD = 64;

/**
 * Everything that is appended to the site's stream, in order. When the method returns, the leaves are on disk, and only then is the
 * batch acknowledged; what comes a second time is left out. Of a stream that lost its tail nothing is accepted.
 */
@Controller()
export class OnEventAppended {
  constructor(
    private readonly accepted: AcceptEvents,
    private readonly log: EventLog,
    private readonly tail: StreamTail,
  ) {}

  @OnBatch('bcmed.{site}.>', { durable: EVENTS_DURABLE })
  async accept(batch: readonly Delivery[]): Promise<void> {
    await this.tail.require();
    for await (const run of contiguous(this.log, this.accepted.lastPosition, batch)) {
      if (run.length >= WORTH_LOOKING_AHEAD) await this.accepted.lookAhead(run);
      this.accepted.accept(run);
    }
  }
}
