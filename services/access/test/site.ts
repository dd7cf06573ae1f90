import 'reflect-metadata';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAnvil, startNats, type AnvilNode, type NatsServer } from '@bcmed/embedded';
import { EventLog, connectNats, setUpStreams } from '@bcmed/event-log';
import { parseEvent, type StreamEvent } from '@bcmed/events';
import { LogFixture, type FixtureMessage } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';

export const ORIGIN = 'http://localhost:7444';
export const CONSOLE = 'http://localhost:7555';

/** A site on real servers: everything but the access service itself. The fixture is its operator, with the root key. */
export class Site {
  readonly fixture = new LogFixture();
  #appended = 0;

  private constructor(
    readonly folder: string,
    readonly nats: NatsServer,
    readonly connection: NatsConnection,
    public anvil: AnvilNode | undefined,
  ) {}

  static async begin(options: { readonly chain?: boolean } = {}): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), 'bcmed-access-'));
    const [nats, anvil] = await Promise.all([
      startNats({ storeDir: join(folder, 'nats') }),
      options.chain ? startAnvil({ stateFile: join(folder, 'chain.json') }) : undefined,
    ]);
    const connection = await connectNats({ servers: nats.url, name: 'test' });
    const site = new Site(folder, nats, connection, anvil);
    await setUpStreams(connection, site.name);
    for (const entry of site.fixture.entries) if (!('missing' in entry)) await site.append(entry);
    return site;
  }

  get name(): string {
    return this.fixture.site;
  }

  get log(): EventLog {
    return new EventLog(this.connection);
  }

  /** Puts a message on the stream as anybody could who may publish. */
  async append({ subject, seal, body }: FixtureMessage): Promise<bigint> {
    const id = `test-${(this.#appended += 1)}`;
    return (await this.log.append({ subject, seal, body, id })).position;
  }

  /** The site makes a service's key known, as it asked for it. */
  async enrol(stateDir: string): Promise<void> {
    const request = JSON.parse(
      await readFile(join(stateDir, 'enrolment-request.json'), 'utf8'),
    ) as Parameters<LogFixture['enrolKey']>[0];
    await this.append(this.fixture.enrolKey(request));
  }

  /** Every event about access that is on the stream, as it was said. */
  async said(name?: string): Promise<StreamEvent[]> {
    const events: StreamEvent[] = [];
    const filter = name === undefined ? `bcmed.${this.name}.access.>` : `bcmed.${this.name}.access.*.${name}`;
    for await (const { body } of this.log.readSubject(filter)) {
      const parsed = parseEvent(body);
      if (parsed.ok) events.push(parsed.event);
    }
    return events;
  }

  /** The environment of an access service on this site. */
  environment(name = '1', changes: Readonly<Record<string, string>> = {}): Record<string, string> {
    return {
      BCMED_SITE: this.name,
      BCMED_ROOT_KID: this.fixture.rootKeyId,
      BCMED_STATE_DIR: join(this.folder, name),
      BCMED_INSTANCE: name,
      NATS_URL: this.nats.url,
      PUBLIC_ORIGIN: ORIGIN,
      TRUSTED_ORIGINS: CONSOLE,
      ATTEMPTS_PER_MINUTE: '10000',
      LOG_LEVEL: 'silent',
      ...(this.anvil ? { CHAIN_RPC_URL: this.anvil.url, CHAIN_RECOVERY: 'automatic' } : {}),
      ...changes,
    };
  }

  async end(): Promise<void> {
    await this.connection.close();
    await Promise.all([this.nats.stop(), this.anvil?.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}
