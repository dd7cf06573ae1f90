import { requireStreams, watchConnection, type EventLog, type JetStreamServer } from '@bcmed/event-log';
import { serialiseEvent, subjectOf } from '@bcmed/events';
import type { HealthCheck, HealthRegistry, HealthResult } from '@bcmed/service-kit';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { LedgerAnnouncer } from './adapters/announcer.js';
import type { ChainMirror } from './adapters/chain-mirror.js';
import type { LedgerIdentity } from './adapters/identity.js';
import type { LedgerStore } from './adapters/ledger-store.js';
import type { StreamTail } from './adapters/stream-tail.js';
import type { AcceptEvents } from './commands/accept-events.js';
import type { CutBlocks } from './commands/cut-blocks.js';
import { reanchoredEvent } from './domain/announcements.js';

/** The parts of a ledger, already made. */
export interface LedgerParts {
  readonly identity: LedgerIdentity;
  readonly store: LedgerStore;
  readonly tail: StreamTail;
  readonly accepted: AcceptEvents;
  readonly mirror: ChainMirror;
  readonly blocks: CutBlocks;
  readonly announcer: LedgerAnnouncer;
  readonly events: EventLog;
  readonly server: JetStreamServer;
  readonly health: HealthRegistry;
}

/** Starts the parts in order, ends them in order, and answers for their health. */
export class Ledger implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #log = new Logger('ledger');

  constructor(
    private readonly parts: LedgerParts,
    private readonly settings: { readonly site: string; readonly chainId: bigint },
  ) {
    const { accepted, announcer, blocks, mirror, tail } = parts;
    tail.onLost = (error) => {
      blocks.halt(error);
      announcer.wake();
    };
    blocks.onConfirmed = () => announcer.wake();
    accepted.onAnnouncement = () => announcer.wake();
    mirror.onReanchored = (what) => this.#recordReanchoring(what);
  }

  async onApplicationBootstrap(): Promise<void> {
    const { accepted, announcer, blocks, events, health, server, tail } = this.parts;
    health.add(watchConnection(events.connection).health(), server.health(), ...this.#checks());
    await requireStreams(events.connection, this.settings.site);
    await tail.require().catch((error: unknown) => {
      // The process stays and says why: one that ended would be started again, and again, until the stream had grown past the tree.
      if (error !== tail.lost) throw error;
    });
    blocks.start();
    announcer.start();
    this.#log.log(`the log has ${accepted.lastPosition.toString()} leaves`);
  }

  async onApplicationShutdown(): Promise<void> {
    const { announcer, blocks, store, events } = this.parts;
    await blocks.stop();
    await announcer.stop();
    store.close();
    await events.connection.close();
  }

  #recordReanchoring(what: Parameters<typeof reanchoredEvent>[0]): void {
    const { announcer, identity, store } = this.parts;
    const { site, chainId } = this.settings;
    const event = reanchoredEvent(what, chainId, { site, source: identity.source }, new Date().toISOString());
    store.addAnnouncement({ id: event.id, subject: subjectOf(event), body: serialiseEvent(event) });
    this.#log.warn(
      `the chain had lost anchors (${what.reason}): blocks up to ${what.lastBlock.toString()} are anchored in ${what.contract}`,
    );
    announcer.wake();
  }

  #checks(): HealthCheck[] {
    const { accepted, announcer, blocks, identity, mirror } = this.parts;
    const check = (name: string, look: () => HealthResult): HealthCheck => ({
      name,
      check: () => Promise.resolve(look()),
    });
    return [
      check('epoch', () =>
        accepted.epoch
          ? {
              status: 'up',
              detail: `epoch ${accepted.epoch.epoch}, ${accepted.epoch.validators.length} validators`,
            }
          : {
              status: 'down',
              detail: "the stream has no epoch-opened event of the pinned root key yet: open the site's log",
            },
      ),
      check('blocks', () => {
        if (blocks.halted)
          return { status: 'down', detail: `${blocks.halted.code}: ${blocks.halted.message}` };
        if (blocks.fault !== undefined) return { status: 'down', detail: blocks.fault };
        return { status: 'up', detail: `${accepted.waiting.length} leaves wait` };
      }),
      { name: 'chain', check: () => mirror.health() },
      check('announcer', () => {
        if (announcer.fault !== undefined) return { status: 'degraded', detail: announcer.fault };
        if (!accepted.isEnrolled(identity.sealer.keyId))
          return {
            status: 'down',
            detail: `key ${identity.sealer.keyId} is not enrolled, blocks and announcements wait: enrol it`,
          };
        return { status: 'up' };
      }),
    ];
  }
}
