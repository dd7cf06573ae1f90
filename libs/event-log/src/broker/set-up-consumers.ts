import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { ensureConsumer } from '../strategy/consumer.js';
import { resolveSubscription, type Subscription } from '../strategy/subscription.js';
import { BUS_IDENTITIES, type BusConsumer } from './identities.js';

/** The subscription that a row of the table stands for, with the defaults that the decorators have. */
export function subscriptionOf({ durable, pattern, mode, startAt }: BusConsumer, site: string): Subscription {
  const options = { durable, startAt };
  const extras =
    mode === 'batch'
      ? { mode, pattern, options }
      : { mode: 'event', pattern, options: { ...options, ordered: mode === 'ordered' } };
  return resolveSubscription(extras, site);
}

/**
 * Makes every consumer of the table, or changes it to what the table says, and touches none that is as it should be: where one stands
 * on its stream is never changed. For the set-up identity, after the streams. Idempotent.
 *
 * Throws ConsumerDriftError when a consumer acknowledges in another way, which no server changes.
 */
export async function setUpConsumers(connection: NatsConnection, site: string): Promise<void> {
  const manager = await jetstreamManager(connection);
  for (const { consumers } of BUS_IDENTITIES)
    for (const consumer of consumers)
      await ensureConsumer(manager, subscriptionOf(consumer, site), undefined);
}
