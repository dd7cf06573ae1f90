import { join } from 'node:path';
import {
  EMBEDDED_CHAIN_ID,
  startNodeService,
  type NodeService,
  type PostgresServer,
  type Supervised,
} from '@bcmed/embedded';
import { EventLog, STREAM, connectNats, setUpConsumers, setUpStreams } from '@bcmed/event-log';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { StackError } from '../errors.js';
import { waitForEnrolmentRequest, type EnrolmentRequest } from '../site/enrolment-request.js';
import { SiteOperator } from '../site/open-site.js';
import { openSiteFolder, rootKeyPath, type Site } from '../site/root-key.js';
import { releaseLibrary } from '../shift/library-release.js';
import { Backbone } from './backbone.js';
import { loadDemonstrationPeople } from './people.js';
import { EXAMPLE_LIBRARY, programOf, shown } from './paths.js';
import type { Progress } from './progress.js';
import { removeRunning, writeRunning } from './running.js';

const REQUEST_DEADLINE_MS = 30_000;
/** The embedded stack is a demonstration: it believes people who were made for one, and a library of examples. */
const DEMONSTRATION = { ALLOW_DEMONSTRATION: 'true' } as const;

/** Where a stack lives and what it tells. */
export interface StackOptions {
  readonly dataDir: string;
  readonly siteName: string;
  readonly progress: Progress;
  /** Added to the environment of all services, for benchmarks and tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/** What the mock ICU is to be. */
export interface WardOptions {
  /** Beds with a virtual patient and the pumps that they hang on; or so many pumps with nobody behind them. */
  readonly ward: { readonly beds: number } | { readonly pumps: number };
  readonly seed: number;
  /** Session that is played at the pumps from the start. */
  readonly session?: string;
  /**
   * Virtual seconds in a second (1). Pumps, patients and faults live on virtual time, the pumps' watchdog of 15 s too: the adapter must
   * poll often enough for it. All services keep the time of the clock on the wall.
   */
  readonly speed?: number;
  /** File with faults at virtual times. */
  readonly faults?: string;
  /** How many times as often as on a real ward things go wrong by themselves; never when it is left out. */
  readonly backgroundFaults?: number;
  /** How often each patient is sampled, in seconds of the clock on the wall (5). */
  readonly vitalsEverySeconds?: number;
}

export type ServiceName =
  'icu' | 'ledger' | 'pump-adapter' | 'audit' | 'access' | 'dosing' | 'alarms' | 'console';

/**
 * BCMed on one machine, as separate processes: the servers, the mock ICU, the services. A process that ends by itself is started again;
 * `stop` ends all of them in order and leaves none.
 */
export class Stack {
  readonly #services = new Map<ServiceName, Supervised<NodeService>>();
  readonly #ports = new Map<ServiceName, Promise<number>>();
  #postgres: PostgresServer | undefined;

  private constructor(
    private readonly options: StackOptions,
    readonly backbone: Backbone,
    readonly site: Site,
    private readonly operator: SiteOperator,
    private readonly connection: NatsConnection,
    readonly urls: { readonly nats: string; readonly natsMonitor: string; readonly chain: string },
  ) {}

  /** Takes the folder, starts the stream and the chain, and makes the site at its first start. No service runs yet. */
  static async open(options: StackOptions): Promise<Stack> {
    const { dataDir, siteName, progress } = options;
    const backbone = Backbone.open(dataDir);
    try {
      const { site, root, isNew } = openSiteFolder(dataDir, siteName);
      if (isNew)
        progress.note(
          `new site "${site.site}"; keep a copy of its root key elsewhere: ${shown(rootKeyPath(dataDir))}`,
        );
      const nats = await backbone.startStream(site.site, progress);
      const chain = await backbone.startChain(progress);
      const connection = await connectNats({
        servers: nats.url,
        name: 'bcmed/up',
        credentials: backbone.credentials,
      });
      await setUpStreams(connection, site.site);
      await setUpConsumers(connection, site.site);
      const operator = new SiteOperator(new EventLog(connection), site, root);
      return new Stack(options, backbone, site, operator, connection, {
        nats: nats.url,
        natsMonitor: nats.monitorUrl,
        chain: chain.url,
      });
    } catch (error) {
      await backbone.stop();
      throw error;
    }
  }

