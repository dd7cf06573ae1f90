import type { ConsumerInfo, JsMsg } from '@nats-io/jetstream';
import { subjectTemplate, withBatchSpan } from '@bcmed/telemetry';
import { TailLostError, UnprocessableMessageError } from '../errors.js';
import { EventLog } from '../event-log.js';
import type { LogMessage } from '../messages.js';
import { readSubjects } from '../read.js';
import { park } from './parking.js';
import { PullSource } from './pull-source.js';
import {
  deliveryOf,
  reasonOf,
  settledWithin,
  Signal,
  type Runner,
  type RunnerHealth,
  type RunnerSettings,
} from './runner.js';
import { pauseBefore, type BatchSubscription, type Delivery } from './subscription.js';

interface Item {
  readonly delivery: Delivery;
  /** Absent when it was read from the stream instead of delivered: there is nothing to acknowledge yet. */
  message?: JsMsg;
}

/**
 * Runs an OnBatch method: messages in stream order, without gaps, many for each call.
 *
 * A pull consumer alone does not promise that: what a killed process or a cut line had taken comes again only after
 * ack_wait, behind newer messages. The consumer's delivery numbers tell when something is missing; it is then read from
 * the stream itself, at once. What the consumer delivers again later is recognised by its position and acknowledged.
 */
export class BatchRunner implements Runner {
  readonly #source: PullSource;
  readonly #buffer: Item[] = [];
  readonly #changed = new Signal();
  /** Last position in the buffer, or handed over. */
  #tail: bigint | undefined;
  /** Last position whose handler resolved. */
  #handled = 0n;
  #nextDelivery = 0;
  #current: readonly Item[] = [];
  #begunMs: number | undefined;
  #working: Promise<void> = Promise.resolve();
  #settling: Promise<unknown> = Promise.resolve();
  #closing = false;
  #failure: string | undefined;
  #parked = 0;
  #behind = 0;
  #signsOfLife: NodeJS.Timeout | undefined;

