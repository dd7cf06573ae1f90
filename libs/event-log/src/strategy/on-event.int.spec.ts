import { jetstreamManager } from '@nats-io/jetstream';
import { Controller } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Gate, TestApp } from '../../test/app.js';
import { FaultyLine } from '../../test/faulty-line.js';
import { collect, sealed, sealedSeries, SITE, TestLog } from '../../test/server.js';
import { UnprocessableMessageError } from '../errors.js';
import { EventLog } from '../event-log.js';
import { idOf, sealOf } from '../messages.js';
import { STREAM } from '../streams.js';
import { FAILED } from './parking.js';
import { OnEvent, type Delivery } from './subscription.js';

const test = new TestLog();
beforeAll(() => test.start());
afterAll(() => test.stop());

const pattern = (entity: string): string => `bcmed.{site}.pump.${entity}.*`;
const quick = { retryPausesMs: [20, 40, 60], ackWaitMs: 30_000 } as const;

async function consumerInfo(durable: string) {
  return (await jetstreamManager(test.connection)).consumers.info(STREAM.events, durable);
}

async function deadLetters(durable: string) {
  const log = new EventLog(test.connection, { stream: STREAM.deadLetters });
  return collect(log.readSubject(`bcmed-dead-letter.${SITE}.${durable}`));
}

