import type { NatsConnection } from '@nats-io/transport-node';
import { Logger } from '@nestjs/common';
import { Server, type CustomTransportStrategy, type MessageHandler } from '@nestjs/microservices';
import { lastValueFrom } from 'rxjs';
import { SubscriptionError } from '../errors.js';
import { BatchRunner } from './batch-runner.js';
import { EventRunner } from './event-runner.js';
import type { Runner } from './runner.js';
import { JETSTREAM, resolveSubscription } from './subscription.js';

export interface JetStreamServerSettings {
  readonly connection: NatsConnection;
  readonly site: string;
  /** How long {@link JetStreamServer.close} waits for running handlers. */
  readonly drainMs?: number;
  /**
   * For each durable of an OnBatch handler that keeps its own position: the last position in its store. It then goes on
   * from there and not from the server's memory, so a view that was dropped, or a store restored from a backup, catches up.
   */
  readonly resumeAfter?: Readonly<Record<string, () => Promise<bigint>>>;
}

/** Short enough that a pump's adapter is back before its pumps stop by themselves. */
export const DRAIN_MS = 5_000;

/**
 * Nest transport that runs OnEvent and OnBatch methods on durable JetStream pull consumers. The README states what it
 * promises, one by one. Close it before the stores that its handlers write to: in Nest, these close in
 * `onApplicationShutdown`.
 */
export class JetStreamServer extends Server implements CustomTransportStrategy {
  override readonly transportId = JETSTREAM;
  override readonly propagatesEventHandlerErrors = true;
  protected override readonly logger = new Logger('JetStream');
  readonly #runners: Runner[] = [];
  #closed = false;

  constructor(private readonly settings: JetStreamServerSettings) {
    super();
  }

  /** Called by Nest. Every consumer exists when `ready` is called; a subscription that cannot exist fails the start. */
  override async listen(ready: (error?: unknown) => void): Promise<void> {
    try {
      const runners = [...this.messageHandlers.values()].map((handler) => this.#runnerFor(handler));
      for (const runner of runners) {
        await runner.start();
        this.#runners.push(runner);
      }
      ready();
    } catch (error) {
      await this.close();
      ready(error);
    }
  }

  /** Stops pulling, waits for running handlers, gives back what was not begun, and makes sure that the server heard it. */
  override async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const { drainMs = DRAIN_MS, connection } = this.settings;
    const drained = await Promise.all(this.#runners.map((runner) => runner.close(drainMs)));
    if (drained.includes(false))
      this.logger.warn(`A handler was still running after ${drainMs} ms; its messages come again.`);
    if (!connection.isClosed()) await connection.flush().catch(() => undefined);
  }

  override on(): never {
    throw new SubscriptionError('This transport has no events; ask health() or watchConnection().');
  }

  // The signature is Nest's: the caller names the type.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters
  override unwrap<T>(): T {
    return this.settings.connection as T;
  }

  /** Whether every subscription gets what is appended now: else something that counts may have been missed. */
  get isFollowing(): boolean {
    return (
      !this.#closed &&
      this.#runners.length > 0 &&
      this.#runners.every((runner) => runner.health().status !== 'down')
    );
  }

  /** For the health registry: down while messages do not flow or a handler hangs, degraded while one fails. */
  health(): { name: string; check(): Promise<{ status: 'up' | 'degraded' | 'down'; detail: string }> } {
    return {
      name: 'subscriptions',
      check: () => {
        if (this.#closed) return Promise.resolve({ status: 'down', detail: 'closed' });
        if (this.#runners.length === 0)
          return Promise.resolve({ status: 'down', detail: 'not listening yet' });
        const all = this.#runners.map((runner) => runner.health());
        const worst = (['down', 'degraded'] as const).find((status) =>
          all.some((one) => one.status === status),
        );
        const detail = all.map((one) => `${one.name} ${one.status}: ${one.detail}`).join('; ');
        return Promise.resolve({ status: worst ?? 'up', detail });
      },
    };
  }

  #runnerFor(handler: MessageHandler): Runner {
    const { connection, site, resumeAfter = {} } = this.settings;
    const subscription = resolveSubscription(handler.extras, site);
    const { durable } = subscription;
    if (handler.next !== undefined)
      throw new SubscriptionError(`Two handlers share the durable name ${durable}.`);
    const handle = async (argument: unknown): Promise<void> => {
      const result: unknown = await handler(argument);
      await lastValueFrom(this.transformToObservable(result), { defaultValue: undefined });
    };
    const common = { connection, site, handle, warn: (text: string) => this.logger.warn(text) };
    if (subscription.mode === 'event') return new EventRunner({ ...common, subscription });
    const resume = resumeAfter[durable];
    return new BatchRunner({
      ...common,
      subscription,
      ...(resume === undefined ? {} : { resumeAfter: resume }),
    });
  }
}
