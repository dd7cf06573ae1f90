import { jetstreamManager } from '@nats-io/jetstream';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { collect, entityFilter, sealed, sealedSeries, SITE, TestLog } from '../test/server.js';
import { AppendConflictError, AppendRejectedError, LogUnavailableError } from './errors.js';
import { EventLog } from './event-log.js';
import { idOf, sealOf } from './messages.js';
import { checkStreams, requireStreams, setUpStreams, STREAM, subjects } from './streams.js';

const test = new TestLog();
beforeAll(() => test.start());
afterAll(() => test.stop());

describe('the streams of a site', () => {
  it('are created once and left alone afterwards', async () => {
    const again = await setUpStreams(test.connection, SITE);
    expect(again.map(({ stream, outcome }) => [stream, outcome])).toStrictEqual([
      ['EVENTS', 'unchanged'],
      ['BLOCKS', 'unchanged'],
      ['DEAD-LETTERS', 'unchanged'],
    ]);
  });

  it('deny deletion and purging where the record is', async () => {
    const manager = await jetstreamManager(test.connection);
    await test.log.append(sealed('kept'));
    await expect(manager.streams.purge(STREAM.events)).rejects.toThrow();
    await expect(manager.streams.deleteMessage(STREAM.events, 1)).rejects.toThrow();
  });

  it('whose settings drifted are reported, and brought back by the set-up', async () => {
    const manager = await jetstreamManager(test.connection);
    await manager.streams.update(STREAM.blocks, { max_msgs: 5 });
    const [, blocks] = await checkStreams(test.connection, SITE);
    expect(blocks).toStrictEqual({
      stream: 'BLOCKS',
      outcome: 'different',
      differences: [{ setting: 'max_msgs', found: '5', wanted: '-1' }],
    });
    expect((await setUpStreams(test.connection, SITE)).map(({ outcome }) => outcome)).toStrictEqual([
      'unchanged',
      'updated',
      'unchanged',
    ]);
    expect((await checkStreams(test.connection, SITE)).every(({ outcome }) => outcome === 'unchanged')).toBe(
      true,
    );
  });

  it('that cannot be brought back stop the set-up before it changes anything', async () => {
    const manager = await jetstreamManager(test.connection);
    await manager.streams.update(STREAM.deadLetters, { deny_delete: true });
    await expect(setUpStreams(test.connection, SITE)).rejects.toMatchObject({ code: 'BCM-LOG-STREAM-DRIFT' });
    await manager.streams.delete(STREAM.deadLetters);
    await setUpStreams(test.connection, SITE);
  });

  it('of another site are not taken over', async () => {
    await expect(setUpStreams(test.connection, 'ward-2')).rejects.toMatchObject({
      code: 'BCM-LOG-STREAM-DRIFT',
    });
    await expect(requireStreams(test.connection, 'ward-2')).rejects.toMatchObject({
      code: 'BCM-LOG-STREAM-MISSING',
    });
    await requireStreams(test.connection, SITE);
  });
});

describe('appending', () => {
  it('stores seal, id and the exact bytes at the position it names', async () => {
    const event = sealed('p-exact', 'status-sampled', '{"text":"µ \\u0000"}');
    const { position, duplicate } = await test.log.append(event);
    const stored = await test.log.readAt(position);
    expect(duplicate).toBe(false);
    expect(stored).toMatchObject({ position, subject: event.subject });
    expect(Buffer.from(stored!.body).equals(event.body)).toBe(true);
    expect([idOf(stored!), sealOf(stored!)]).toStrictEqual([event.id, event.seal]);
    expect(Math.abs(stored!.timestampMs - Date.now())).toBeLessThan(60_000);
  });

  it('the same id again answers with the first position', async () => {
    const event = sealed('p-twice');
    const first = await test.log.append(event);
    expect(await test.log.append(event)).toStrictEqual({ position: first.position, duplicate: true });
  });

  it('refuses when somebody else wrote to the entity meanwhile, and stores nothing', async () => {
    const filter = entityFilter('p-conflict');
    const first = await test.log.append(sealed('p-conflict'), { filter, lastPosition: 0n });
    const before = await test.log.lastPosition();
    await expect(test.log.append(sealed('p-conflict'), { filter, lastPosition: 0n })).rejects.toThrow(
      AppendConflictError,
    );
    expect(await test.log.lastPosition()).toBe(before);
    await test.log.append(sealed('p-conflict', 'rate-changed'), { filter, lastPosition: first.position });
  });

  it('with an expectation can be repeated although the expectation is stale by then', async () => {
    const expected = { filter: entityFilter('p-retry'), lastPosition: 0n };
    const event = sealed('p-retry');
    const first = await test.log.append(event, expected);
    await test.log.append(sealed('p-retry'));
    expect(await test.log.append(event, expected)).toStrictEqual({ ...first, duplicate: true });
  });

  it('says that nothing was stored when no stream takes the subject', async () => {
    await expect(test.log.append({ ...sealed('x'), subject: 'bcmed.elsewhere.pump.x.lost' })).rejects.toThrow(
      LogUnavailableError,
    );
  });

  it('says that it was refused when the server will never take it', async () => {
    const huge = { ...sealed('x'), body: new Uint8Array(2 * 1024 * 1024) };
    await expect(test.log.append(huge)).rejects.toThrow(AppendRejectedError);
  });
});

