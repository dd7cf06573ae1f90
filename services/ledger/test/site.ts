import { cpSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAnvil, startNats, type AnvilNode, type NatsServer } from '@bcmed/embedded';
import { EventLog, STREAM, connectNats, setUpStreams, subjects } from '@bcmed/event-log';
import {
  BlockAnchored,
  CredentialEnrolled,
  EpochOpened,
  RateChanged,
  createEvent,
  derivedId,
  isEvent,
  parseEvent,
  serialiseEvent,
  subjectOf,
  type StreamEvent,
} from '@bcmed/events';
import { hashToBase64Url, leafHash } from '@bcmed/merkle';
import { createSealer, entryBytes, generatePrivateKey, keyToken, type Sealer } from '@bcmed/seal';
import {
  blocksSource,
  chainSource,
  checkAnchoredBlock,
  streamSource,
  verifyLog,
  type CheckedBlock,
} from '@bcmed/verification';
import type { NatsConnection } from '@nats-io/transport-node';
import { expect } from 'vitest';
import type { LedgerIdentity } from '../src/adapters/identity.js';

export const SITE = 's1';

/** A site with a real broker, a real chain, and everybody who writes to its stream beside the ledger. */
export class TestSite {
  readonly folder = mkdtempSync(join(tmpdir(), 'bcmed-ledger-'));
  readonly #natsDir = join(this.folder, 'nats');
  readonly chainFile = join(this.folder, 'chain.json');
  /** The ledger's own: its store and its keys. */
  readonly stateDir = join(this.folder, 'state');
  readonly root = createSealer(generatePrivateKey());
  readonly device = createSealer(generatePrivateKey());
  readonly pump = new Pump(this);
  nats!: NatsServer;
  anvil!: AnvilNode;
  connection!: NatsConnection;
  events!: EventLog;
  blocks!: EventLog;

