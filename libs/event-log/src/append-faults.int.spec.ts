import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultyLine, type Fault } from '../test/faulty-line.js';
import { entityFilter, sealedSeries, TestLog } from '../test/server.js';
import type { Appended } from './append.js';
import { connectNats } from './connection.js';
import { EventLog } from './event-log.js';
import { idOf, type SealedEvent } from './messages.js';

const test = new TestLog();
let line: FaultyLine;
let connection: NatsConnection;
let log: EventLog;
beforeAll(async () => {
  await test.start();
  line = await FaultyLine.between(test.server.port);
  connection = await connectNats({ servers: line.url, name: 'behind a faulty line' });
  log = new EventLog(connection, { timeoutMs: 700 });
});
afterAll(async () => {
  await connection.close();
  line.close();
  await test.stop();
});

/** What an outbox does: again from the first that is not known to be stored, with the same ids. */
async function untilStored(
  events: readonly SealedEvent[],
): Promise<{ appended: Appended[]; failures: string[] }> {
  const appended: Appended[] = [];
  const failures: string[] = [];
  while (appended.length < events.length && failures.length < 20) {
    const outcome = await log.appendInOrder(events.slice(appended.length));
    appended.push(...outcome.appended);
    if (outcome.failure !== undefined) failures.push(outcome.failure.code);
  }
  return { appended, failures };
}

/** Fault, and whether a single event is stored although its sender got no answer. */
const FAULTS: readonly (readonly [Fault, boolean])[] = [
  ['cut before', false],
  ['cut in the middle', false],
  ['cut after', true],
  ['slow', true],
];

describe.each(FAULTS)('a line that is %s', (fault, stored) => {
  const name = fault.replaceAll(' ', '-');

  it(`makes the outcome unknown, and the event ${stored ? 'was' : 'was not'} stored`, async () => {
    const [event] = sealedSeries(`one-${name}`, 1);
    line.arm(fault);
    await expect(log.append(event!)).rejects.toMatchObject({ code: 'BCM-LOG-OUTCOME-UNKNOWN' });
    expect((await test.log.readEntity(entityFilter(`one-${name}`))).messages).toHaveLength(stored ? 1 : 0);
    expect((await log.append(event!)).duplicate).toBe(stored);
    expect((await test.log.readEntity(entityFilter(`one-${name}`))).messages).toHaveLength(1);
  });

  it.each([
    ['single publishes', 6, 3],
    ['a batch', 40, 0],
    ['several batches', 1_100, 1],
  ])('keeps the order of %s and stores each event once', async (_, count, skip) => {
    const entity = `${name}-${count}`;
    const events = sealedSeries(entity, count);
    line.arm(fault, skip);
    const { appended, failures } = await untilStored(events);
    expect(failures).toStrictEqual(['BCM-LOG-OUTCOME-UNKNOWN']);
    const { messages } = await test.log.readEntity(entityFilter(entity));
    expect(messages.map(idOf)).toStrictEqual(events.map(({ id }) => id));
    expect(appended.map(({ position }) => position)).toStrictEqual(messages.map(({ position }) => position));
  });

  it('leaves a decision whole: all its events, once', async () => {
    const entity = `decision-${name}`;
    const [first, ...rest] = sealedSeries(entity, 12);
    const expected = { filter: entityFilter(entity), lastPosition: 0n };
    line.arm(fault);
    const attempt = () => log.appendDecision([first!, ...rest], expected);
    await expect(attempt()).rejects.toMatchObject({ code: 'BCM-LOG-OUTCOME-UNKNOWN' });
    const again = await attempt();
    const { messages } = await test.log.readEntity(entityFilter(entity));
    expect(messages.map(idOf)).toStrictEqual([first!, ...rest].map(({ id }) => id));
    expect(again.map(({ position }) => position)).toStrictEqual(messages.map(({ position }) => position));
  });
});
