import type { HealthCheck, HealthRegistry, HealthResult } from '@bcmed/service-kit';
import type {
  BeforeApplicationShutdown,
  OnApplicationBootstrap,
  OnApplicationShutdown,
} from '@nestjs/common';
import type { LatencyWindow } from '@bcmed/telemetry';
import type { BusLink } from './adapters/bus-link.js';
import type { Clock } from './adapters/clock.js';
import type { OutboxPublisher } from './adapters/outbox-publisher.js';
import type { LineState, Poller } from './adapters/poller.js';
import type { SafetyStore } from './adapters/safety-store.js';
import type { SiteTrust } from '@bcmed/site-trust';
import type { CommandDesk } from './commands/command-desk.js';
import type { Recorder } from './commands/recorder.js';
import { TOLD } from './errors.js';
import type { SiteInbox } from './reactions/site-inbox.js';
import type { SettleOutbox } from './reactions/settle-outbox.js';
import type { Bedsides } from './views/bedsides.js';

/** The parts of an adapter, already made. */
export interface AdapterParts {
  readonly clock: Clock;
  readonly store: SafetyStore;
  readonly recorder: Recorder;
  readonly pollers: readonly Poller[];
  readonly trust: SiteTrust;
  readonly publisher: OutboxPublisher;
  readonly outbox: SettleOutbox;
  readonly latency: LatencyWindow;
  readonly bedsides: Bedsides;
  readonly desk: CommandDesk;
  readonly inbox: SiteInbox;
  readonly bus: BusLink;
  readonly health: HealthRegistry;
}

/** An event that waits longer than this for its block is worth a look. */
const OLD_MS = 60_000;

/** Starts the parts in order, ends them in order, and answers for their health. */
export class PumpAdapter implements OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown {
  constructor(
    readonly parts: AdapterParts,
    private readonly drainMs: number,
  ) {}

  onApplicationBootstrap(): void {
    const { health, pollers, desk } = this.parts;
    health.add(...this.#checks());
    this.#missUnconfigured();
    for (const poller of pollers) poller.start();
    desk.resume();
  }

  /** The bus is still there: what was read last is sent, and what comes back meanwhile is settled. */
  async beforeApplicationShutdown(): Promise<void> {
    const { pollers, recorder, publisher, bus } = this.parts;
    await Promise.all(pollers.map((poller) => poller.stop()));
    recorder.flush();
    await publisher.stop(this.drainMs);
    await bus.leave();
  }

  async onApplicationShutdown(): Promise<void> {
    const { store, bus } = this.parts;
    store.close();
    await bus.close();
  }

  /** A pump whose line is no longer configured will never be asked again: it is lost, and somebody should know. */
  #missUnconfigured(): void {
    const { recorder, pollers, clock } = this.parts;
    const lines = new Set(pollers.map(({ state }) => state.line));
    for (const { serial, line, state } of recorder.pumps) {
      if (lines.has(line) || state.belief.contact === 'lost') continue;
      const moment = clock.now();
      recorder.submit({
        kind: 'silence',
        serial,
        line,
        beganAt: moment,
        moment,
        reason: 'line-closed',
        missedPolls: 3,
      });
    }
  }

  #checks(): HealthCheck[] {
    const { bus, pollers } = this.parts;
    const check = (name: string, look: () => HealthResult): HealthCheck => ({
      name,
      check: () => Promise.resolve(look()),
    });
    return [
      { name: 'nats', check: () => bus.health() },
      check('enrolment', () => this.#enrolment()),
      check('outbox', () => this.#outbox()),
      ...pollers.map((poller) => check(`line ${poller.state.line}`, () => lineHealth(poller.state))),
    ];
  }

  #enrolment(): HealthResult {
    const { state, detail } = this.parts.trust.enrolment;
    if (state === 'enrolled') return { status: 'up', detail };
    const down = state === 'revoked' || state === 'enrolled-otherwise';
    return down
      ? { status: 'down', detail: `${TOLD.keyRevoked}: ${detail}` }
      : { status: 'degraded', detail: `${detail}; events are spooled` };
  }

  #outbox(): HealthResult {
    const { store, publisher, outbox, clock } = this.parts;
    const { depth, oldestHandedMs, refused } = store.figures();
    const ageMs = oldestHandedMs === undefined ? 0 : clock.steadyMs() - oldestHandedMs;
    const detail = `${depth} events wait for a block, the oldest for ${(ageMs / 1_000).toFixed(1)} s`;
    if (store.failure !== undefined)
      return { status: 'down', detail: `BCM-STORE-UNWRITABLE: ${store.failure}; ${detail}` };
    if (refused > 0)
      return { status: 'degraded', detail: `${TOLD.eventRefused}: the ledger refused ${refused}; ${detail}` };
    const { invalidBlocks } = outbox.figures;
    if (invalidBlocks > 0)
      return {
        status: 'degraded',
        detail: `${TOLD.blockInvalid}: ${invalidBlocks} since the start; ${detail}`,
      };
    const { fault } = publisher.figures;
    if (fault !== undefined || ageMs > OLD_MS)
      return { status: 'degraded', detail: fault === undefined ? detail : `${detail}; ${fault}` };
    return { status: 'up', detail };
  }
}

/** One pump that is switched off does not make the adapter unfit for the others. */
function lineHealth({ state, serial, detail }: LineState): HealthResult {
  const text = serial === undefined ? detail : `${serial} ${detail}`;
  const good = state === 'polled' && detail === 'answers';
  return {
    status: good ? 'up' : 'degraded',
    detail: state === 'refused' ? `${TOLD.pumpTwice}: ${text}` : text,
  };
}