  async start(): Promise<void> {
    [this.nats, this.anvil] = await Promise.all([
      startNats({ storeDir: this.#natsDir }),
      startAnvil({ stateFile: this.chainFile }),
    ]);
    this.connection = await connectNats({ servers: this.nats.url, name: 'test' });
    await setUpStreams(this.connection, SITE);
    this.events = new EventLog(this.connection);
    this.blocks = new EventLog(this.connection, { stream: STREAM.blocks });
  }

  async stop(): Promise<void> {
    await this.connection.close();
    await Promise.all([this.nats.stop(), this.anvil.stop()]);
    rmSync(this.folder, { recursive: true });
  }

  /** Copies the broker's files, as a backup does. */
  keepStreams(): Promise<void> {
    return this.#whileStreamsAreDown(() =>
      cpSync(this.#natsDir, `${this.#natsDir}.older`, { recursive: true }),
    );
  }

  /** The broker comes back with the copy, and later with what it had before. */
  putBackStreams(which: 'older' | 'newer'): Promise<void> {
    return this.#whileStreamsAreDown(() => {
      renameSync(this.#natsDir, `${this.#natsDir}.${which === 'older' ? 'newer' : 'discarded'}`);
      renameSync(`${this.#natsDir}.${which}`, this.#natsDir);
    });
  }

  /** The chain ends in order, and is at the same address again; its file may be exchanged meanwhile. */
  async restartChain(meanwhile: () => void): Promise<void> {
    await this.anvil.stop();
    meanwhile();
    this.anvil = await startAnvil({ stateFile: this.chainFile, port: this.anvil.port });
  }

  /** Opens the log and makes the keys of this ledger and of the pump known. */
  async open(ledger: LedgerIdentity): Promise<void> {
    await this.openEpoch(ledger);
    await this.enrol(ledger.sealer, 'ledger/1', 'ledger');
    await this.enrol(this.device, 'pump-adapter/1', 'pump');
  }

  async openEpoch({ wallet }: LedgerIdentity): Promise<void> {
    const data = {
      epoch: 1,
      epochBase: '0',
      ruleSet: 1 as const,
      rootKey: this.root.publicJwk,
      validators: [wallet.address.toLowerCase()],
      quorum: 1,
    };
    await this.send(this.root, createEvent(EpochOpened, attributes(SITE, 'epoch'), data));
  }

  async enrol(sealer: Sealer, holder: string, area: string): Promise<void> {
    const data = {
      keyId: sealer.keyId,
      publicKey: sealer.publicJwk,
      kind: 'device' as const,
      holder,
      areas: [area],
    };
    await this.send(
      this.root,
      createEvent(CredentialEnrolled, attributes(keyToken(sealer.keyId), holder), data),
    );
  }

  async send(sealer: Sealer, event: StreamEvent, seal?: string): Promise<bigint> {
    const body = serialiseEvent(event);
    const { position } = await this.events.append({
      subject: subjectOf(event),
      id: event.id,
      seal: seal ?? sealer.seal(body),
      body,
    });
    return position;
  }

  /** Every block of the stream BLOCKS, each checked by itself and against the one before. */
  async checkedBlocks({ wallet }: LedgerIdentity): Promise<CheckedBlock[]> {
    const validators = { validators: [wallet.address], quorum: 1 };
    const checked: CheckedBlock[] = [];
    for await (const message of this.blocks.readSubject(subjects.blocks(SITE))) {
      const parsed = parseEvent(message.body);
      if (!parsed.ok || !isEvent(parsed.event, BlockAnchored)) throw new Error('not a block');
      const outcome = checkAnchoredBlock(parsed.event.data, validators, checked.at(-1));
      if (!outcome.ok) throw new Error(outcome.fault.detail);
      checked.push(outcome.block);
    }
    return checked;
  }

  /** Everything is recomputed from the streams and the chain, beginning with the root key and, if given, the first contract. */
  async verifies(contract?: string): Promise<void> {
    const report = await verifyLog({
      site: SITE,
      rootKeyId: this.root.keyId,
      ...(contract === undefined ? {} : { contract }),
      log: streamSource(this.connection),
      blocks: blocksSource(this.connection, SITE),
      chain: chainSource({ rpcUrl: this.anvil.url }),
    });
    expect(report).toMatchObject({ verified: true, differences: [], unanchoredTail: 0n });
  }

  async eventsOfType(type: string): Promise<StreamEvent[]> {
    const found: StreamEvent[] = [];
    for await (const message of this.events.readSubject(subjects.events(SITE))) {
      const parsed = parseEvent(message.body);
      if (parsed.ok && parsed.event.type === type) found.push(parsed.event);
    }
    return found;
  }

  async #whileStreamsAreDown(work: () => void): Promise<void> {
    await this.nats.stop();
    work();
    this.nats = await startNats({ storeDir: this.#natsDir, port: this.nats.port });
  }
}

const attributes = (entity: string, purpose: string) => ({
  id: derivedId(purpose),
  source: 'site/root',
  entity,
  time: new Date().toISOString(),
  site: SITE,
  actor: 'site/root',
});

/** The chain of one pump; `make` seals the next event without sending it. */
export class Pump {
  readonly chain = '01994f7e-7c00-7000-8000-00000000000a';
  #sequence = 0;
  #previous: string | undefined;

  constructor(private readonly site: TestSite) {}

  make(): StreamEvent & { readonly sealed: string } {
    const sequence = String(++this.#sequence);
    const event = createEvent(
      RateChanged,
      {
        ...attributes('8002-51740', `rate ${sequence}`),
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
    const sealed = this.site.device.seal(body);
    this.#previous = hashToBase64Url(leafHash(entryBytes(sealed, body)));
    return { ...event, sealed };
  }

  async send(count: number): Promise<void> {
    for (let index = 0; index < count; index++) {
      const { sealed, ...event } = this.make();
      await this.site.send(this.site.device, event, sealed);
    }
  }
}
