/**
 * Receives the events of the pumps of a site; the server keeps the position under a durable name. Needs the packages
 * `@nats-io/transport-node` and `@nats-io/jetstream`.
 *
 *   node subscribe-durable.mjs <NATS URL> <site> <durable name> <folder>
 *
 * The effect here is a file for each event, named by the event's id, so that a second delivery changes nothing.
 */
import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nanos } from '@nats-io/transport-node';

const [url, site, durable, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const connection = await connect({ servers: url, maxReconnectAttempts: -1 });

// Made once, then found again by its name. Where consumers are made by an administrator, leave this out.
const manager = await jetstreamManager(connection);
await manager.consumers.add('EVENTS', {
  durable_name: durable,
  filter_subject: `bcmed.${site}.pump.>`,
  ack_policy: AckPolicy.Explicit,
  ack_wait: nanos(10_000), // not acknowledged within this time: it comes again
  max_deliver: -1, // a server that gives up makes the message invisible; count the tries yourself
  max_ack_pending: 1, // in order, one at a time
});

const consumer = await jetstream(connection).consumers.get('EVENTS', durable);
const messages = await consumer.consume({ max_messages: 10 });
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => messages.close());

for await (const message of messages) {
  try {
    const { id, type, time, data } = message.json(); // verify the seal first: verify-seal.mjs shows how
    writeFileSync(join(folder, `${id}.draft`), JSON.stringify({ type, time, data }));
    renameSync(join(folder, `${id}.draft`), join(folder, id));
    message.ack(); // after the effect, never before
    console.log(`${message.seq} ${message.subject}`);
  } catch (problem) {
    console.error(`${message.seq} try ${message.info.deliveryCount}: ${problem.message}`);
    if (message.info.deliveryCount < 5) message.nak(1_000 * message.info.deliveryCount);
    else message.term('no use'); // put it where a person finds it, then let it go
  }
}
await connection.close();
