import { setTimeout as pause } from 'node:timers/promises';
import type { EventLog, LogMessage } from '@bcmed/event-log';
import { watchConnection, type JetStreamServer } from '@bcmed/event-log';
import type { HealthCheck, HealthRegistry, HealthResult } from '@bcmed/service-kit';
import { TRUST_SUBJECTS } from '@bcmed/site-trust';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DosingParts } from './dosing-parts.js';
import { DosingError, TOLD } from './errors.js';

/** What a dosing service is started with. */
export interface DosingSettings {
  readonly site: string;
  readonly parts: DosingParts;
  readonly log: EventLog;
  readonly server: JetStreamServer;
  readonly health: HealthRegistry;
  /** Opened with the position after which the subscription goes on. */
  readonly onCaughtUp: (position: bigint) => void;
}

const CHUNK = 500;
const PAUSE_MS = 500;

/**
 * Starts and ends the parts in order, and answers for their health.
 *
 * First people and keys as they are now, so that a stop can be checked as soon as HTTP answers. Then, beside it, everything that
 * happened since the position of the store, in order. Then the subscription, and orders.
 */
export class Dosing implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('dosing');
  #isOver = false;
  #fault: string | undefined = 'not begun';
  #running: Promise<void> = Promise.resolve();

  constructor(private readonly settings: DosingSettings) {}

  async onApplicationBootstrap(): Promise<void> {
    const { parts, log, server, health } = this.settings;
    health.add(watchConnection(log.connection).health(), server.health(), ...this.#checks());
    for (const table of parts.ward.tables) parts.store.restore(table);
    await parts.current.load(log);
    this.#running = this.#catchUp();
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isOver = true;
    this.settings.parts.deadlines.stop();
    this.settings.parts.targetSteps.stop();
    await this.#running;
    this.settings.parts.store.close();
  }

  /** Never throws: what hinders it is in health, and it is tried again. */
  async #catchUp(): Promise<void> {
    const { parts, onCaughtUp } = this.settings;
    await this.#untilDone(() => this.#readTrustBefore(parts.store.position));
    await this.#untilDone(() => this.#readOn());
    if (this.#over()) return;
    onCaughtUp(parts.inbox.position);
    parts.standing.goLive();
    await this.#untilDone(() => parts.inbox.goLive());
    await this.#untilDone(() => parts.libraries.look());
    await this.#untilDone(async () => {
      for (const error of await parts.orders.resume())
        this.#log.warn({ msg: 'an order that waits cannot be authorised', err: error });
    });
    parts.deadlines.set();
    parts.targetSteps.start();
    this.#fault = undefined;
    this.#log.log(`live at position ${parts.inbox.position.toString()}`);
  }

  /** Keys and people as they were at a position, by the very messages, so that what follows is judged at its place. */
  async #readTrustBefore(to: bigint): Promise<void> {
    const { parts, log, site } = this.settings;
    if (to === 0n) return;
    for (const pattern of TRUST_SUBJECTS)
      for await (const message of log.readSubject(pattern.replaceAll('{site}', site), { to })) {
        parts.inbox.takeTrust(message);
        if (pattern === TRUST_SUBJECTS[0] && parts.ordered.validators) break;
      }
  }

  async #readOn(): Promise<void> {
    const { parts, log } = this.settings;
    const to = await log.lastPosition();
    let chunk: LogMessage[] = [];
    for await (const entry of log.readRange(parts.inbox.position + 1n, to)) {
      if (this.#over()) return;
      this.#fault = `at ${parts.inbox.position.toString()} of ${to.toString()}`;
      if (!entry.missing) chunk.push(entry);
      if (chunk.length < CHUNK) continue;
      await parts.inbox.take(chunk);
      chunk = [];
    }
    if (chunk.length > 0) await parts.inbox.take(chunk);
  }

  async #untilDone(work: () => Promise<void>): Promise<void> {
    while (!this.#over()) {
      try {
        await work();
        return;
      } catch (error) {
        this.#fault = error instanceof Error ? error.message : String(error);
        this.#log.warn({ msg: 'the start goes on when this has passed', err: error });
        await pause(PAUSE_MS);
      }
    }
  }

  /** A method, because the flag changes while something is awaited, which the compiler does not expect. */
  #over(): boolean {
    return this.#isOver;
  }

  #checks(): HealthCheck[] {
    const check = (name: string, look: () => HealthResult | Promise<HealthResult>): HealthCheck => ({
      name,
      check: () => Promise.resolve(look()),
    });
    const { parts } = this.settings;
    return [
      check('orders', () => this.#orders()),
      check('enrolment', () => {
        const { state, detail } = parts.current.enrolment;
        return { status: state === 'enrolled' ? 'up' : 'down', detail };
      }),
      check('targets', () => this.#targets()),
      check('library', () => this.#library()),
      check('chain', () => this.#chain()),
      check('store', () => {
        const { failure } = parts.store;
        return failure === undefined
          ? { status: 'up' }
          : { status: 'degraded', detail: `${failure}; orders are refused, stops go out` };
      }),
    ];
  }

  #orders(): HealthResult {
    const { inbox, standing, ward } = this.settings.parts;
    const detail = `position ${inbox.position.toString()}, ${ward.infusions.table.entries.length} infusions`;
    if (!standing.isLive)
      return { status: 'down', detail: `catching up: ${this.#fault ?? ''}; stops go out` };
    if (inbox.waiting === 0) return { status: 'up', detail };
    return { status: 'degraded', detail: `${detail}; ${TOLD.followUpWaits}: ${inbox.waiting}` };
  }

  #targets(): HealthResult {
    const { steered, withoutBasis } = this.settings.parts.targetSteps.figures;
    const detail = `${steered} pumps steered`;
    if (withoutBasis.length === 0) return { status: 'up', detail };
    return {
      status: 'degraded',
      detail: `${detail}; ${TOLD.stepWithoutBasis}: nothing heard of ${withoutBasis.join(', ')}`,
    };
  }

  /** Without a library no order passes, and every stop does: the process is to stay up. */
  async #library(): Promise<HealthResult> {
    const { shelf, witness, ward } = this.settings.parts;
    await witness.watch(ward.libraries.inForce(shelf.unit));
    const found = shelf.now();
    if (found instanceof DosingError)
      return { status: 'degraded', detail: `${found.code}: ${found.message}; orders are refused` };
    const { name, version, status } = found.content;
    const notice = status === 'example' ? '; EXAMPLE, NOT FOR CLINICAL USE' : '';
    const detail = `${name} ${version} for ${shelf.unit}, ${found.hash}${notice}`;
    if (witness.fault === undefined) return { status: 'up', detail };
    return {
      status: 'degraded',
      detail: `${detail}; its hash could not be looked up on the chain: ${witness.fault}`,
    };
  }

  async #chain(): Promise<HealthResult> {
    const { protocols, shelf } = this.settings.parts;
    const fault = await protocols.fault();
    if (fault === undefined) return { status: 'up' };
    const library = shelf.now();
    const isNeeded =
      !(library instanceof DosingError) &&
      library.content.entries.some(({ protocol }) => protocol !== undefined);
    const detail = `${fault}; drugs that need a protocol are refused`;
    return { status: isNeeded || protocols.isConfigured ? 'degraded' : 'up', detail };
  }
}
