import { watchConnection, type EventLog, type JetStreamServer } from '@bcmed/event-log';
import type { HealthCheck, HealthRegistry, HealthResult } from '@bcmed/service-kit';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { ConsoleParts } from './console-parts.js';
import { TOLD } from './errors.js';

export interface ConsoleSettings {
  readonly parts: ConsoleParts;
  readonly logs: { readonly events: EventLog; readonly blocks: EventLog };
  readonly server: JetStreamServer;
  readonly health: HealthRegistry;
  /** Opened with the positions after which the subscriptions go on. */
  readonly onCaughtUp: (positions: { readonly events: bigint; readonly blocks: bigint }) => void;
}

const PAUSE_MS = 500;
const LOOK_EVERY_MS = 1_000;

/**
 * Starts and ends the parts in order, and answers for their health: how things stand, then the subscriptions, and the curves of the last
 * two hours beside them.
 */
export class Console implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('console');
  readonly #ending = new AbortController();
  #fault: string | undefined = 'not begun';
  #running: Promise<void> = Promise.resolve();
  #looking: NodeJS.Timeout | undefined;

  constructor(private readonly settings: ConsoleSettings) {}

  onApplicationBootstrap(): void {
    const { logs, server, health, parts } = this.settings;
    health.add(watchConnection(logs.events.connection).health(), server.health(), ...this.#checks());
    this.#running = this.#catchUp();
    parts.lines.start();
    this.#looking = setInterval(() => void this.#look(), LOOK_EVERY_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    this.#ending.abort();
    clearInterval(this.#looking);
    this.settings.parts.lines.stop();
    await this.#running;
  }

  /** Never throws: what hinders it is in health, and it is tried again. */
  async #catchUp(): Promise<void> {
    const { parts, logs, onCaughtUp } = this.settings;
    const { inbox, blocks, following, lines } = parts;
    await this.#untilDone(() => inbox.load(logs.events));
    await this.#untilDone(() => blocks.load(logs.blocks));
    if (this.#ending.signal.aborted) return;
    const upTo = inbox.position;
    onCaughtUp({ events: upTo, blocks: blocks.position });
    following.caughtUp();
    this.#fault = undefined;
    this.#log.log(`live at position ${upTo}`);
    await this.#untilDone(() => inbox.loadTrends(logs.events, upTo, this.#ending.signal));
    lines.snapshots();
  }

  async #untilDone(work: () => Promise<void>): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        await work();
        return;
      } catch (error) {
        this.#fault = error instanceof Error ? error.message : String(error);
        this.#log.warn({ msg: 'the start goes on when this has passed', err: error });
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
  }

  async #look(): Promise<void> {
    const { status } = await this.settings.server.health().check();
    this.settings.parts.following.flows(status !== 'down');
  }

  #checks(): HealthCheck[] {
    const check = (name: string, look: () => HealthResult): HealthCheck => ({
      name,
      check: () => Promise.resolve(look()),
    });
    const { inbox, lines, files } = this.settings.parts;
    return [
      check('ward', () => {
        if (this.#fault !== undefined)
          return { status: 'down', detail: `reading how things stand: ${this.#fault}` };
        const refused =
          inbox.refused === 0 ? '' : `, ${inbox.refused} events refused (${TOLD.eventNotBelieved})`;
        return { status: 'up', detail: `position ${inbox.position}, ${lines.count} browsers${refused}` };
      }),
      check('page', () =>
        files.isThere
          ? { status: 'up' }
          : {
              status: 'degraded',
              detail: `${TOLD.pageMissing}: build it with npx vite build apps/console/web`,
            },
      ),
    ];
  }
}
