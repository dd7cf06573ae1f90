import { join } from 'node:path';
import { startAnvil } from '@bcmed/embedded';
import {
  ChainReanchored,
  EventRejected,
  SenderGapClosed,
  SenderGapFound,
  derivedId,
  serialiseEvent,
  subjectOf,
} from '@bcmed/events';
import { StoreUnwritableError } from '@bcmed/safety-store';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Pump, SITE, TestSite } from '../test/site.js';
import { LedgerAnnouncer } from './adapters/announcer.js';
import { ChainMirror } from './adapters/chain-mirror.js';
import { readChunks } from './adapters/event-stream.js';
import { loadIdentity } from './adapters/identity.js';
import { LedgerStore } from './adapters/ledger-store.js';
import { StreamTail } from './adapters/stream-tail.js';
import { AcceptEvents } from './commands/accept-events.js';
import { CutBlocks } from './commands/cut-blocks.js';
import { MAX_LEAVES_PER_BLOCK } from './domain/block.js';
import { reanchoredEvent, type Reanchored } from './domain/announcements.js';

const site = new TestSite();
const { pump } = site;
beforeAll(() => site.start());
afterAll(() => site.stop());

/** A disk that is full at the very moment at which the ledger learns that the chain confirmed. */
class StoreThatCannotConfirm extends LedgerStore {
  override confirm(): void {
    throw new StoreUnwritableError('database or disk is full');
  }
}

/** One life of a ledger process, without Nest: the same parts, put together the same way. */
class Life {
  readonly identity = loadIdentity(site.stateDir, '1');
  readonly store: LedgerStore;
  readonly accepted: AcceptEvents;
  readonly mirror: ChainMirror;
  readonly cutter: CutBlocks;
  readonly announcer: LedgerAnnouncer;
  readonly reanchored: Reanchored[] = [];

  constructor(chainUrl = site.anvil.url, Store = LedgerStore) {
    const { events, blocks, root, stateDir } = site;
    const { wallet, sealer, blockSealer, source } = this.identity;
    this.store = new Store(join(stateDir, 'ledger.db'), { site: SITE, rootKeyId: root.keyId });
    this.accepted = new AcceptEvents(this.store, { site: SITE, source, rootKeyId: root.keyId });
    this.mirror = new ChainMirror(
      { site: SITE, url: chainUrl, chainId: 31_337n, wallet, recovery: 'automatic' },
      this.store,
    );
    this.cutter = new CutBlocks(this.accepted, this.store, this.mirror, {
      site: SITE,
      wallet,
      keyId: sealer.keyId,
      minimumSpacingMs: 5,
    });
    this.announcer = new LedgerAnnouncer(this.store, new StreamTail(events, this.store), {
      site: SITE,
      source,
      sealer,
      blockSealer,
      events,
      blocks,
      mayAnnounce: () => this.accepted.isEnrolled(sealer.keyId),
    });
    this.cutter.onConfirmed = () => this.announcer.wake();
    this.accepted.onAnnouncement = () => this.announcer.wake();
    this.mirror.onReanchored = (what) => {
      this.reanchored.push(what);
      const event = reanchoredEvent(what, 31_337n, { site: SITE, source }, new Date().toISOString());
      this.store.addAnnouncement({ id: event.id, subject: subjectOf(event), body: serialiseEvent(event) });
    };
  }

  async read(): Promise<this> {
    const { events } = site;
    const last = await events.lastPosition();
    for await (const chunk of readChunks(events, this.accepted.lastPosition + 1n, last))
      this.accepted.accept(chunk);
    return this;
  }

  start(): this {
    this.cutter.start();
    this.announcer.start();
    return this;
  }

  /** Until everything on the stream is in a published block. */
  async settle(): Promise<void> {
    await vi.waitFor(
      async () => {
        await this.read();
        expect(this.accepted.waiting).toHaveLength(0);
        expect(this.store.announcements(1)).toHaveLength(0);
        expect(this.store.firstUnpublished()).toBeUndefined();
        expect(this.store.lastPosition).toBe(await site.events.lastPosition());
        expect(this.store.lastConfirmed).toBe(this.store.head.number);
      },
      { timeout: 20_000, interval: 20 },
    );
  }

  /** Ends without a word to anybody, as a kill would: nothing that is at work is waited for. */
  die(): void {
    void this.cutter.stop();
    this.store.close();
  }

  async stop(): Promise<void> {
    await this.cutter.stop();
    await this.announcer.stop();
    this.store.close();
  }
}

let life: Life | undefined;
afterEach(async () => {
  await life?.stop();
  life = undefined;
});

const checkedBlocks = () => site.checkedBlocks(loadIdentity(site.stateDir, '1'));