  constructor(private readonly settings: RunnerSettings<BatchSubscription, readonly Delivery[]>) {
    const { connection, subscription, warn } = settings;
    this.#source = new PullSource({
      connection,
      subscription,
      prefetch: subscription.maxMessages * 2,
      warn,
      receiver: {
        receive: (message) => this.#receive(message),
        attached: (info) => this.#attached(info),
        resumeAt: () => (this.#tail === undefined ? undefined : this.#handled + 1n),
      },
    });
  }

  async start(): Promise<void> {
    const { resumeAfter, subscription } = this.settings;
    if (resumeAfter !== undefined) this.#handled = this.#tail = await resumeAfter();
    await this.#requireTail();
    await this.#source.start();
    this.#signsOfLife = setInterval(() => this.#giveSigns(), subscription.ackWaitMs / 3);
    this.#working = this.#work();
  }

  async close(deadlineMs: number): Promise<boolean> {
    this.#closing = true;
    this.#changed.raise();
    const drained = await settledWithin(Promise.all([this.#source.stop(), this.#working]), deadlineMs);
    clearInterval(this.#signsOfLife);
    await settledWithin(this.#settling, 1_000);
    return drained;
  }

  health(): RunnerHealth {
    const { durable, ceilingMs } = this.settings.subscription;
    const state = this.#source.state;
    const detail = `at ${this.#handled}, ${this.#behind + this.#buffer.length} behind`;
    if (!state.flowing) return { name: durable, status: 'down', detail: state.detail };
    if (this.#begunMs !== undefined && Date.now() - this.#begunMs > ceilingMs) {
      return {
        name: durable,
        status: 'down',
        detail: `${detail}; a handler has been running for more than ${ceilingMs} ms`,
      };
    }
    const parked = this.#parked > 0 ? `, ${this.#parked} parked since the start` : '';
    if (this.#failure === undefined) return { name: durable, status: 'up', detail: `${detail}${parked}` };
    return { name: durable, status: 'degraded', detail: `${detail}${parked}; failing: ${this.#failure}` };
  }

  /** A shorter stream would number new events with positions that count as handled, and they would be skipped. */
  async #requireTail(): Promise<void> {
    const { connection, subscription } = this.settings;
    const { stream, durable } = subscription;
    const last = await new EventLog(connection, { stream }).lastPosition();
    if (this.#handled <= last) return;
    throw new TailLostError(
      `${stream} ends at ${last}, but ${durable} has handled ${this.#handled} already.`,
    );
  }

  async #attached(info: ConsumerInfo): Promise<void> {
    await this.#requireTail();
    if (this.#tail === undefined) this.#handled = this.#tail = BigInt(info.ack_floor.stream_seq);
    this.#nextDelivery = info.delivered.consumer_seq + 1;
    await this.#readUpTo(BigInt(info.delivered.stream_seq));
  }

  async #receive(message: JsMsg): Promise<void> {
    const position = BigInt(message.seq);
    const { deliverySequence, pending } = message.info;
    const inStep = deliverySequence === this.#nextDelivery;
    this.#nextDelivery = deliverySequence + 1;
    if (position <= this.#handled) {
      message.ack();
      return;
    }
    const tail = this.#tail ?? 0n;
    if (position <= tail) {
      const known = [...this.#current, ...this.#buffer].find(
        ({ delivery }) => delivery.position === position,
      );
      if (known !== undefined) known.message = message;
      return;
    }
    if (!inStep || message.redelivered) await this.#readUpTo(position - 1n);
    this.#behind = pending;
    await this.#put({ delivery: deliveryOf(message), message });
  }

  /** Takes from the stream what the consumer believes to have delivered to somebody. */
  async #readUpTo(to: bigint): Promise<void> {
    const { connection, subscription } = this.settings;
    const tail = this.#tail ?? 0n;
    if (to <= tail) return;
    const range = { from: tail + 1n, to };
    for await (const message of readSubjects(connection, subscription.stream, subscription.filters, range)) {
      if (this.#closing) return;
      await this.#put({ delivery: withCount(message) });
    }
  }

  async #put(item: Item): Promise<void> {
    const limit = this.settings.subscription.maxMessages * 2;
    while (this.#buffer.length >= limit && !this.#closing) await this.#changed.next();
    if (this.#closing) return;
    this.#buffer.push(item);
    this.#tail = item.delivery.position;
    this.#changed.raise();
  }

  async #work(): Promise<void> {
    const { maxMessages, maxWaitMs } = this.settings.subscription;
    while (!this.#closing) {
      if (this.#buffer.length === 0) {
        await this.#changed.next();
        continue;
      }
      await this.#gather(maxMessages);
      if (maxWaitMs > 0) await this.#linger(maxMessages, maxWaitMs);
      const batch = this.#buffer.splice(0, maxMessages);
      this.#changed.raise();
      await this.#handle(batch);
    }
  }

  /**
   * What is on the line already becomes one batch: turns of the event loop are given as long as each brings more. A single
   * message waits for two turns, a backlog fills the batch, and no clock is involved.
   */
  async #gather(enough: number): Promise<void> {
    for (let before = 0; this.#buffer.length > before && this.#buffer.length < enough;) {
      before = this.#buffer.length;
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #linger(enough: number, forMs: number): Promise<void> {
    const full = async (): Promise<void> => {
      while (this.#buffer.length < enough && !this.#closing) await this.#changed.next();
    };
    await settledWithin(full(), forMs);
  }

  /** Resolves when every message of the batch is handled or parked, or when the service closes. */
  async #handle(batch: readonly Item[]): Promise<void> {
    const { subscription, warn } = this.settings;
    for (let attempt = 1; !this.#closing; attempt++) {
      try {
        await this.#call(batch);
        this.#failure = undefined;
        this.#settle(batch);
        return;
      } catch (error) {
        const [first] = batch;
        const reason = reasonOf(error);
        const failure = `${batch.length} from position ${first?.delivery.position ?? '?'}, attempt ${attempt}: ${reason}`;
        this.#failure = failure;
        warn(`${subscription.durable}: ${failure}`);
        const hopeless = error instanceof UnprocessableMessageError && Number.isFinite(subscription.tries);
        if (hopeless || attempt >= subscription.tries) {
          if (batch.length > 1) {
            for (const item of batch) await this.#handle([item]);
            return;
          }
          if (first !== undefined && (await this.#park(first.delivery, error))) {
            this.#settle(batch);
            return;
          }
        }
        await this.#pause(pauseBefore(attempt + 1, subscription.retryPausesMs));
      }
    }
  }

  async #call(batch: readonly Item[]): Promise<void> {
    const { subscription, handle } = this.settings;
    this.#current = batch;
    this.#begunMs = Date.now();
    try {
      const deliveries = batch.map(({ delivery }) => delivery);
      const name = `process ${subjectTemplate(subscription.filters[0])}`;
      await withBatchSpan(
        name,
        deliveries.map(({ headers }) => headers),
        (span) => {
          span.setAttribute('messaging.consumer.group.name', subscription.durable);
          return handle(deliveries);
        },
      );
    } finally {
      this.#begunMs = undefined;
    }
  }

  /** Acknowledges a whole batch by its last delivered message, in the background: the next batch need not wait for it. */
  #settle(batch: readonly Item[]): void {
    const last = batch.at(-1);
    if (last === undefined) return;
    this.#handled = last.delivery.position;
    this.#current = [];
    const acked = batch.findLast(({ message }) => message !== undefined)?.message;
    // A lost acknowledgement is harmless: the next one covers it, and what comes again is known to be handled.
    if (acked !== undefined) this.#settling = acked.ackAck().catch(() => false);
  }

  async #park(delivery: Delivery, reason: unknown): Promise<boolean> {
    const { subscription, warn } = this.settings;
    try {
      await park(this.settings, subscription, { delivery, reason });
      this.#parked++;
      this.#failure = undefined;
      return true;
    } catch (error) {
      warn(`${subscription.durable}: position ${delivery.position} could not be parked: ${reasonOf(error)}`);
      return false;
    }
  }

  async #pause(ms: number): Promise<void> {
    const closing = async (): Promise<void> => {
      while (!this.#closing) await this.#changed.next();
    };
    await settledWithin(closing(), ms);
  }

  #giveSigns(): void {
    const { ceilingMs } = this.settings.subscription;
    if (this.#begunMs !== undefined && Date.now() - this.#begunMs > ceilingMs) return;
    for (const { message } of [...this.#current, ...this.#buffer]) message?.working();
  }
}

/** The server does not tell how often it tried a message that was read from the stream; it was at least once. */
function withCount(message: LogMessage): Delivery {
  return { ...message, deliveryCount: 1 };
}
