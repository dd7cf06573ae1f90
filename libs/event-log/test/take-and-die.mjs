// Takes messages of a durable consumer, tells how many it holds, and waits to be killed without acknowledging any.
import { jetstream } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';

const [, , servers, stream, durable, count] = process.argv;
const connection = await connect({ servers });
const consumer = await jetstream(connection).consumers.get(stream, durable);
const messages = await consumer.consume({ max_messages: 1_000 });
let taken = 0;
for await (const { seq } of messages) {
  taken++;
  if (taken === Number(count)) process.stdout.write(`${seq}\n`);
}