  /** Everything, in the order in which it is needed. */
  static async start(options: StackOptions, ward: WardOptions): Promise<Stack> {
    const stack = await Stack.open(options);
    try {
      await stack.startLedger();
      const lines = await stack.startIcu(ward);
      await Promise.all([
        stack.startAdapter(lines),
        stack.startAudit(),
        stack.startAccess(),
        stack.startDosing(),
        stack.startAlarms(),
        stack.startConsole(),
      ]);
      await stack.loadPeople();
      await stack.releaseLibrary();
      stack.#announce();
      // The mock ICU has another port when it was started again.
      stack.backbone.supervisor.onChange(({ state }) => {
        if (state === 'running') stack.#announce();
      });
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  get events(): EventLog {
    return new EventLog(this.connection);
  }

  get blocks(): EventLog {
    return new EventLog(this.connection, { stream: STREAM.blocks });
  }

  /** Address of the views, with a password; undefined while no audit service was started. */
  get postgresUrl(): string | undefined {
    return this.#postgres?.url;
  }

  /** The run of a service that serves now. */
  service(name: ServiceName): NodeService {
    const service = this.#services.get(name);
    if (!service) throw new StackError(`${name} was not started`);
    return service.current;
  }

  /** Makes a key known to the site, as its operator does. */
  async enrol(request: EnrolmentRequest): Promise<void> {
    await this.operator.enrol(request);
  }

  async startLedger(): Promise<void> {
    const { layout } = this.backbone;
    await this.#step(
      'ledger',
      'opens the log, deploys the BlockAnchor contract, anchors the first block',
      () =>
        this.#enrolled('ledger', layout.ledger, {
          CHAIN_RPC_URL: this.urls.chain,
          CHAIN_ID: String(EMBEDDED_CHAIN_ID),
          CHAIN_RECOVERY: 'automatic',
        }),
    );
  }

