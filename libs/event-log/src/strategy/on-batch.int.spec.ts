import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { jetstreamManager } from '@nats-io/jetstream';
import { Controller } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Gate, TestApp } from '../../test/app.js';
import { collect, sealed, sealedSeries, SITE, TestLog } from '../../test/server.js';
import { UnprocessableMessageError } from '../errors.js';
import { EventLog } from '../event-log.js';
import { idOf, type SealedEvent } from '../messages.js';
import { STREAM } from '../streams.js';
import { OnBatch, type Delivery } from './subscription.js';

const test = new TestLog();
beforeAll(() => test.start());
afterAll(() => test.stop());

const pattern = (entity: string): string => `bcmed.{site}.pump.${entity}.*`;
const quick = { retryPausesMs: [20, 40], ackWaitMs: 30_000 } as const;
const ids = (events: readonly SealedEvent[]): string[] => events.map(({ id }) => id);

async function consumerInfo(durable: string) {
  return (await jetstreamManager(test.connection)).consumers.info(STREAM.events, durable);
}

/** Appends until the log takes everything: a server that is just back needs a moment. */
async function appendAll(events: readonly SealedEvent[]): Promise<void> {
  await expect.poll(() => test.log.appendInOrder(events), { timeout: 20_000 }).not.toHaveProperty('failure');
}

describe('a handler of batches', () => {
  it('gets what is there at once, and what gathers while it works in the next call', async () => {
    const gate = new Gate();
    const batches: string[][] = [];
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-gather'), { durable: 'b-gather', maxMessages: 100, ...quick })
      async handle(messages: readonly Delivery[]) {
        batches.push(messages.map(idOf));
        if (batches.length === 1) await gate.opened;
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    const events = sealedSeries('b-gather', 151);
    await test.log.append(events[0]!);
    await expect.poll(() => batches.length).toBe(1);
    await test.log.appendInOrder(events.slice(1));
    await expect.poll(async () => (await consumerInfo('b-gather')).num_pending).toBe(0);
    gate.open();
    await expect.poll(() => batches.flat().length).toBe(151);
    expect(batches.map(({ length }) => length)).toStrictEqual([1, 100, 50]);
    expect(batches.flat()).toStrictEqual(ids(events));
    await expect.poll(async () => (await consumerInfo('b-gather')).num_ack_pending).toBe(0);
    expect(await app.health()).toMatchObject({ status: 'up' });
    await app.close();
  });

  it('may wait a little for company', async () => {
    const sizes: number[] = [];
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-linger'), { durable: 'b-linger', maxMessages: 3, maxWaitMs: 10_000, ...quick })
      handle(messages: readonly Delivery[]) {
        sizes.push(messages.length);
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    for (const event of sealedSeries('b-linger', 3)) await test.log.append(event);
    await expect.poll(() => sizes).toStrictEqual([3]);
    await app.close();
  });

  it('that fails gets the very same messages again before any other, and health says so', async () => {
    const batches: string[][] = [];
    let broken = true;
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-fail'), { durable: 'b-fail', maxMessages: 2, ...quick })
      handle(messages: readonly Delivery[]) {
        batches.push(messages.map(idOf));
        if (broken) throw new Error('disk is full');
      }
    }
    const events = sealedSeries('b-fail', 4);
    await test.log.appendInOrder(events);
    const app = await TestApp.start(test.server.url, Handlers);
    await expect.poll(() => batches.length).toBeGreaterThan(5);
    for (const batch of batches) expect(batch).toStrictEqual(batches[0]);
    expect(batches[0]![0]).toBe(events[0]!.id);
    const { status, detail } = await app.health();
    expect([status, detail]).toStrictEqual(['degraded', expect.stringContaining('disk is full')]);
    expect((await consumerInfo('b-fail')).ack_floor.consumer_seq).toBe(0);
    broken = false;
    await expect.poll(() => batches.at(-1)?.at(-1)).toBe(events[3]!.id);
    await expect.poll(async () => (await app.health()).status).toBe('up');
    await expect.poll(async () => (await consumerInfo('b-fail')).num_ack_pending).toBe(0);
    await app.close();
  });

  it('with a limit of tries is taken apart, and only the hopeless message is parked', async () => {
    const handled: string[] = [];
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-apart'), { durable: 'b-apart', tries: 2, retryPausesMs: [5], ackWaitMs: 1_000 })
      handle(messages: readonly Delivery[]) {
        if (messages.some(({ body }) => Buffer.from(body).toString() === 'poison'))
          throw new UnprocessableMessageError('bad');
        handled.push(...messages.map(idOf));
      }
    }
    const events = ['1', 'poison', '3'].map((text) => sealed('b-apart', 'status-sampled', text));
    await test.log.appendInOrder(events);
    const app = await TestApp.start(test.server.url, Handlers);
    await expect.poll(() => handled).toStrictEqual([events[0]!.id, events[2]!.id]);
    const letters = await collect(
      new EventLog(test.connection, { stream: STREAM.deadLetters }).readSubject(
        `bcmed-dead-letter.${SITE}.b-apart`,
      ),
    );
    expect(letters.map(({ body }) => Buffer.from(body).toString())).toStrictEqual(['poison']);
    await expect.poll(async () => (await consumerInfo('b-apart')).num_ack_pending).toBe(0);
    await app.close();
  });

  it('that takes long is not disturbed by redeliveries', async () => {
    const gate = new Gate();
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-slow'), {
        durable: 'b-slow',
        maxMessages: 5,
        retryPausesMs: [20],
        ackWaitMs: 2_000,
      })
      async handle(messages: readonly Delivery[]) {
        seen.push(...messages.map(idOf));
        await gate.opened;
      }
    }
    const events = sealedSeries('b-slow', 12);
    await test.log.appendInOrder(events);
    const app = await TestApp.start(test.server.url, Handlers);
    await expect.poll(() => seen.length).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 6_000)); // the time itself is what is tested
    expect((await consumerInfo('b-slow')).num_redelivered).toBe(0);
    gate.open();
    await expect.poll(() => seen).toStrictEqual(ids(events));
    await app.close();
  });
});

