import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  freePort,
  startAnvil,
  startNats,
  startNodeService,
  type AnvilNode,
  type NatsServer,
  type NodeService,
} from '@bcmed/embedded';
import {
  brokerAuthorisation,
  BUS_IDENTITIES,
  connectNats,
  EventLog,
  loadOrCreateSeed,
  sealOf,
  SET_UP_IDENTITY,
  setUpConsumers,
  setUpStreams,
  STREAM,
} from '@bcmed/event-log';
import type { StreamEvent } from '@bcmed/events';
import type { Sealer } from '@bcmed/seal';
import { fixtureSealer, LogFixture, sealed, type FixtureMessage } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { vi } from 'vitest';
import { Person } from './person.js';

const ROOT = join(import.meta.dirname, '..', '..', '..', '..');
const PATIENCE = { timeout: 30_000, interval: 50 };

export const PAGE = '<!doctype html><title>BCMed</title>';
export const SCRIPT = 'export {};\n';

/**
 * A site on real servers with the broker's real rights, the built access service, and the built console as its own process. The fixture
 * is its operator, its adapter, its monitors' gateway and its ledger.
 */
export class ConsoleSite {
  readonly fixture = new LogFixture();
  readonly monitor = fixtureSealer('monitor');
  readonly dosing = fixtureSealer('dosing');
  #published = 0;
  #confirmed = 0;
  #ids = 0;
  access!: NodeService;
  console!: NodeService;

  private constructor(
    readonly folder: string,
    public nats: NatsServer,
    readonly anvil: AnvilNode,
    readonly connection: NatsConnection,
    readonly ports: { readonly access: number; readonly console: number },
    readonly neighbours: Readonly<Record<string, string>>,
  ) {}

  static async begin(neighbours: Readonly<Record<string, string>>): Promise<ConsoleSite> {
    const folder = await mkdtemp(join(tmpdir(), 'bcmed-console-'));
    const [nats, anvil, access, console] = await Promise.all([
      startNats({ storeDir: join(folder, 'nats'), authorisation: authorisationIn(folder) }),
      startAnvil({ stateFile: join(folder, 'chain.json') }),
      freePort(),
      freePort(),
    ]);
    const connection = await connectNats({
      servers: nats.url,
      name: 'test',
      credentials: { name: SET_UP_IDENTITY, seedFile: seedOf(folder, SET_UP_IDENTITY) },
    });
    const site = new ConsoleSite(folder, nats, anvil, connection, { access, console }, neighbours);
    await setUpStreams(connection, site.fixture.site);
    await setUpConsumers(connection, site.fixture.site);
    site.fixture.enrol(site.monitor, 'icu-monitor/1', ['vitals', 'association'], 'device');
    site.fixture.enrol(site.dosing, 'dosing/1', ['dosing'], 'service');
    await site.publish();
    await writePage(join(folder, 'web'));
    await Promise.all([site.startAccess(), site.startConsole()]);
    return site;
  }

  get origin(): string {
    return `http://localhost:${this.ports.console}`;
  }

  get gateway(): string {
    return `http://127.0.0.1:${this.ports.console}`;
  }

  get events(): EventLog {
    return new EventLog(this.connection);
  }

  enter(role: string, unit: string): Promise<Person> {
    return Person.enter(this.gateway, this.origin, role, unit);
  }

  /** Puts events on the stream as who has this key. */
  async happens(sealer: Sealer, ...events: readonly StreamEvent[]): Promise<void> {
    for (const event of events) await this.append(sealed(sealer, event), event.id);
  }

  async append({ subject, seal, body }: FixtureMessage, id?: string): Promise<void> {
    await this.events.append({ subject, seal, body, id: id ?? `test-${(this.#ids += 1)}` });
  }

