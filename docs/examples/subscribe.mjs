/**
 * Receives a stream of a site from where it stopped, keeping its own position. Needs the packages `@nats-io/transport-node`
 * and `@nats-io/jetstream`.
 *
 *   node subscribe.mjs <NATS URL> <EVENTS or BLOCKS> <folder>
 *
 * Writes every message as a ledger entry (seal, line feed, body) into the folder, named by its position, and prints a line for
 * each. End it at any time, also by a kill: the next start goes on after the last entry that is complete.
 */
import { closeSync, fsyncSync, mkdirSync, openSync, readdirSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { DeliverPolicy, jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const [url, stream, folder] = process.argv.slice(2);
mkdirSync(folder, { recursive: true });
const lastDone = Math.max(0, ...readdirSync(folder).map(Number).filter(Number.isInteger));

/** The effect and the position are one file that appears whole or not at all; doing it twice does no harm. */
function keep(position, entry) {
  const draft = join(folder, `${position}.draft`);
  const file = openSync(draft, 'w');
  writeSync(file, entry);
  fsyncSync(file);
  closeSync(file);
  renameSync(draft, join(folder, String(position)));
}

const connection = await connect({ servers: url, maxReconnectAttempts: -1 });
// An ordered consumer of our own: the server keeps nothing for us, we say where to begin.
const consumer = await jetstream(connection).consumers.get(stream, {
  deliver_policy: DeliverPolicy.StartSequence,
  opt_start_seq: lastDone + 1,
});
const messages = await consumer.consume();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => messages.close());

for await (const message of messages) {
  const seal = message.headers?.get('Bcmed-Seal') ?? '';
  keep(message.seq, Buffer.concat([Buffer.from(`${seal}\n`, 'latin1'), message.data]));
  console.log(`${message.seq} ${message.subject}`);
}
await connection.close();
