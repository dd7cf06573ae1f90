import type { JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { logMessageOf } from '../event-log.js';
import type { Delivery, Subscription } from './subscription.js';

/** What a runner needs from the strategy. */
export interface RunnerSettings<Kind extends Subscription, Argument> {
  readonly connection: NatsConnection;
  readonly site: string;
  readonly subscription: Kind;
  /** The service's method; resolves when its effect is durable. */
  readonly handle: (argument: Argument) => Promise<void>;
  readonly warn: (text: string) => void;
  /** Where a batch subscription goes on, from the service's own store: the last position that it has handled. */
  readonly resumeAfter?: () => Promise<bigint>;
}

export interface RunnerHealth {
  readonly name: string;
  readonly status: 'up' | 'degraded' | 'down';
  readonly detail: string;
}

/** One subscription at work. */
export interface Runner {
  /** Throws when the subscription cannot exist (missing stream, drifted consumer). */
  start(): Promise<void>;
  /**
   * Takes no more messages, waits for running handlers until the deadline, and gives back what was not begun. Resolves to
   * false when a handler was still running at the deadline: its messages will be delivered again.
   */
  close(deadlineMs: number): Promise<boolean>;
  health(): RunnerHealth;
}

export function deliveryOf(message: JsMsg): Delivery {
  return { ...logMessageOf(message), deliveryCount: message.info.deliveryCount };
}

/** True when the promise settled in time. */
export async function settledWithin(work: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((resolve) => (timer = setTimeout(() => resolve(false), deadlineMs)));
  const settled = work.then(
    () => true,
    () => true,
  );
  const outcome = await Promise.race([settled, late]);
  clearTimeout(timer);
  return outcome;
}

/** Something that others wait for until it happens next. */
export class Signal {
  #resolve: () => void = () => undefined;
  #next = this.#renew();

  /** Resolves at the next {@link raise} after this call. */
  next(): Promise<void> {
    return this.#next;
  }

  raise(): void {
    const resolve = this.#resolve;
    this.#next = this.#renew();
    resolve();
  }

  #renew(): Promise<void> {
    return new Promise((resolve) => (this.#resolve = resolve));
  }
}

export function reasonOf(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
}
