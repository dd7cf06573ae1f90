import 'reflect-metadata';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ChainClient, type AnchorClient } from '@bcmed/chain';
import {
  startAnvil,
  startNats,
  startPostgres,
  type AnvilNode,
  type NatsServer,
  type PostgresServer,
} from '@bcmed/embedded';
import { EventLog, STREAM, connectNats, sealOf, setUpStreams, type SealedEvent } from '@bcmed/event-log';
import { LogFixture, fixtureWallet } from '@bcmed/testing';
import { readConfirmation } from '@bcmed/verification';
import type { StreamEntry } from '@bcmed/admission';
import type { NatsConnection } from '@nats-io/transport-node';

/** A site on real servers, with the fixture as its adapter and ledger: everything but the audit itself. */
export class Ward {
  published = 0;
  confirmed = 0;

  private constructor(
    readonly folder: string,
    readonly log: LogFixture,
    readonly nats: NatsServer,
    readonly anvil: AnvilNode,
    public postgres: PostgresServer,
    readonly connection: NatsConnection,
    readonly anchor: AnchorClient,
  ) {}

  static async begin(): Promise<Ward> {
    const folder = await mkdtemp(join(tmpdir(), 'bcmed-audit-'));
    const [nats, anvil, postgres] = await Promise.all([
      startNats({ storeDir: join(folder, 'nats') }),
      startAnvil({ stateFile: join(folder, 'chain.json') }),
      startPostgres({ dataDir: join(folder, 'pg') }),
    ]);
    const log = new LogFixture();
    const connection = await connectNats({ servers: nats.url, name: 'test' });
    await setUpStreams(connection, log.site);
    const client = await ChainClient.connect({ url: anvil.url, sender: fixtureWallet('sender') });
    const { anchor } = await client.deployBlockAnchor({ ...log.rules });
    log.contract = anchor.contract;
    return new Ward(folder, log, nats, anvil, postgres, connection, anchor);
  }

  get events(): EventLog {
    return new EventLog(this.connection);
  }

  /** Puts on the streams and on the chain what the fixture has made since the last time. */
  async publish(): Promise<void> {
    for (; this.published < this.log.entries.length; this.published++) {
      const slot = this.log.entries[this.published];
      if (slot && !('missing' in slot)) await this.events.append(sealedEvent(slot));
    }
    const blocks = new EventLog(this.connection, { stream: STREAM.blocks });
    for (; this.confirmed < this.log.confirmations.length; this.confirmed++) {
      const entry = this.log.confirmations[this.confirmed];
      const header = this.log.headers[this.confirmed];
      const read = entry && readConfirmation(entry);
      if (!entry || !header || read?.ok !== true) throw new Error('the fixture made no block');
      await this.anchor.anchor(
        header,
        read.data.signatures.map(({ signature }) => signature),
      );
      await blocks.append(sealedEvent(entry));
    }
  }

  /** Takes over what others appended, so that the fixture's next events and blocks come after it. */
  async absorb(): Promise<void> {
    const last = await this.events.lastPosition();
    for await (const entry of this.events.readRange(BigInt(this.published) + 1n, last)) {
      if (entry.missing) throw new Error('a hole');
      this.log.appendMessage({ subject: entry.subject, seal: sealOf(entry), body: entry.body });
      this.published++;
    }
  }

  /** Makes a service's key known, as it asked for it. */
  async enrol(stateDir: string): Promise<void> {
    const request = JSON.parse(
      await readFile(join(stateDir, 'enrolment-request.json'), 'utf8'),
    ) as Parameters<LogFixture['enrolKey']>[0];
    this.log.enrolKey(request);
    await this.publish();
  }

  /** SIGKILL and a new start on the same data, at the same port. */
  async killPostgres(): Promise<void> {
    await this.postgres.kill();
    this.postgres = await startPostgres({ dataDir: join(this.folder, 'pg'), port: this.postgres.port });
  }

  /** The environment of an audit on this site. */
  environment(name: string): Record<string, string> {
    return {
      BCMED_SITE: this.log.site,
      BCMED_ROOT_KID: this.log.rootKeyId,
      BCMED_STATE_DIR: join(this.folder, name),
      BCMED_INSTANCE: name,
      NATS_URL: this.nats.url,
      DATABASE_URL: this.postgres.url,
      CHAIN_RPC_URL: this.anvil.url,
      LOG_LEVEL: 'silent',
    };
  }

  async end(): Promise<void> {
    await this.connection.close();
    await Promise.all([this.nats.stop(), this.anvil.stop(), this.postgres.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

let counter = 0;
function sealedEvent({ subject, seal, body }: StreamEntry): SealedEvent {
  return { subject, seal, body, id: `test-${++counter}` };
}
