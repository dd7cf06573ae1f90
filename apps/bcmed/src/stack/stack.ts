import { join } from 'node:path';
import { startNodeService, type NodeService, type Supervised } from '@bcmed/embedded';
import { EventLog, STREAM, connectNats, setUpStreams } from '@bcmed/event-log';
import type { NatsConnection } from '@nats-io/transport-node';
import { z } from 'zod';
import { StackError } from '../errors.js';
import { waitForEnrolmentRequest, type EnrolmentRequest } from '../site/enrolment-request.js';
import { SiteOperator } from '../site/open-site.js';
import { openSiteFolder, rootKeyPath, type Site } from '../site/root-key.js';
import { Backbone } from './backbone.js';
import { programOf } from './paths.js';
import type { Progress } from './progress.js';
import { removeRunning, writeRunning } from './running.js';

const REQUEST_DEADLINE_MS = 30_000;

/** What a stack is to be. */
export interface StackOptions {
  readonly dataDir: string;
  readonly siteName: string;
  readonly pumps: number;
  readonly seed: number;
  /** Session that the mock ICU plays from the start. */
  readonly session?: string;
  /** Added to the environment of the services, for benchmarks and tests. */
  readonly env?: Readonly<Record<string, string>>;
}

/** The four programs of ours that a stack runs. */
export interface StackServices {
  readonly icu: Supervised<NodeService>;
  readonly ledger: Supervised<NodeService>;
  readonly adapter: Supervised<NodeService>;
  readonly audit: Supervised<NodeService>;
}

interface StackParts {
  readonly backbone: Backbone;
  readonly site: Site;
  readonly connection: NatsConnection;
  readonly services: StackServices;
  readonly urls: { readonly nats: string; readonly chain: string };
}

/**
 * Everything of BCMed on one machine, as separate processes: the servers, the mock ICU, the services. A process that ends by itself is
 * started again; `stop` ends all of them in order and leaves none.
 */
export class Stack {
  constructor(private readonly parts: StackParts) {}

  get site(): Site {
    return this.parts.site;
  }

  get services(): StackServices {
    return this.parts.services;
  }

  get backbone(): Backbone {
    return this.parts.backbone;
  }

  get urls(): StackParts['urls'] {
    return this.parts.urls;
  }

  get events(): EventLog {
    return new EventLog(this.parts.connection);
  }

  get blocks(): EventLog {
    return new EventLog(this.parts.connection, { stream: STREAM.blocks });
  }

  static async start(options: StackOptions, progress: Progress): Promise<Stack> {
    const backbone = Backbone.open(options.dataDir);
    try {
      return await new Starter(options, backbone, progress).start();
    } catch (error) {
      await backbone.stop();
      throw error;
    }
  }

  async stop(): Promise<void> {
    removeRunning(this.backbone.dataDir);
    await this.parts.connection.close();
    await this.backbone.stop();
  }
}

/** The order of a start; exists only while it lasts. */
class Starter {
  constructor(
    private readonly options: StackOptions,
    private readonly backbone: Backbone,
    private readonly progress: Progress,
  ) {}

