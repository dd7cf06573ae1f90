import {
  EMBEDDED_CHAIN_ID,
  Janitor,
  PortBook,
  Supervisor,
  lockDataDir,
  startAnvil,
  startNats,
  startPostgres,
  type AnvilNode,
  type DataDirLock,
  type NatsServer,
  type PostgresServer,
  type Supervised,
} from '@bcmed/embedded';
import {
  BUS_IDENTITIES,
  SET_UP_IDENTITY,
  brokerAuthorisation,
  loadOrCreateSeed,
  type BusCredentials,
} from '@bcmed/event-log';
import { layout, type Layout } from './paths.js';
import type { Progress } from './progress.js';

/** Seconds between dumps of the chain: what a killed node loses, and the ledger anchors again. */
const CHAIN_DUMP_SECONDS = 30;

/**
 * The servers that every command on a data folder needs: one owner of the folder, one supervisor, and a janitor that ends everything
 * should this process be killed.
 */
export class Backbone {
  readonly supervisor = new Supervisor();
  readonly layout: Layout;
  readonly janitor: Janitor;
  readonly #lock: DataDirLock;
  readonly #ports: PortBook;
  #nats: Supervised<NatsServer> | undefined;

  private constructor(readonly dataDir: string) {
    this.#lock = lockDataDir(dataDir);
    this.layout = layout(dataDir);
    this.#ports = new PortBook(this.layout.ports);
    this.janitor = new Janitor();
  }

  /** Takes the folder for this process, or throws DataDirInUseError that names who has it. */
  static open(dataDir: string): Backbone {
    return new Backbone(dataDir);
  }

  /** Starts the broker for this site; only the identities of the table can connect. */
  async startStream(site: string, progress: Progress): Promise<NatsServer> {
    const authorisation = brokerAuthorisation(site, this.#publicKeys());
    const port = await this.#ports.claim('nats');
    const monitorPort = await this.#ports.claim('nats-monitor');
    this.#nats = await progress.step(
      'NATS JetStream',
      'the log of record; every append is synced to disk before it is acknowledged',
      () =>
        this.supervisor.start({
          name: 'nats-server',
          start: () =>
            startNats({
              storeDir: this.layout.nats,
              port,
              monitorPort,
              authorisation,
              endsWhenStoreFailed: true,
              logFile: this.layout.log('nats-server'),
              janitor: this.janitor,
            }),
        }),
    );
    return this.#nats.current;
  }

  /** Who we are on the broker. */
  get credentials(): BusCredentials {
    return { name: SET_UP_IDENTITY, seedFile: this.layout.natsSeed(SET_UP_IDENTITY) };
  }

  #publicKeys(): Map<string, string> {
    const names = [SET_UP_IDENTITY, ...BUS_IDENTITIES.map(({ name }) => name)];
    return new Map(names.map((name) => [name, loadOrCreateSeed(this.layout.natsSeed(name))]));
  }

  /** A port that this folder keeps from start to start. */
  claimPort(name: string): Promise<number> {
    return this.#ports.claim(name);
  }

  async startChain(progress: Progress): Promise<AnvilNode> {
    const port = await this.#ports.claim('chain');
    const chain = await progress.step('EVM node', 'the private Ethereum chain that mirrors the log', () =>
      this.supervisor.start({
        name: 'anvil',
        start: () =>
          startAnvil({
            stateFile: this.layout.chainState,
            port,
            chainId: EMBEDDED_CHAIN_ID,
            stateIntervalSeconds: CHAIN_DUMP_SECONDS,
            logFile: this.layout.log('anvil'),
            janitor: this.janitor,
          }),
      }),
    );
    return chain.current;
  }

  async startViews(progress: Progress): Promise<PostgresServer> {
    const port = await this.#ports.claim('postgres');
    const postgres = await progress.step(
      'PostgreSQL',
      'the views of the audit service; its first start initialises a cluster',
      () =>
        this.supervisor.start({
          name: 'postgres',
          start: () =>
            startPostgres({
              dataDir: this.layout.postgres,
              port,
              logFile: this.layout.log('postgres'),
              janitor: this.janitor,
            }),
        }),
    );
    return postgres.current;
  }

  /** Ends everything in order and gives the folder back. Safe to call twice. */
  async stop(): Promise<void> {
    await this.supervisor.stop();
    await this.janitor.dismiss();
    this.#lock.release();
  }
}
