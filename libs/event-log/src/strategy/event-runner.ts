import type { JsMsg } from '@nats-io/jetstream';
import { withProcessSpan } from '@bcmed/telemetry';
import { UnprocessableMessageError } from '../errors.js';
import { idOf } from '../messages.js';
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
import { pauseBefore, type Delivery, type EventSubscription } from './subscription.js';

interface Work {
  readonly message: JsMsg;
  /** Undefined while it waits for a free handler. */
  begunMs?: number;
}

/** Positions that were acknowledged lately: when such an acknowledgement was lost, the message comes again. */
const REMEMBERED = 4_096;

/** Runs an OnEvent method: one message for each call. The outcome of every message is told as ack, nak or term. */
export class EventRunner implements Runner {
  readonly #source: PullSource;
  /** Everything that the server thinks we have, by position, in order of arrival. */
  readonly #held = new Map<number, Work>();
  readonly #done = new Set<number>();
  readonly #changed = new Signal();
  #running = 0;
  #closing = false;
  #parked = 0;
  #lastFailure: string | undefined;
  #lastPosition = 0;
  #behind = 0;
  #signsOfLife: NodeJS.Timeout | undefined;

  constructor(private readonly settings: RunnerSettings<EventSubscription, Delivery>) {
    const { connection, subscription, warn } = settings;
    this.#source = new PullSource({
      connection,
      subscription,
      prefetch: subscription.concurrency,
      warn,
      receiver: {
        receive: (message) => {
          this.#receive(message);
          return Promise.resolve();
        },
        attached: () => Promise.resolve(),
        resumeAt: () => this.#resumeAt(),
      },
    });
  }

  async start(): Promise<void> {
    await this.#source.start();
    this.#signsOfLife = setInterval(() => this.#giveSigns(), this.settings.subscription.ackWaitMs / 3);
  }

  async close(deadlineMs: number): Promise<boolean> {
    this.#closing = true;
    await this.#source.stop();
    for (const [position, work] of this.#held) {
      if (work.begunMs !== undefined) continue;
      work.message.nak();
      this.#held.delete(position);
    }
    const idle = async (): Promise<void> => {
      while (this.#running > 0) await this.#changed.next();
    };
    const drained = await settledWithin(idle(), deadlineMs);
    clearInterval(this.#signsOfLife);
    return drained;
  }

  health(): RunnerHealth {
    const { durable, ceilingMs } = this.settings.subscription;
    const state = this.#source.state;
    if (!state.flowing) return { name: durable, status: 'down', detail: state.detail };
    const oldest = Math.min(
      ...[...this.#held.values()].map(({ begunMs }) => begunMs ?? Number.POSITIVE_INFINITY),
    );
    if (Date.now() - oldest > ceilingMs) {
      return {
        name: durable,
        status: 'down',
        detail: `a handler has been running for more than ${ceilingMs} ms`,
      };
    }
    const parked = this.#parked > 0 ? `, ${this.#parked} parked since the start` : '';
    const detail = `at ${this.#lastPosition}, ${this.#behind} behind${parked}`;
    if (this.#lastFailure === undefined) return { name: durable, status: 'up', detail };
    return { name: durable, status: 'degraded', detail: `${detail}; failing: ${this.#lastFailure}` };
  }

  #receive(message: JsMsg): void {
    const position = message.seq;
    if (this.#closing) message.nak();
    else if (this.#done.has(position)) message.ack();
    else if (!this.#held.has(position)) {
      this.#held.set(position, { message });
      this.#lastPosition = Math.max(this.#lastPosition, position);
      this.#behind = message.info.pending;
      this.#begin();
    }
  }

  #begin(): void {
    const { concurrency } = this.settings.subscription;
    for (const work of this.#held.values()) {
      if (this.#running >= concurrency || this.#closing) return;
      if (work.begunMs !== undefined) continue;
      work.begunMs = Date.now();
      this.#running++;
      void this.#process(work.message).finally(() => {
        this.#running--;
        this.#held.delete(work.message.seq);
        this.#changed.raise();
        this.#begin();
      });
    }
  }

  /** Never rejects: whatever happens is told to the server. */
  async #process(message: JsMsg): Promise<void> {
    const { subscription, handle, warn } = this.settings;
    const delivery = deliveryOf(message);
    const { deliveryCount } = delivery;
    try {
      // A message that kills the process never reaches the catch below: stop feeding it to the handler.
      if (deliveryCount > subscription.tries) {
        throw new UnprocessableMessageError(`no handler answered in ${deliveryCount - 1} deliveries`);
      }
      const { subject, headers } = delivery;
      const span = {
        subject,
        headers,
        messageId: idOf(delivery),
        consumer: subscription.durable,
        deliveryCount,
      };
      await withProcessSpan(span, () => handle(delivery));
      this.#remember(message.seq);
      message.ack();
      this.#lastFailure = undefined;
    } catch (error) {
      const reason = reasonOf(error);
      warn(`${subscription.durable}: position ${message.seq}, delivery ${deliveryCount}: ${reason}`);
      const hopeless = error instanceof UnprocessableMessageError && Number.isFinite(subscription.tries);
      if ((hopeless || deliveryCount >= subscription.tries) && (await this.#park(delivery, error))) {
        this.#remember(message.seq);
        message.term();
        return;
      }
      this.#lastFailure = `position ${message.seq}: ${reason}`;
      message.nak(pauseBefore(deliveryCount + 1, subscription.retryPausesMs));
    }
  }

  async #park(delivery: Delivery, reason: unknown): Promise<boolean> {
    const { subscription, warn } = this.settings;
    try {
      await park(this.settings, subscription, { delivery, reason });
      this.#parked++;
      return true;
    } catch (error) {
      warn(`${subscription.durable}: position ${delivery.position} could not be parked: ${reasonOf(error)}`);
      return false;
    }
  }

  #remember(position: number): void {
    this.#done.add(position);
    if (this.#done.size <= REMEMBERED) return;
    const [oldest] = this.#done;
    if (oldest !== undefined) this.#done.delete(oldest);
  }

  #giveSigns(): void {
    const { ceilingMs } = this.settings.subscription;
    const now = Date.now();
    for (const { message, begunMs = now } of this.#held.values())
      if (now - begunMs <= ceilingMs) message.working();
  }

  /** A consumer that was deleted under us begins at the oldest message that we still hold, or after the last one seen. */
  #resumeAt(): bigint | undefined {
    if (this.#lastPosition === 0) return undefined;
    const held = [...this.#held.keys()];
    return BigInt(held.length > 0 ? Math.min(...held) : this.#lastPosition + 1);
  }
}