  /** Puts on the stream what the fixture has made since the last time. */
  async publish(): Promise<void> {
    for (; this.#published < this.fixture.entries.length; this.#published++) {
      const slot = this.fixture.entries[this.#published];
      if (slot && !('missing' in slot)) await this.append(slot);
    }
  }

  /** The ledger cuts a block of everything that is on the stream. */
  async cutBlock(): Promise<void> {
    const last = await this.events.lastPosition();
    for await (const entry of this.events.readRange(BigInt(this.#published) + 1n, last)) {
      if (entry.missing) throw new Error('a hole');
      this.fixture.appendMessage({ subject: entry.subject, seal: sealOf(entry), body: entry.body });
      this.#published++;
    }
    this.fixture.cutBlock();
    const blocks = new EventLog(this.connection, { stream: STREAM.blocks });
    for (; this.#confirmed < this.fixture.confirmations.length; this.#confirmed++) {
      const entry = this.fixture.confirmations[this.#confirmed];
      if (entry) await blocks.append({ ...entry, id: `block-${this.#confirmed}` });
    }
  }

  async startAccess(): Promise<void> {
    const stateDir = join(this.folder, 'access');
    const starting = this.#start('access', 'services/access', {
      PUBLIC_ORIGIN: `http://localhost:${this.ports.access}`,
      TRUSTED_ORIGINS: this.origin,
      ATTEMPTS_PER_MINUTE: '10000',
    });
    const request = await vi.waitFor(
      async () => JSON.parse(await readFile(join(stateDir, 'enrolment-request.json'), 'utf8')) as Request,
      PATIENCE,
    );
    if (!this.#enrolled) await this.append(this.fixture.enrolKey(request));
    this.#enrolled = true;
    this.#published = this.fixture.entries.length;
    this.access = await starting;
  }
  #enrolled = false;

  async startConsole(): Promise<void> {
    this.console = await this.#start('console', 'apps/console', {
      PUBLIC_ORIGIN: this.origin,
      ACCESS_URL: `http://127.0.0.1:${this.ports.access}`,
      CHAIN_RPC_URL: this.anvil.url,
      WEB_DIR: join(this.folder, 'web'),
      ...this.neighbours,
    });
  }

  #start(name: 'access' | 'console', home: string, env: Record<string, string>): Promise<NodeService> {
    const main = join(ROOT, home, 'dist', 'main.js');
    if (!existsSync(main)) throw new Error(`${home} is not built: npx tsc -b`);
    return startNodeService({
      name,
      main,
      stateDir: join(this.folder, name),
      env: {
        BCMED_SITE: this.fixture.site,
        BCMED_ROOT_KID: this.fixture.rootKeyId,
        NATS_URL: this.nats.url,
        NATS_SEED_FILE: seedOf(this.folder, name),
        HTTP_PORT: String(this.ports[name]),
        ALLOW_DEMONSTRATION: 'true',
        ...env,
      },
    });
  }

  async restartNats(): Promise<void> {
    const { port } = this.nats;
    this.nats = await startNats({
      storeDir: join(this.folder, 'nats'),
      port,
      authorisation: authorisationIn(this.folder),
    });
  }

  async end(): Promise<void> {
    await Promise.all([this.console.stop(), this.access.stop()]);
    await this.connection.close();
    await Promise.all([this.nats.stop(), this.anvil.stop()]);
    await rm(this.folder, { recursive: true, force: true });
  }
}

type Request = Parameters<LogFixture['enrolKey']>[0];

const seedOf = (folder: string, name: string): string => join(folder, 'seeds', `${name}.nk`);

function authorisationIn(folder: string): string[] {
  const names = [SET_UP_IDENTITY, ...BUS_IDENTITIES.map(({ name }) => name)];
  const keys = new Map(names.map((name) => [name, loadOrCreateSeed(seedOf(folder, name))]));
  return brokerAuthorisation('s1', keys);
}

async function writePage(folder: string): Promise<void> {
  await mkdir(join(folder, 'assets'), { recursive: true });
  await writeFile(join(folder, 'index.html'), PAGE);
  await writeFile(join(folder, 'assets', 'index-B6-GA77F.js'), SCRIPT);
}