  async start(): Promise<Stack> {
    const { backbone, options, progress } = this;
    const { site, root, isNew } = openSiteFolder(options.dataDir, options.siteName);
    if (isNew)
      progress.note(
        `new site "${site.site}"; its root key is ${rootKeyPath(options.dataDir)}: keep a copy of it elsewhere`,
      );
    const nats = await backbone.startStream(progress);
    const [chain, postgres] = await Promise.all([
      backbone.startChain(progress),
      backbone.startViews(progress),
    ]);
    const connection = await connectNats({ servers: nats.url, name: 'bcmed/up' });
    await setUpStreams(connection, site.site);
    const operator = new SiteOperator(new EventLog(connection), site, root);
    const common = {
      BCMED_SITE: site.site,
      BCMED_ROOT_KID: site.rootKeyId,
      NATS_URL: nats.url,
      ...options.env,
    };

    const ledger = await progress.step(
      'ledger',
      'opens the log, deploys the BlockAnchor contract, anchors the first block',
      () =>
        this.#enrolled('ledger', backbone.layout.ledger, operator, {
          ...common,
          CHAIN_RPC_URL: chain.url,
          CHAIN_ID: String(chain.chainId),
          CHAIN_RECOVERY: 'automatic',
        }),
    );
    const icu = await progress.step(
      'mock ICU',
      `${options.pumps} emulated Alaris Asena pumps on pseudo-terminals`,
      () => this.#icu(),
    );
    const lines = await pumpLines(icu.current.url);
    const [adapter, audit] = await Promise.all([
      progress.step('pump-adapter', 'finds the pumps on their lines and begins to poll', () =>
        this.#enrolled('pump-adapter', backbone.layout.adapter, operator, {
          ...common,
          PUMP_LINES: lines.join(','),
        }),
      ),
      progress.step('audit', 'brings the views up to the end of the stream', () =>
        this.#enrolled('audit', backbone.layout.audit, operator, {
          ...common,
          DATABASE_URL: postgres.url,
          CHAIN_RPC_URL: chain.url,
        }),
      ),
    ]);
    writeRunning(options.dataDir, {
      natsUrl: nats.url,
      natsMonitorUrl: nats.monitorUrl,
      chainUrl: chain.url,
      ledgerUrl: ledger.current.url,
      adapterUrl: adapter.current.url,
      auditUrl: audit.current.url,
      icuUrl: icu.current.url,
    });
    return new Stack({
      backbone,
      site,
      connection,
      services: { icu, ledger, adapter, audit },
      urls: { nats: nats.url, chain: chain.url },
    });
  }

  /** A service is ready only when the site knows its key, and the site learns of the key from the service: both at once. */
  async #enrolled(
    name: string,
    stateDir: string,
    operator: SiteOperator,
    env: Record<string, string>,
  ): Promise<Supervised<NodeService>> {
    const starting = this.#service(name, programOf(`services/${name}`), stateDir, { env });
    const enrolling = waitForEnrolmentRequest(stateDir, REQUEST_DEADLINE_MS).then(async (request) => {
      if (!request)
        throw new StackError(`${name} did not ask for its enrolment within ${REQUEST_DEADLINE_MS / 1_000} s`);
      await enrol(operator, request);
    });
    const [service] = await Promise.all([starting, enrolling]);
    return service;
  }

  #icu(): Promise<Supervised<NodeService>> {
    const { layout } = this.backbone;
    const { pumps, seed, session } = this.options;
    return this.#service('icu', programOf('apps/icu'), layout.icu, {
      args: [
        ...['--pumps', String(pumps), '--seed', String(seed), '--pty-dir', layout.lines],
        ...['--control-port-file', join(layout.icu, 'http-port')],
        ...(session === undefined ? [] : ['--session', session]),
      ],
      readyPath: '/health',
    });
  }

  #service(
    name: string,
    main: string,
    stateDir: string,
    more: {
      readonly args?: readonly string[];
      readonly env?: Record<string, string>;
      readonly readyPath?: string;
    },
  ): Promise<Supervised<NodeService>> {
    const { janitor, layout, supervisor } = this.backbone;
    return supervisor.start({
      name,
      start: () => startNodeService({ name, main, stateDir, logFile: layout.log(name), janitor, ...more }),
    });
  }
}

async function enrol(operator: SiteOperator, request: EnrolmentRequest): Promise<void> {
  if (request.validator !== undefined) await operator.openEpoch([request.validator]);
  await operator.enrol(request);
}

const truths = z.array(
  z.object({
    line: z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('pty'), path: z.string() }),
      z.object({ kind: z.literal('tcp'), host: z.string(), port: z.number() }),
    ]),
  }),
);

/** Where the emulated pumps can be reached, as the adapter's configuration writes it. */
async function pumpLines(icuUrl: string): Promise<string[]> {
  const response = await fetch(`${icuUrl}/pumps`);
  return truths
    .parse(await response.json())
    .map(({ line }) => (line.kind === 'pty' ? `serial:${line.path}` : `tcp://${line.host}:${line.port}`));
}