describe('the order of a batch handler', () => {
  it('holds when a process was killed with messages in hand: they come first, at once', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-killed'), { durable: 'b-killed', ackWaitMs: 60_000 })
      handle(messages: readonly Delivery[]) {
        seen.push(...messages.map(idOf));
      }
    }
    await (await TestApp.start(test.server.url, Handlers)).close();
    const events = sealedSeries('b-killed', 40);
    await test.log.appendInOrder(events.slice(0, 30));
    const script = fileURLToPath(new URL('../../test/take-and-die.mjs', import.meta.url));
    const victim = spawn(process.execPath, [script, test.server.url, STREAM.events, 'b-killed', '30']);
    await once(victim.stdout, 'data');
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    expect((await consumerInfo('b-killed')).num_ack_pending).toBe(30);
    const app = await TestApp.start(test.server.url, Handlers);
    await test.log.appendInOrder(events.slice(30));
    await expect.poll(() => seen).toStrictEqual(ids(events));
    await expect.poll(async () => (await consumerInfo('b-killed')).num_ack_pending).toBe(0);
    await app.close();
  });

  it('holds over several subjects, also for what a killed process had taken', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @OnBatch([pattern('b-one'), pattern('b-two')], { durable: 'b-several', ackWaitMs: 60_000 })
      handle(messages: readonly Delivery[]) {
        seen.push(...messages.map(idOf));
      }
    }
    const first = await TestApp.start(test.server.url, Handlers);
    await first.close();
    const wanted: SealedEvent[] = [];
    for (let turn = 0; turn < 20; turn++) {
      const turns = [sealed('b-two'), sealed('b-other'), sealed('b-one')];
      await test.log.appendInOrder(turns);
      wanted.push(...turns.filter(({ subject }) => !subject.includes('b-other')));
    }
    const script = fileURLToPath(new URL('../../test/take-and-die.mjs', import.meta.url));
    const victim = spawn(process.execPath, [script, test.server.url, STREAM.events, 'b-several', '30']);
    await once(victim.stdout, 'data');
    victim.kill('SIGKILL');
    await once(victim, 'exit');
    const app = await TestApp.start(test.server.url, Handlers);
    await expect.poll(() => seen).toStrictEqual(ids(wanted));
    await app.close();
  });

  it('holds through a server that is killed in the middle, again and again', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-restart'), { durable: 'b-restart', maxMessages: 7, ackWaitMs: 60_000 })
      async handle(messages: readonly Delivery[]) {
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(...messages.map(idOf));
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    const events: SealedEvent[] = [];
    for (let round = 0; round < 3; round++) {
      const more = sealedSeries('b-restart', 60);
      events.push(...more);
      await appendAll(more);
      await expect.poll(() => seen.length).toBeGreaterThan(round * 60);
      await test.killAndRestart();
    }
    const last = sealedSeries('b-restart', 5);
    await appendAll(last);
    await expect.poll(() => seen).toStrictEqual(ids([...events, ...last]));
    await expect.poll(async () => (await app.health()).status).toBe('up');
    await app.close();
  });

  it('holds when the consumer vanishes', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-vanish'), { durable: 'b-vanish', ...quick, ackWaitMs: 1_000 })
      handle(messages: readonly Delivery[]) {
        seen.push(...messages.map(idOf));
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    const events = sealedSeries('b-vanish', 20);
    await test.log.appendInOrder(events.slice(0, 10));
    await expect.poll(() => seen.length).toBe(10);
    await (await jetstreamManager(test.connection)).consumers.delete(STREAM.events, 'b-vanish');
    await test.log.appendInOrder(events.slice(10));
    await expect.poll(() => seen).toStrictEqual(ids(events));
    await app.close();
  });

  it('holds when two processes have the same durable by mistake: both see everything in order', async () => {
    const seen: string[][] = [[], []];
    const make = (mine: string[]) => {
      @Controller()
      class Handlers {
        @OnBatch(pattern('b-twins'), { durable: 'b-twins', maxMessages: 5, ackWaitMs: 500 })
        handle(messages: readonly Delivery[]) {
          mine.push(...messages.map(idOf));
        }
      }
      return Handlers;
    };
    const apps = await Promise.all(seen.map((mine) => TestApp.start(test.server.url, make(mine))));
    const events = sealedSeries('b-twins', 100);
    for (const event of events) await test.log.append(event);
    await expect.poll(() => seen.flat().length).toBeGreaterThanOrEqual(100);
    for (const mine of seen) expect(mine).toStrictEqual(ids(events).filter((id) => mine.includes(id)));
    await Promise.all(apps.map((app) => app.close()));
  });
});

