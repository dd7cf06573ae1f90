import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAnvil, startNats, type AnvilNode, type NatsServer } from '@bcmed/embedded';
import { EventLog, STREAM, connectNats, setUpStreams, subjects } from '@bcmed/event-log';
import {
  BlockAnchored,
  ChainReanchored,
  CredentialEnrolled,
  EpochOpened,
  EventRejected,
  RateChanged,
  SenderGapClosed,
  SenderGapFound,
  createEvent,
  derivedId,
  isEvent,
  parseEvent,
  serialiseEvent,
  subjectOf,
  type StreamEvent,
} from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { StoreUnwritableError } from '@bcmed/safety-store';
import { createSealer, entryBytes, generatePrivateKey, keyToken, type Sealer } from '@bcmed/seal';
import { checkAnchoredBlock, type CheckedBlock } from '@bcmed/verification';
import type { NatsConnection } from '@nats-io/transport-node';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LedgerAnnouncer } from './adapters/announcer.js';
import { ChainMirror } from './adapters/chain-mirror.js';
import { readChunks } from './adapters/event-stream.js';
import { loadIdentity } from './adapters/identity.js';
import { LedgerStore } from './adapters/ledger-store.js';
import { AcceptEvents } from './commands/accept-events.js';
import { CutBlocks } from './commands/cut-blocks.js';
import { MAX_LEAVES_PER_BLOCK } from './domain/block.js';
import { reanchoredEvent, type Reanchored } from './domain/announcements.js';

const SITE = 's1';
const root = createSealer(generatePrivateKey());
const device = createSealer(generatePrivateKey());
const folder = mkdtempSync(join(tmpdir(), 'bcmed-ledger-'));

let nats: NatsServer;
let anvil: AnvilNode;
let connection: NatsConnection;
let events: EventLog;
let blocks: EventLog;

beforeAll(async () => {
  [nats, anvil] = await Promise.all([
    startNats({ storeDir: join(folder, 'nats') }),
    startAnvil({ stateFile: join(folder, 'chain.json') }),
  ]);
  connection = await connectNats({ servers: nats.url, name: 'test' });
  await setUpStreams(connection, SITE);
  events = new EventLog(connection);
  blocks = new EventLog(connection, { stream: STREAM.blocks });
});

afterAll(async () => {
  await connection.close();
  await Promise.all([nats.stop(), anvil.stop()]);
  rmSync(folder, { recursive: true });
});

/** A disk that is full at the very moment at which the ledger learns that the chain confirmed. */
class StoreThatCannotConfirm extends LedgerStore {
  override confirm(): void {
    throw new StoreUnwritableError('database or disk is full');
  }
}

/** One life of a ledger process, without Nest: the same parts, put together the same way. */
class Life {
  readonly identity = loadIdentity(join(folder, 'state'), '1');
  readonly store: LedgerStore;
  readonly accepted: AcceptEvents;
  readonly mirror: ChainMirror;
  readonly cutter: CutBlocks;
  readonly announcer: LedgerAnnouncer;
  readonly reanchored: Reanchored[] = [];

