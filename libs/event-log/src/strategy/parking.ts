import { headers as newHeaders, type NatsConnection } from '@nats-io/transport-node';
import { publishOne } from '../append.js';
import { idOf, type MessageHeaders } from '../messages.js';
import { STREAM, subjects } from '../streams.js';
import type { Delivery, Subscription } from './subscription.js';

/** Headers that a dead letter has beside those of the message itself. */
export const FAILED = {
  stream: 'Bcmed-Failed-Stream',
  position: 'Bcmed-Failed-Position',
  subject: 'Bcmed-Failed-Subject',
  id: 'Bcmed-Failed-Id',
  durable: 'Bcmed-Failed-Durable',
  deliveries: 'Bcmed-Failed-Deliveries',
  reason: 'Bcmed-Failed-Reason',
} as const;

const REASON_CHARACTERS = 500;

/**
 * Publishes a message that could not be processed to DEAD-LETTERS: same body and headers, and why it failed. Parking the
 * same message for the same durable again is stored once. Throws the errors of an append; the message must then stay.
 */
export async function park(
  { connection, site }: { readonly connection: NatsConnection; readonly site: string },
  { durable, stream }: Subscription,
  { delivery, reason }: { readonly delivery: Delivery; readonly reason: unknown },
): Promise<void> {
  const extra = {
    [FAILED.stream]: stream,
    [FAILED.position]: delivery.position.toString(),
    [FAILED.subject]: delivery.subject,
    [FAILED.id]: idOf(delivery),
    [FAILED.durable]: durable,
    [FAILED.deliveries]: String(delivery.deliveryCount),
    [FAILED.reason]: printable(reason),
  };
  await publishOne(
    { connection, stream: STREAM.deadLetters, timeoutMs: 5_000 },
    {
      subject: subjects.deadLetter(site, durable),
      id: `${durable}:${stream}:${delivery.position}`,
      body: delivery.body,
      headers: withOriginal(delivery.headers, extra),
    },
  );
}

/** Everything but the server's own headers, which would be obeyed again (expectations, ids, batches). */
function withOriginal(original: MessageHeaders, extra: Readonly<Record<string, string>>) {
  const headers = newHeaders();
  for (const name of original.keys()) if (!name.startsWith('Nats-')) headers.set(name, original.get(name));
  for (const [name, value] of Object.entries(extra)) if (value !== '') headers.set(name, value);
  return headers;
}

/** Header values are one line of printable characters. */
function printable(reason: unknown): string {
  const text = reason instanceof Error ? `${reason.name}: ${reason.message}` : String(reason);
  return (
    text
      .replace(/[^\x20-\x7e]+/g, ' ')
      .trim()
      .slice(0, REASON_CHARACTERS) || 'no reason given'
  );
}