  /** Resolves to the lines of the emulated pumps, as the adapter's configuration writes them. */
  async startIcu(options: WardOptions): Promise<string[]> {
    const { layout } = this.backbone;
    const { ward } = options;
    const withPatients = 'beds' in ward;
    const args = [
      ...wardArguments(options),
      ...['--pty-dir', layout.lines, '--control-port-file', join(layout.icu, 'http-port')],
      ...(withPatients ? this.#monitorArguments() : []),
    ];
    const what = withPatients
      ? `${ward.beds} beds, each with a virtual patient, a monitor and emulated Alaris Asena pumps`
      : `${ward.pumps} emulated Alaris Asena pumps on pseudo-terminals`;
    await this.#step('mock ICU', what, async () => {
      const run = this.#run('icu', programOf('apps/icu'), layout.icu, { args, readyPath: '/health' });
      await (withPatients ? Promise.all([run, this.#enrolWhenAsked('icu', layout.icu)]) : run);
    });
    return pumpLines(this.service('icu').url);
  }

  /** The mock ICU is the monitors' gateway, too: it has a key of its own and says what it measures. */
  #monitorArguments(): string[] {
    const { layout } = this.backbone;
    return [
      ...['--nats', this.urls.nats, '--nats-seed', layout.natsSeed('icu-monitor')],
      ...['--site', this.site.site, '--root-kid', this.site.rootKeyId, '--state-dir', layout.icu],
    ];
  }

  async startAdapter(lines: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<void> {
    await this.#step('pump-adapter', 'finds the pumps on their lines and begins to poll', () =>
      this.#enrolled('pump-adapter', this.backbone.layout.adapter, {
        PUMP_LINES: lines.join(','),
        ...DEMONSTRATION,
        ...env,
      }),
    );
  }

  async startAudit(): Promise<void> {
    const postgres = await this.backbone.startViews(this.options.progress);
    this.#postgres = postgres;
    await this.#step('audit', 'brings the views up to the end of the stream', () =>
      this.#enrolled('audit', this.backbone.layout.audit, {
        DATABASE_URL: postgres.url,
        CHAIN_RPC_URL: this.urls.chain,
        ...DEMONSTRATION,
      }),
    );
  }

  /** Who may do what. The address of its pages is fixed, since passkeys belong to it. */
  async startAccess(): Promise<void> {
    const [origin, console] = [await this.#originOf('access'), await this.#originOf('console')];
    await this.#step('access', 'people, passkeys and roles; mirrors credentials to the chain', () =>
      this.#enrolled('access', this.backbone.layout.access, {
        PUBLIC_ORIGIN: origin,
        TRUSTED_ORIGINS: console,
        CHAIN_RPC_URL: this.urls.chain,
        CHAIN_ID: String(EMBEDDED_CHAIN_ID),
        CHAIN_RECOVERY: 'automatic',
        ...DEMONSTRATION,
      }),
    );
  }

  /** The people of the demonstration. Demands a started access service. */
  async loadPeople(): Promise<void> {
    await this.#step(
      'people',
      'nurses, physician, pharmacists, engineer, auditor, administrator of a demonstration',
      async () => {
        await loadDemonstrationPeople(this.service('access').url);
      },
    );
  }

  /** The example library, released as every library is. Demands the people of the demonstration, and a started dosing service. */
  async releaseLibrary(): Promise<void> {
    await this.#step('library', 'two pharmacists of the demonstration release the example library', () =>
      releaseLibrary(EXAMPLE_LIBRARY, {
        accessUrl: this.service('access').url,
        dosingUrl: this.service('dosing').url,
      }),
    );
  }

  async startDosing(): Promise<void> {
    await this.#step('dosing', 'checks orders against the drug library and authorises them', () =>
      this.#enrolled('dosing', this.backbone.layout.dosing, {
        CHAIN_RPC_URL: this.urls.chain,
        CHAIN_ID: String(EMBEDDED_CHAIN_ID),
        CHAIN_RECOVERY: 'automatic',
        ALLOW_EXAMPLE_LIBRARY: 'true',
        ...DEMONSTRATION,
      }),
    );
  }

  async startAlarms(): Promise<void> {
    await this.#step('alarms', 'raises, escalates and delivers', () =>
      this.#enrolled('alarms', this.backbone.layout.alarms, DEMONSTRATION),
    );
  }

  /** The page for people, and the gateway behind it. Its address is fixed: passkeys belong to it. */
  async startConsole(): Promise<void> {
    const { layout } = this.backbone;
    await this.#step('console', 'serves the page, reads how things stand, follows the stream', async () => {
      const env = {
        ...this.#common('console'),
        HTTP_PORT: String(await this.#portOf('console')),
        PUBLIC_ORIGIN: await this.#originOf('console'),
        ACCESS_URL: await this.#urlOf('access'),
        DOSING_URL: await this.#urlOf('dosing'),
        ALARMS_URL: await this.#urlOf('alarms'),
        AUDIT_URL: await this.#urlOf('audit'),
        LEDGER_URL: await this.#urlOf('ledger'),
        ADAPTER_URL: await this.#urlOf('pump-adapter'),
        CHAIN_RPC_URL: this.urls.chain,
        ...DEMONSTRATION,
      };
      await this.#run('console', programOf('apps/console'), layout.console, { env });
    });
  }

  /** Where people open the console. */
  get consoleUrl(): string {
    return `http://localhost:${this.service('console').port}`;
  }

  async stop(): Promise<void> {
    removeRunning(this.backbone.dataDir);
    // The connection outlives the services: closing it first would only make their supervisor's work look like a fault.
    await this.backbone.stop();
    await this.connection.close();
  }

  /** A service is ready only when the site knows its key, and the site learns of the key from the service: both at once. */
  async #enrolled(
    name: Exclude<ServiceName, 'icu' | 'console'>,
    stateDir: string,
    env: Readonly<Record<string, string>>,
  ): Promise<void> {
    const all = { ...this.#common(name), HTTP_PORT: String(await this.#portOf(name)), ...env };
    const starting = this.#run(name, programOf(`services/${name}`), stateDir, { env: all });
    await Promise.all([starting, this.#enrolWhenAsked(name, stateDir)]);
  }

  #common(name: ServiceName): Record<string, string> {
    const { site, rootKeyId } = this.site;
    return {
      BCMED_SITE: site,
      BCMED_ROOT_KID: rootKeyId,
      NATS_URL: this.urls.nats,
      NATS_SEED_FILE: this.backbone.layout.natsSeed(name),
      ...this.options.env,
    };
  }

  /** The port that a service keeps from start to start, also before it runs: others are told it. */
  #portOf(name: ServiceName): Promise<number> {
    const port = this.#ports.get(name) ?? this.backbone.claimPort(name);
    this.#ports.set(name, port);
    return port;
  }

  async #urlOf(name: ServiceName): Promise<string> {
    return `http://127.0.0.1:${await this.#portOf(name)}`;
  }

  /** As a browser opens it: passkeys need a name, so it is not the address of the loopback interface. */
  async #originOf(name: 'access' | 'console'): Promise<string> {
    return `http://localhost:${await this.#portOf(name)}`;
  }

  async #enrolWhenAsked(name: ServiceName, stateDir: string): Promise<void> {
    const request = await waitForEnrolmentRequest(stateDir, REQUEST_DEADLINE_MS);
    if (!request)
      throw new StackError(`${name} did not ask for its enrolment within ${REQUEST_DEADLINE_MS / 1_000} s`);
    if (request.validator !== undefined) await this.operator.openEpoch([request.validator]);
    await this.operator.enrol(request);
  }

  async #run(
    name: ServiceName,
    main: string,
    stateDir: string,
    more: {
      readonly args?: readonly string[];
      readonly env?: Readonly<Record<string, string>>;
      readonly readyPath?: string;
    },
  ): Promise<void> {
    const { janitor, layout, supervisor } = this.backbone;
    const start = () =>
      startNodeService({ name, main, stateDir, logFile: layout.log(name), janitor, ...more });
    this.#services.set(name, await supervisor.start({ name, start }));
  }

  #step(name: string, why: string, work: () => Promise<void>): Promise<void> {
    return this.options.progress.step(name, why, work);
  }

  #announce(): void {
    const url = (name: ServiceName): string => this.service(name).url;
    writeRunning(this.backbone.dataDir, {
      natsUrl: this.urls.nats,
      natsMonitorUrl: this.urls.natsMonitor,
      chainUrl: this.urls.chain,
      ledgerUrl: url('ledger'),
      adapterUrl: url('pump-adapter'),
      auditUrl: url('audit'),
      icuUrl: url('icu'),
      accessUrl: url('access'),
      dosingUrl: url('dosing'),
      alarmsUrl: url('alarms'),
      consoleUrl: url('console'),
    });
  }
}

/** The part of the mock ICU's command line that says what ward it is. */
function wardArguments({ ward, seed, ...given }: WardOptions): string[] {
  const option = (name: string, value: string | number | undefined): string[] =>
    value === undefined ? [] : [name, String(value)];
  return [
    ...('beds' in ward ? option('--beds', ward.beds) : option('--pumps', ward.pumps)),
    ...option('--seed', seed),
    ...option('--session', given.session),
    ...option('--speed', given.speed),
    ...option('--faults', given.faults),
    ...option('--background-faults', given.backgroundFaults),
    ...option('--vitals-every', given.vitalsEverySeconds),
  ];
}

const truths = z.array(
  z.object({
    line: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('pty'), path: z.string() }),
      z.object({ kind: z.literal('tcp'), host: z.string(), port: z.number() }),
    ]),
  }),
);

async function pumpLines(icuUrl: string): Promise<string[]> {
  const response = await fetch(`${icuUrl}/pumps`);
  return truths
    .parse(await response.json())
    .map(({ line }) => (line.kind === 'pty' ? `serial:${line.path}` : `tcp://${line.host}:${line.port}`));
}
