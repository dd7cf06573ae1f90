import { EventLog, OnBatch, type Delivery, type LogEntry } from '@bcmed/event-log';
import { Controller } from '@nestjs/common';
import { AlarmDesk } from '../commands/alarm-desk.js';

/** Durable name of the consumer. The service's own store knows the position; the consumer follows it. */
export const EVENTS_DURABLE = 'alarms-on-event-appended';

/**
 * Everything that is appended to the site's stream, in one order: a key that is revoked and an event that it seals afterwards
 * must not overtake each other. What matters is what pumps say, who may say it, and what this service said itself.
 * Acknowledged when it is on disk; what comes a second time is left out.
 */
@Controller()
export class OnEventAppended {
  constructor(
    private readonly desk: AlarmDesk,
    private readonly log: EventLog,
  ) {}

  @OnBatch('bcmed.{site}.>', { durable: EVENTS_DURABLE, retryPausesMs: [50, 100, 500, 1_000, 2_000] })
  async weigh(batch: readonly Delivery[]): Promise<void> {
    const [first] = batch;
    if (first && first.position > this.desk.position + 1n)
      await this.#fill(this.desk.position + 1n, first.position - 1n);
    this.desk.take(batch);
  }

  /** Positions that the batch lacks, because another store was put in place. */
  async #fill(from: bigint, to: bigint): Promise<void> {
    let chunk: LogEntry[] = [];
    for await (const entry of this.log.readRange(from, to)) {
      chunk.push(entry);
      if (chunk.length < 1_000) continue;
      this.desk.take(chunk);
      chunk = [];
    }
    this.desk.take(chunk);
  }
}