describe('a handler of single events', () => {
  it('gets position, subject, headers, bytes, time and delivery count, and its success is acknowledged', async () => {
    const seen: Delivery[] = [];
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-ack'), { durable: 'e-ack', ...quick })
      handle(message: Delivery) {
        seen.push(message);
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    const event = sealed('e-ack');
    const { position } = await test.log.append(event);
    await expect.poll(() => seen.length).toBe(1);
    expect(seen[0]).toMatchObject({ position, subject: event.subject, deliveryCount: 1 });
    expect([idOf(seen[0]!), sealOf(seen[0]!)]).toStrictEqual([event.id, event.seal]);
    expect(Buffer.from(seen[0]!.body).equals(event.body)).toBe(true);
    await expect.poll(async () => (await consumerInfo('e-ack')).num_ack_pending).toBe(0);
    expect(await app.health()).toMatchObject({ status: 'up' });
    await app.close();
  });

  it('that fails gets the message again after the pauses of its table', async () => {
    const times: number[] = [];
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-retry'), { durable: 'e-retry', ...quick })
      handle({ deliveryCount }: Delivery) {
        times.push(performance.now());
        if (deliveryCount < 3) throw new Error('database is away');
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    await test.log.append(sealed('e-retry'));
    await expect.poll(() => times.length).toBe(3);
    expect(times[1]! - times[0]!).toBeGreaterThanOrEqual(19);
    expect(times[2]! - times[1]!).toBeGreaterThanOrEqual(39);
    await expect.poll(async () => (await consumerInfo('e-retry')).num_ack_pending).toBe(0);
    expect(await deadLetters('e-retry')).toStrictEqual([]);
    await app.close();
  });

  it('that always fails has the message parked after the last try, and goes on with the next one', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-poison'), { durable: 'e-poison', ordered: true, ...quick })
      handle(message: Delivery) {
        seen.push(`${Buffer.from(message.body).toString()}#${message.deliveryCount}`);
        if (Buffer.from(message.body).toString() === 'poison') throw new TypeError('no\nsuch field µ');
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    const poison = sealed('e-poison', 'status-sampled', 'poison');
    const { position } = await test.log.append(poison, {
      filter: `bcmed.${SITE}.pump.e-poison.>`,
      lastPosition: 0n,
    });
    await test.log.append(sealed('e-poison', 'status-sampled', 'healthy'));
    await expect
      .poll(() => seen)
      .toStrictEqual(['poison#1', 'poison#2', 'poison#3', 'poison#4', 'healthy#1']);
    const [letter, ...others] = await deadLetters('e-poison');
    expect(others).toStrictEqual([]);
    expect(Buffer.from(letter!.body).toString()).toBe('poison');
    expect(sealOf(letter!)).toBe(poison.seal);
    expect(
      Object.fromEntries(Object.values(FAILED).map((name) => [name, letter!.headers.get(name)])),
    ).toStrictEqual({
      'Bcmed-Failed-Stream': 'EVENTS',
      'Bcmed-Failed-Position': position.toString(),
      'Bcmed-Failed-Subject': poison.subject,
      'Bcmed-Failed-Id': poison.id,
      'Bcmed-Failed-Durable': 'e-poison',
      'Bcmed-Failed-Deliveries': '4',
      'Bcmed-Failed-Reason': 'TypeError: no such field',
    });
    expect((await app.health()).detail).toContain('1 parked');
    await app.close();
  });

  it('that calls a message unprocessable has it parked at the first delivery', async () => {
    const seen: number[] = [];
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-garbage'), { durable: 'e-garbage', ...quick })
      handle(message: Delivery) {
        seen.push(message.deliveryCount);
        try {
          JSON.parse(Buffer.from(message.body).toString());
        } catch (cause) {
          throw new UnprocessableMessageError('not JSON', { cause });
        }
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    await test.log.append(sealed('e-garbage', 'status-sampled', '{"cut'));
    await expect.poll(async () => (await deadLetters('e-garbage')).length).toBe(1);
    expect(seen).toStrictEqual([1]);
    await expect.poll(async () => (await consumerInfo('e-garbage')).num_ack_pending).toBe(0);
    await app.close();
  });

  it('with unlimited tries never has a message parked', async () => {
    let calls = 0;
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-forever'), {
        durable: 'e-forever',
        retryPausesMs: [5],
        ackWaitMs: 1_000,
        tries: 'unlimited',
      })
      handle() {
        if (++calls < 12) throw new UnprocessableMessageError('not yet');
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    await test.log.append(sealed('e-forever'));
    await expect.poll(() => calls).toBe(12);
    expect(await deadLetters('e-forever')).toStrictEqual([]);
    await app.close();
  });

  it('does not get a message that no delivery survived: it is parked unseen', async () => {
    let calls = 0;
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-killer'), { durable: 'e-killer', retryPausesMs: [1], ackWaitMs: 300, tries: 2 })
      handle() {
        calls++;
      }
    }
    await (await TestApp.start(test.server.url, Handlers)).close();
    await test.log.append(sealed('e-killer'));
    const manager = await jetstreamManager(test.connection);
    const consumer = await manager.jetstream().consumers.get(STREAM.events, 'e-killer');
    for (let death = 0; death < 2; death++) expect(await consumer.next({ expires: 5_000 })).not.toBeNull();
    const app = await TestApp.start(test.server.url, Handlers);
    await expect.poll(async () => (await deadLetters('e-killer')).length).toBe(1);
    expect(calls).toBe(0);
    await app.close();
  });

  it('in order sees one message at a time, and a failing one holds back those behind it', async () => {
    const seen: string[] = [];
    let running = 0;
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-order'), { durable: 'e-order', ordered: true, ...quick })
      async handle(message: Delivery) {
        expect(++running).toBe(1);
        await new Promise((resolve) => setImmediate(resolve));
        running--;
        const text = Buffer.from(message.body).toString();
        seen.push(text);
        if (text === '2' && message.deliveryCount < 3) throw new Error('again');
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    await test.log.appendInOrder(['1', '2', '3'].map((text) => sealed('e-order', 'status-sampled', text)));
    await expect.poll(() => seen).toStrictEqual(['1', '2', '2', '2', '3']);
    await app.close();
  });

  it('without order works on several messages at once', async () => {
    const gate = new Gate();
    let most = 0;
    let running = 0;
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-wide'), { durable: 'e-wide', concurrency: 4, ...quick })
      async handle() {
        most = Math.max(most, ++running);
        await gate.opened;
        running--;
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    await test.log.appendInOrder(sealedSeries('e-wide', 10));
    await expect.poll(() => most).toBe(4);
    gate.open();
    await expect.poll(async () => (await consumerInfo('e-wide')).ack_floor.consumer_seq).toBe(10);
    expect(most).toBe(4);
    await app.close();
  });

  it('that takes much longer than the acknowledgement wait runs once', async () => {
    const gate = new Gate();
    let calls = 0;
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-slow'), { durable: 'e-slow', retryPausesMs: [20], ackWaitMs: 2_000 })
      async handle() {
        calls++;
        await gate.opened;
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    await test.log.append(sealed('e-slow'));
    await expect.poll(() => calls).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 6_000)); // the time itself is what is tested
    gate.open();
    await expect.poll(async () => (await consumerInfo('e-slow')).num_ack_pending).toBe(0);
    expect(calls).toBe(1);
    expect((await consumerInfo('e-slow')).num_redelivered).toBe(0);
    await app.close();
  });

  it('that hangs beyond its ceiling turns health down', async () => {
    const gate = new Gate();
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-hang'), { durable: 'e-hang', ceilingMs: 50, ...quick })
      async handle() {
        await gate.opened;
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    await test.log.append(sealed('e-hang'));
    await expect.poll(async () => (await app.health()).detail).toContain('50 ms');
    expect((await app.health()).status).toBe('down');
    gate.open();
    await expect.poll(() => app.health()).toMatchObject({ status: 'up' });
    await app.close();
  });
});

describe('a service that ends', () => {
  it('finishes the message in hand, and what it had not begun is there for the next one at once', async () => {
    const [gate, begun] = [new Gate(), new Gate()];
    const [first, second]: string[][] = [[], []];
    const make = (seen: string[], wait: Promise<void>) => {
      @Controller()
      class Handlers {
        @OnEvent(pattern('e-drain'), {
          durable: 'e-drain',
          concurrency: 1,
          retryPausesMs: [20],
          ackWaitMs: 30_000,
        })
        async handle(message: Delivery) {
          begun.open();
          await wait;
          seen.push(idOf(message));
        }
      }
      return Handlers;
    };
    const app = await TestApp.start(test.server.url, make(first!, gate.opened));
    const events = sealedSeries('e-drain', 200);
    const appended = test.log.appendInOrder(events);
    await begun.opened;
    const closed = app.close(); // while messages are on the line
    await appended;
    gate.open();
    await closed;
    expect(first).toStrictEqual([events[0]!.id]);
    const next = await TestApp.start(test.server.url, make(second!, Promise.resolve()));
    const others = events.slice(1).map(({ id }) => id);
    await vi.waitFor(() => expect(second!.toSorted()).toStrictEqual(others));
    await next.close();
  });

  it('does not wait for a hung handler for ever, and its message comes again', async () => {
    const seen: string[] = [];
    const make = (hang: boolean) => {
      @Controller()
      class Handlers {
        @OnEvent(pattern('e-stuck'), { durable: 'e-stuck', retryPausesMs: [20], ackWaitMs: 400 })
        async handle(message: Delivery) {
          seen.push(idOf(message));
          if (hang) await new Promise(() => undefined);
        }
      }
      return Handlers;
    };
    const app = await TestApp.start(test.server.url, make(true), { drainMs: 100 });
    const event = sealed('e-stuck');
    await test.log.append(event);
    await expect.poll(() => seen.length).toBe(1);
    await app.close();
    const next = await TestApp.start(test.server.url, make(false));
    await expect.poll(() => seen).toStrictEqual([event.id, event.id]);
    await next.close();
  });
});

describe('what can go wrong around a handler', () => {
  it('a server that is killed and comes back: consuming goes on, nothing is skipped', async () => {
    const seen = new Set<string>();
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-kill'), { durable: 'e-kill', ...quick, ackWaitMs: 1_000 })
      handle(message: Delivery) {
        seen.add(idOf(message));
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    const before = sealedSeries('e-kill', 20);
    await test.log.appendInOrder(before);
    await expect.poll(() => seen.size).toBeGreaterThan(0);
    await test.server.kill();
    await expect.poll(async () => (await app.health()).status).toBe('down');
    await test.restart();
    const after = sealedSeries('e-kill', 20);
    await expect.poll(() => test.log.appendInOrder(after), { timeout: 20_000 }).not.toHaveProperty('failure');
    await expect.poll(() => seen.size).toBe(40);
    await expect.poll(async () => (await app.health()).status).toBe('up');
    await app.close();
  });

  it('an acknowledgement that is lost on the way: the message comes again, but not to the handler', async () => {
    let calls = 0;
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-lost-ack'), { durable: 'e-lost-ack', retryPausesMs: [20], ackWaitMs: 400 })
      handle() {
        calls++;
      }
    }
    const line = await FaultyLine.between(test.server.port);
    const app = await TestApp.start(line.url, Handlers);
    line.arm('cut before', 0, '+ACK');
    await test.log.append(sealed('e-lost-ack'));
    await expect.poll(() => calls).toBe(1);
    const info = () => consumerInfo('e-lost-ack');
    await expect.poll(async () => (await info()).delivered.consumer_seq).toBe(2);
    await expect.poll(async () => (await info()).num_ack_pending).toBe(0);
    expect(calls).toBe(1);
    await app.close();
    line.close();
  });

  it('a consumer that vanishes is made again where it was', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-vanish'), { durable: 'e-vanish', ...quick, ackWaitMs: 1_000 })
      handle(message: Delivery) {
        seen.push(idOf(message));
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    const events = sealedSeries('e-vanish', 4);
    await test.log.appendInOrder(events.slice(0, 2));
    await expect.poll(() => seen.length).toBe(2);
    const manager = await jetstreamManager(test.connection);
    await manager.consumers.delete(STREAM.events, 'e-vanish');
    await test.log.appendInOrder(events.slice(2));
    await expect.poll(() => seen).toStrictEqual(events.map(({ id }) => id));
    await app.close();
  });

  it('settings of the consumer that drifted are brought back; another kind of consumer refuses the start', async () => {
    const make = (ackWaitMs: number) => {
      @Controller()
      class Handlers {
        @OnEvent(pattern('e-drift'), { durable: 'e-drift', ackWaitMs })
        handle() {}
      }
      return Handlers;
    };
    await (await TestApp.start(test.server.url, make(5_000))).close();
    await (await TestApp.start(test.server.url, make(7_000))).close();
    expect((await consumerInfo('e-drift')).config.ack_wait).toBe(7_000_000_000);
    const manager = await jetstreamManager(test.connection);
    await manager.consumers.delete(STREAM.events, 'e-drift');
    await manager.consumers.add(STREAM.events, {
      durable_name: 'e-drift',
      ack_policy: 'all',
      filter_subject: `bcmed.${SITE}.pump.e-drift.*`,
    });
    await expect(TestApp.start(test.server.url, make(7_000))).rejects.toMatchObject({
      code: 'BCM-LOG-CONSUMER-DRIFT',
    });
  });

  it('two handlers on one durable, or a subject outside the site, refuse the start', async () => {
    @Controller()
    class Twins {
      @OnEvent(pattern('a'), { durable: 'e-twin' })
      one() {}
      @OnEvent(pattern('b'), { durable: 'e-twin' })
      two() {}
    }
    await expect(TestApp.start(test.server.url, Twins)).rejects.toMatchObject({
      code: 'BCM-LOG-SUBSCRIPTION',
    });
    @Controller()
    class Stray {
      @OnEvent('other.subject', { durable: 'e-stray' })
      handle() {}
    }
    await expect(TestApp.start(test.server.url, Stray)).rejects.toMatchObject({
      code: 'BCM-LOG-SUBSCRIPTION',
    });
  });

  it('two handlers on one subject with durables of their own both get every message', async () => {
    const seen: string[] = [];
    @Controller()
    class Handlers {
      @OnEvent(pattern('e-both'), { durable: 'e-both-one' })
      one() {
        seen.push('one');
      }
      @OnEvent(pattern('e-both'), { durable: 'e-both-two' })
      two() {
        seen.push('two');
      }
    }
    const app = await TestApp.start(test.server.url, Handlers);
    await test.log.append(sealed('e-both'));
    await expect.poll(() => seen.toSorted()).toStrictEqual(['one', 'two']);
    await app.close();
  });
});