describe('the events of one decision', () => {
  const filter = entityFilter('p-decision');

  it('are stored together, or not at all', async () => {
    const events = [
      sealed('p-decision'),
      sealed('p-decision', 'rate-changed'),
      sealed('p-decision'),
    ] as const;
    const stored = await test.log.appendDecision([...events], { filter, lastPosition: 0n });
    const first = stored[0]!.position;
    expect(stored.map(({ position }) => position)).toStrictEqual([first, first + 1n, first + 2n]);
    await expect(
      test.log.appendDecision([sealed('p-decision'), sealed('p-decision')], { filter, lastPosition: first }),
    ).rejects.toThrow(AppendConflictError);
    expect((await test.log.readEntity(filter)).messages.map(idOf)).toStrictEqual(events.map(({ id }) => id));
    expect(await test.log.appendDecision([...events], { filter, lastPosition: 0n })).toStrictEqual(
      stored.map(({ position }) => ({ position, duplicate: true })),
    );
  });
});

describe('appending in order', () => {
  it('keeps the order of short and long lists', async () => {
    for (const count of [1, 4, 5, 700]) {
      const entity = `p-series-${count}`;
      const events = sealedSeries(entity, count);
      const { appended, failure } = await test.log.appendInOrder(events);
      expect(failure).toBeUndefined();
      const { messages } = await test.log.readEntity(entityFilter(entity));
      expect(messages.map(idOf)).toStrictEqual(events.map(({ id }) => id));
      expect(appended.map(({ position }) => position)).toStrictEqual(
        messages.map(({ position }) => position),
      );
    }
  });

  it('repeats a list of which a part is stored already', async () => {
    const events = sealedSeries('p-part', 8);
    const first = await test.log.appendInOrder(events.slice(0, 6));
    const all = await test.log.appendInOrder(events);
    expect(all.appended.map(({ duplicate }) => duplicate)).toStrictEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect(all.appended.slice(0, 6).map(({ position }) => position)).toStrictEqual(
      first.appended.map(({ position }) => position),
    );
  });

  it('stops at the first failure and tells how far it came', async () => {
    const [a, b, c] = sealedSeries('p-stop', 3);
    const bad = { ...b!, subject: 'bcmed.elsewhere.pump.x.lost' };
    const { appended, failure } = await test.log.appendInOrder([a!, bad, c!]);
    expect([appended.length, failure?.code]).toStrictEqual([1, 'BCM-LOG-UNAVAILABLE']);
  });
});

describe('reading a range', () => {
  it('yields every position once, in order, over many pages', async () => {
    const { appended } = await test.log.appendInOrder(sealedSeries('p-long', 5_000));
    const [from, to] = [appended.at(0)!.position, appended.at(-1)!.position];
    const entries = await collect(test.log.readRange(from, to));
    expect(entries.map(({ position }) => position)).toStrictEqual(appended.map(({ position }) => position));
  });

  it('names the holes, also those at the ends and beyond the last message', async () => {
    const manager = await jetstreamManager(test.connection);
    await manager.streams.add({
      name: 'HOLES',
      subjects: ['holes.>'],
      allow_direct: true,
      allow_atomic: true,
    });
    const log = new EventLog(test.connection, { stream: 'HOLES' });
    await log.appendInOrder(
      Array.from({ length: 10 }, (_, n) => ({ ...sealed('h'), subject: `holes.${n}` })),
    );
    for (const position of [1, 2, 5, 9, 10]) await manager.streams.deleteMessage('HOLES', position);
    const entries = await collect(log.readRange(1n, 12n));
    expect(entries.map(({ position }) => position)).toStrictEqual(
      Array.from({ length: 12 }, (_, n) => BigInt(n + 1)),
    );
    expect(entries.filter(({ missing }) => missing).map(({ position }) => position)).toStrictEqual([
      1n,
      2n,
      5n,
      9n,
      10n,
      11n,
      12n,
    ]);
    expect(await log.lastPosition()).toBe(10n);
  });

  it('goes on where it was when the server is killed and comes back', async () => {
    await test.log.appendInOrder(sealedSeries('p-many', 10_000)); // more pages than are asked for ahead
    const to = await test.log.lastPosition();
    const seen: bigint[] = [];
    for await (const { position } of test.log.readRange(1n, to)) {
      seen.push(position);
      if (position === 2_100n) await test.killAndRestart();
    }
    expect(seen).toStrictEqual(Array.from({ length: Number(to) }, (_, n) => BigInt(n + 1)));
  });

  it('of an empty span yields nothing', async () => {
    expect(await collect(test.log.readRange(5n, 4n))).toStrictEqual([]);
  });
});

