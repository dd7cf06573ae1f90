import { watchConnection } from '@bcmed/event-log';
import type { NatsConnection } from '@nats-io/transport-node';

/** Whether the stream is followed now: while it is not, a revocation might be missed, and nobody is believed anew. */
export class Following {
  #isCaughtUp = false;
  #flows = true;

  constructor(private readonly connection: NatsConnection) {}

  get isCurrent(): boolean {
    return this.#isCaughtUp && this.#flows && watchConnection(this.connection).state === 'connected';
  }

  caughtUp(): void {
    this.#isCaughtUp = true;
  }

  /** What the subscriptions say of themselves. */
  flows(doFlow: boolean): void {
    this.#flows = doFlow;
  }
}