  constructor(chainUrl = anvil.url, Store = LedgerStore) {
    const { wallet, sealer, blockSealer, source } = this.identity;
    this.store = new Store(join(folder, 'state', 'ledger.db'), { site: SITE, rootKeyId: root.keyId });
    this.accepted = new AcceptEvents(this.store, { site: SITE, source, rootKeyId: root.keyId });
    this.mirror = new ChainMirror(
      { site: SITE, url: chainUrl, chainId: 31_337n, wallet, recovery: 'automatic' },
      this.store,
    );
    this.cutter = new CutBlocks(this.accepted, this.store, this.mirror, {
      site: SITE,
      wallet,
      minimumSpacingMs: 5,
    });
    this.announcer = new LedgerAnnouncer(this.store, {
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
    for await (const chunk of readChunks(
      events,
      this.accepted.lastPosition + 1n,
      await events.lastPosition(),
    ))
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
        expect(this.store.lastPosition).toBe(await events.lastPosition());
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

async function send(sealer: Sealer, event: StreamEvent, seal?: string): Promise<bigint> {
  const body = serialiseEvent(event);
  const { position } = await events.append({
    subject: subjectOf(event),
    id: event.id,
    seal: seal ?? sealer.seal(body),
    body,
  });
  return position;
}

const base = (entity: string, purpose: string) => ({
  id: derivedId(purpose),
  source: 'site/root',
  entity,
  time: new Date().toISOString(),
  site: SITE,
  actor: 'site/root',
});

async function enrol(sealer: Sealer, holder: string, area: string): Promise<void> {
  const data = {
    keyId: sealer.keyId,
    publicKey: sealer.publicJwk,
    kind: 'device' as const,
    holder,
    areas: [area],
  };
  await send(root, createEvent(CredentialEnrolled, base(keyToken(sealer.keyId), holder), data));
}

/** The chain of one pump; `make` seals the next event without sending it. */
class Sender {
  readonly chain = '01994f7e-7c00-7000-8000-00000000000a';
  #sequence = 0;
  #previous: string | undefined;

  make(): StreamEvent & { readonly sealed: string } {
    const sequence = String(++this.#sequence);
    const event = createEvent(
      RateChanged,
      {
        ...base('8002-51740', `rate ${sequence}`),
        source: 'pump-adapter/1',
        actor: 'front-panel',
        chain: {
          chain: this.chain,
          sequence,
          ...(this.#previous === undefined ? {} : { previous: this.#previous }),
        },
      },
      { fromMlPerHour: 1, toMlPerHour: 2, changedBy: 'front-panel', logEntryId: this.#sequence },
    );
    const body = serialiseEvent(event);
    const sealed = device.seal(body);
    this.#previous = hashToBase64Url(leafHash(entryBytes(sealed, body)));
    return { ...event, sealed };
  }

  async send(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const { sealed, ...event } = this.make();
      await send(device, event, sealed);
    }
  }
}
const sender = new Sender();

/** Every block of the stream BLOCKS, each checked by itself and against the one before. */
async function checkedBlocks(): Promise<CheckedBlock[]> {
  const validators = { validators: [loadIdentity(join(folder, 'state'), '1').wallet.address], quorum: 1 };
  const checked: CheckedBlock[] = [];
  for await (const message of blocks.readSubject(subjects.blocks(SITE))) {
    const parsed = parseEvent(message.body);
    if (!parsed.ok || !isEvent(parsed.event, BlockAnchored)) throw new Error('not a block');
    const outcome = checkAnchoredBlock(parsed.event.data, validators, checked.at(-1));
    if (!outcome.ok) throw new Error(outcome.fault.detail);
    checked.push(outcome.block);
  }
  return checked;
}

async function eventsOfType(type: string): Promise<StreamEvent[]> {
  const found: StreamEvent[] = [];
  for await (const message of events.readSubject(subjects.events(SITE))) {
    const parsed = parseEvent(message.body);
    if (parsed.ok && parsed.event.type === type) found.push(parsed.event);
  }
  return found;
}

describe('a ledger on a real stream and a real chain', () => {
  it('confirms what is sealed, in blocks that hold together by themselves', async () => {
    life = new Life().start();
    const { wallet, sealer } = life.identity;
    await send(
      root,
      createEvent(EpochOpened, base(SITE, 'epoch'), {
        epoch: 1,
        epochBase: '0',
        ruleSet: 1,
        rootKey: root.publicJwk,
        validators: [wallet.address.toLowerCase()],
        quorum: 1,
      }),
    );
    await enrol(sealer, 'ledger/1', 'ledger');
    await enrol(device, 'pump-adapter/1', 'pump');
    await sender.send(10);
    await life.settle();
    const last = (await checkedBlocks()).at(-1);
    expect(last?.header.treeSize).toBe(await events.lastPosition());
    expect(life.accepted.counts).toEqual({ admitted: 13, rejected: 0, duplicates: 0 });
  });

  it('turns a forged event into a rejection leaf and says so once', async () => {
    life = (await new Life().read()).start();
    const { sealed: _, ...event } = new Sender().make();
    const position = await send(
      device,
      { ...event, id: derivedId('forged') },
      device.seal(Buffer.from('something else')),
    );
    await life.settle();
    const rejections = await eventsOfType(EventRejected.type);
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
    const { sealed: lateSeal, ...late } = sender.make();
    await sender.send(2);
    await send(device, late, lateSeal);
    await life.settle();
    expect(await eventsOfType(SenderGapFound.type)).toHaveLength(1);
    expect((await eventsOfType(SenderGapClosed.type)).map(({ data }) => data)).toMatchObject([
      { firstMissing: '11', lastMissing: '11' },
    ]);
  });

  it('counts an event that was sent again after the broker forgot it once only', async () => {
    life = (await new Life().read()).start();
    const { sealed, ...event } = sender.make();
    const body = serialiseEvent(event);
    const first = await send(device, event, sealed);
    // Another Nats-Msg-Id is what a copy after the duplicate window looks like to the broker.
    const copy = await events.append({
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
    await sender.send(2_500);
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
      () => new Life(anvil.url, StoreThatCannotConfirm),
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
    await sender.send(3);
    const dying = await begin().read();
    await untilTheEnd(dying);
    dying.die();
    life = (await new Life().read()).start();
    await life.settle();
    const all = await checkedBlocks();
    expect(all.length).toBeGreaterThan(before);
    expect(all.at(-1)?.header.treeSize).toBe(await events.lastPosition());
  });
});

describe('a chain that was killed', () => {
  it('is anchored again by a successor, linked to its predecessor, as an event', async () => {
    const { port } = anvil;
    await anvil.kill();
    await sender.send(2);
    life = (await new Life(`http://127.0.0.1:${port}`).read()).start();
    anvil = await startAnvil({ stateFile: join(folder, 'chain.json'), port });
    await life.settle();
    expect(life.reanchored).toMatchObject([{ reason: 'contract-missing' }]);
    expect(await eventsOfType(ChainReanchored.type)).toHaveLength(1);
    const all = await checkedBlocks();
    const head = await life.mirror.readHead();
    expect(head).toMatchObject({ number: all.at(-1)?.header.number, blockHash: all.at(-1)?.blockHash });
  });
});