describe('how things stand', () => {
  it('is the newest message of each subject up to a position, in the order of the stream', async () => {
    const at = async (entity: string, event: string) =>
      (await test.log.append(sealed(`newest-${entity}`, event))).position;
    const filter = `bcmed.${SITE}.pump.*.newest-sampled`;
    const newest = async (upTo: bigint) =>
      (await test.log.readNewest(filter, upTo)).map(({ position }) => position);
    expect(await newest(1n)).toEqual([]);
    await at('a', 'newest-sampled');
    const b = await at('b', 'newest-sampled');
    const a = await at('a', 'newest-sampled');
    await at('a', 'other');
    const c = await at('c', 'newest-sampled');
    await at('b', 'newest-sampled');
    expect(await newest(c)).toEqual([b, a, c]);
    expect(await newest(b)).toHaveLength(2);
  });

  it('comes whole for more subjects than the server takes at once', async () => {
    const many = Array.from({ length: 1_500 }, (_, index) => sealed(`many-${index}`, 'many-sampled'));
    const { appended } = await test.log.appendInOrder(many);
    const upTo = await test.log.lastPosition();
    const read = await test.log.readNewest(`bcmed.${SITE}.pump.*.many-sampled`, upTo);
    expect(read.map(({ position }) => position)).toEqual(appended.map(({ position }) => position));
  });

  it('comes whole when it is more than one answer of the server holds', async () => {
    const body = `{"x":"${'x'.repeat(100_000)}"}`;
    const many = Array.from({ length: 120 }, (_, index) => sealed(`large-${index}`, 'large-sampled', body));
    const { appended } = await test.log.appendInOrder(many);
    const read = await test.log.readNewest(
      `bcmed.${SITE}.pump.*.large-sampled`,
      await test.log.lastPosition(),
    );
    expect(read.map(({ position }) => position)).toEqual(appended.map(({ position }) => position));
  });
});

describe('a tail', () => {
  it('yields what is stored and then what comes, through a restart of the server', async () => {
    const from = (await test.log.lastPosition()) + 1n;
    const stop = new AbortController();
    const events = sealedSeries('p-tail', 6);
    await test.log.appendInOrder(events.slice(0, 2));
    const seen: string[] = [];
    for await (const message of test.log.tail(from, { filter: subjects.events(SITE), signal: stop.signal })) {
      seen.push(idOf(message));
      if (seen.length === 2) await test.log.appendInOrder(events.slice(2, 4));
      if (seen.length === 4) {
        await test.killAndRestart();
        await expect
          .poll(() => test.log.appendInOrder(events.slice(4)), { timeout: 20_000 })
          .not.toHaveProperty('failure');
      }
      if (seen.length === 6) stop.abort();
    }
    expect(seen).toStrictEqual(events.map(({ id }) => id));
  });
});

describe('an append whose answer was lost', () => {
  it('is unknown, and the same event again is stored once', async () => {
    const event = sealed('p-cut');
    const killed = test.server.kill();
    const outcome = await test.log.append(event).catch((error: unknown) => error);
    await killed;
    await test.restart();
    if (outcome instanceof Error)
      expect(outcome).toHaveProperty(
        'code',
        expect.stringMatching(/^BCM-LOG-(OUTCOME-UNKNOWN|UNAVAILABLE)$/),
      );
    await expect
      .poll(
        () =>
          test.log.append(event).then(
            () => true,
            () => false,
          ),
        { timeout: 20_000 },
      )
      .toBe(true);
    expect((await test.log.readEntity(entityFilter('p-cut'))).messages.map(idOf)).toStrictEqual([event.id]);
  });
});