describe('a service that keeps its own position', () => {
  const start = async (durable: string, position: bigint, seen: bigint[]): Promise<TestApp> => {
    @Controller()
    class Handlers {
      @OnBatch(pattern(durable), { durable, ...quick })
      handle(messages: readonly Delivery[]) {
        seen.push(...messages.map((message) => message.position));
      }
    }
    return TestApp.start(test.server.url, Handlers, {
      resumeAfter: { [durable]: () => Promise.resolve(position) },
    });
  };

  it('goes on from there, whether the server remembers more or less', async () => {
    const { appended } = await test.log.appendInOrder(sealedSeries('b-own', 30));
    const positions = appended.map(({ position }) => position);
    const first: bigint[] = [];
    const app = await start('b-own', positions[9]!, first);
    await expect.poll(() => first).toStrictEqual(positions.slice(10));
    await expect.poll(async () => (await consumerInfo('b-own')).num_ack_pending).toBe(0);
    await app.close();
    const rebuilt: bigint[] = [];
    const again = await start('b-own', 0n, rebuilt);
    const { position } = await test.log.append(sealed('b-own'));
    await expect.poll(() => rebuilt).toStrictEqual([...positions, position]);
    await again.close();
  });
});

describe('a stream that lost its tail', () => {
  it('is not consumed: the service refuses to start', async () => {
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-tail'), { durable: 'b-tail' })
      handle() {}
    }
    const beyond = (await test.log.lastPosition()) + 1n;
    const start = TestApp.start(test.server.url, Handlers, {
      resumeAfter: { 'b-tail': () => Promise.resolve(beyond) },
    });
    await expect(start).rejects.toMatchObject({ code: 'BCM-LOG-TAIL-LOST' });
  });
});

describe('a batch service that ends', () => {
  it('finishes the batch in hand and leaves the rest to the next one', async () => {
    const gate = new Gate();
    const first: string[] = [];
    const second: string[] = [];
    const make = (mine: string[], wait: Promise<void>) => {
      @Controller()
      class Handlers {
        @OnBatch(pattern('b-drain'), { durable: 'b-drain', maxMessages: 4, ackWaitMs: 60_000 })
        async handle(messages: readonly Delivery[]) {
          await wait;
          mine.push(...messages.map(idOf));
        }
      }
      return Handlers;
    };
    const events = sealedSeries('b-drain', 20);
    await test.log.appendInOrder(events);
    const app = await TestApp.start(test.server.url, make(first, gate.opened));
    await expect.poll(async () => (await consumerInfo('b-drain')).num_ack_pending).toBeGreaterThan(4);
    const closed = app.close();
    gate.open();
    await closed;
    expect(first).toStrictEqual(ids(events.slice(0, first.length)));
    const next = await TestApp.start(test.server.url, make(second, Promise.resolve()));
    await expect.poll(() => second).toStrictEqual(ids(events.slice(first.length)));
    await next.close();
  });

  it('ends at once although its handler keeps failing', async () => {
    let calls = 0;
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-giveup'), { durable: 'b-giveup', retryPausesMs: [60_000] })
      handle() {
        calls++;
        throw new Error('never');
      }
    }
    await test.log.append(sealed('b-giveup'));
    const app = await TestApp.start(test.server.url, Handlers);
    await expect.poll(() => calls).toBe(1);
    await app.close();
    expect(calls).toBe(1);
  });

  it('ends at once although the server is away', async () => {
    @Controller()
    class Handlers {
      @OnBatch(pattern('b-away'), { durable: 'b-away' })
      handle() {}
    }
    const app = await TestApp.start(test.server.url, Handlers);
    await test.server.kill();
    await expect.poll(async () => (await app.health()).status).toBe('down');
    const begun = performance.now();
    await app.close();
    expect(performance.now() - begun).toBeLessThan(15_000);
    await test.restart();
  });
});