describe('a ledger on a real stream and a real chain', () => {
  it('keeps its first block until the site knows the key that seals it', async () => {
    life = new Life().start();
    await site.openEpoch(life.identity);
    await life.read();
    await site.enrol(life.identity.sealer, 'ledger/1', 'ledger');
    await life.settle();
    await site.verifies();
  });

  it('confirms what is sealed, in blocks that hold together by themselves', async () => {
    life = new Life().start();
    await site.enrol(site.device, 'pump-adapter/1', 'pump');
    await pump.send(10);
    await life.settle();
    const last = (await checkedBlocks()).at(-1);
    expect(last?.header.treeSize).toBe(await site.events.lastPosition());
    expect(life.accepted.counts).toEqual({ admitted: 11, rejected: 0, duplicates: 0 });
  });

  it('turns a forged event into a rejection leaf and says so once', async () => {
    life = (await new Life().read()).start();
    const { sealed: _, ...event } = new Pump(site).make();
    const position = await site.send(
      site.device,
      { ...event, id: derivedId('forged') },
      site.device.seal(Buffer.from('something else')),
    );
    await life.settle();
    const rejections = await site.eventsOfType(EventRejected.type);
    expect(rejections.map(({ data }) => data)).toEqual([
      {
        position: position.toString(),
        reason: 'bad-signature',
        subject: 'bcmed.s1.pump.8002-51740.rate-changed',
        detail: expect.any(String) as string,
      },
    ]);
    const blockOf = (await checkedBlocks()).find(({ exceptions }) => exceptions.has(position));
    expect(blockOf?.exceptions.get(position)?.reason).toBe('bad-signature');
  });

  it('reports a hole in a sender’s chain, and that it closed', async () => {
    life = (await new Life().read()).start();
    const { sealed: lateSeal, ...late } = pump.make();
    await pump.send(2);
    await site.send(site.device, late, lateSeal);
    await life.settle();
    expect(await site.eventsOfType(SenderGapFound.type)).toHaveLength(1);
    expect((await site.eventsOfType(SenderGapClosed.type)).map(({ data }) => data)).toMatchObject([
      { firstMissing: '11', lastMissing: '11' },
    ]);
  });

  it('counts an event that was sent again after the broker forgot it once only', async () => {
    life = (await new Life().read()).start();
    const { sealed, ...event } = pump.make();
    const body = serialiseEvent(event);
    const first = await site.send(site.device, event, sealed);
    // Another Nats-Msg-Id is what a copy after the duplicate window looks like to the broker.
    const copy = await site.events.append({
      subject: subjectOf(event),
      id: derivedId('copy'),
      seal: sealed,
      body,
    });
    await life.settle();
    const exception = (await checkedBlocks())
      .flatMap(({ exceptions }) => [...exceptions.values()])
      .find(({ position }) => position === copy.position.toString());
    expect(exception).toMatchObject({ reason: 'duplicate-event', of: first.toString() });
  });
});

describe('a ledger that was away for long', () => {
  it('confirms a backlog in blocks as large as a message may be', async () => {
    await pump.send(2_500);
    life = (await new Life().read()).start();
    await life.settle();
    const sizes = (await checkedBlocks()).map(({ leafHashes }) => leafHashes.length);
    expect(Math.max(...sizes)).toBe(MAX_LEAVES_PER_BLOCK);
  });
});

describe('a ledger that dies', () => {
  const nowhere = 'http://127.0.0.1:9';

  it.each<[string, () => Life, (dying: Life) => Promise<void>]>([
    ['after leaves were stored, before a block was cut', () => new Life(), () => Promise.resolve()],
    [
      'after it signed a block, before the chain had it',
      () => new Life(nowhere),
      async (dying) => {
        dying.cutter.start();
        await vi.waitFor(() => expect(dying.store.head.number).toBe(dying.store.lastConfirmed + 1n));
      },
    ],
    [
      'after the chain confirmed, before it knew',
      () => new Life(site.anvil.url, StoreThatCannotConfirm),
      async (dying) => {
        dying.cutter.start();
        await vi.waitFor(() => expect(dying.cutter.fault).toMatch(/full/));
      },
    ],
    [
      'after it knew, before it told',
      () => new Life(),
      async (dying) => {
        dying.cutter.start();
        await vi.waitFor(() => expect(dying.store.firstUnpublished()).toBeDefined());
      },
    ],
  ])('%s: the next life loses and repeats nothing', async (_, begin, untilTheEnd) => {
    const before = (await checkedBlocks()).length;
    await pump.send(3);
    const dying = await begin().read();
    await untilTheEnd(dying);
    dying.die();
    life = (await new Life().read()).start();
    await life.settle();
    const all = await checkedBlocks();
    expect(all.length).toBeGreaterThan(before);
    expect(all.at(-1)?.header.treeSize).toBe(await site.events.lastPosition());
  });
});

describe('a chain that was killed', () => {
  it('is anchored again by a successor, linked to its predecessor, as an event', async () => {
    const { port } = site.anvil;
    await site.anvil.kill();
    await pump.send(2);
    life = (await new Life(`http://127.0.0.1:${port}`).read()).start();
    site.anvil = await startAnvil({ stateFile: site.chainFile, port });
    await life.settle();
    expect(life.reanchored).toMatchObject([{ reason: 'contract-missing' }]);
    expect(await site.eventsOfType(ChainReanchored.type)).toHaveLength(1);
    const all = await checkedBlocks();
    const head = await life.mirror.readHead();
    expect(head).toMatchObject({ number: all.at(-1)?.header.number, blockHash: all.at(-1)?.blockHash });
  });
});
