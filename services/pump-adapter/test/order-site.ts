import { startNats, type NatsServer } from '@bcmed/embedded';
import { connectNats, STREAM } from '@bcmed/event-log';
import { parseEvent, type PumpOrder, type StreamEvent } from '@bcmed/events';
import { fixtureSealer } from '@bcmed/testing';
import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'vitest';
import { AdapterProcess } from './adapter-process.js';
import { Prescriber } from './prescriber.js';
import { TinyLedger } from './tiny-ledger.js';

export const PATIENCE = { timeout: 30_000, interval: 20 };
export type Said = StreamEvent<Record<string, unknown>>;

/** A real broker with a small ledger, people with a key each, and the adapter as its own process on the given lines. */
export class OrderSite {
  adapter!: AdapterProcess;

  private constructor(
    readonly folder: string,
    private readonly nats: NatsServer,
    readonly connection: NatsConnection,
    readonly ledger: TinyLedger,
    readonly prescriber: Prescriber,
    private readonly lines: string,
  ) {}

  static async open(lines: string): Promise<OrderSite> {
    const folder = mkdtempSync(join(tmpdir(), 'order-site-'));
    const nats = await startNats({ storeDir: join(folder, 'nats') });
    const connection = await connectNats({ servers: nats.url, name: 'test' });
    const ledger = await TinyLedger.open(connection);
    const prescriber = new Prescriber(ledger);
    await prescriber.open();
    await prescriber.enrol('person-anna', ['physician', 'icu-1']);
    return new OrderSite(folder, nats, connection, ledger, prescriber, lines);
  }

  /** Starts the adapter; at its first start it is enrolled and has met so many pumps. */
  async start(more: Readonly<Record<string, string>> = {}, pumps = 1): Promise<void> {
    const isFirst = (this.adapter as AdapterProcess | undefined) === undefined;
    this.adapter = await AdapterProcess.up(join(this.folder, 'state'), {
      NATS_URL: this.nats.url,
      BCMED_ROOT_KID: fixtureSealer('root').keyId,
      PUMP_LINES: this.lines,
      POLL_INTERVAL_MS: '100',
      ...more,
    });
    if (!isFirst) return;
    await this.ledger.enrol(this.adapter.request);
    await expect.poll(() => this.said('connected').length, PATIENCE).toBe(pumps);
  }

  /** What the adapter said, by name. */
  said(name: string): Said[] {
    return this.ledger.seen.flatMap(({ body }) => {
      const parsed = parseEvent(body);
      return parsed.ok && parsed.event.type === `bcmed.pump.${name}` ? [parsed.event as Said] : [];
    });
  }

  /** What the adapter says of one command, when it has said it. */
  async outcomeOf(commandId: string): Promise<Said> {
    const find = (): Said[] =>
      ['command-executed', 'command-failed', 'command-outcome-unknown']
        .flatMap((name) => this.said(name))
        .filter(({ data }) => data['commandId'] === commandId);
    await expect.poll(() => find().length, PATIENCE).toBe(1);
    return find()[0]!;
  }

  /** Authorises an order that these people signed; gives the id of the command. */
  async order(order: Partial<PumpOrder> & Pick<PumpOrder, 'action'>, ...people: string[]): Promise<string> {
    const text = this.prescriber.text(order);
    const signers = people.length > 0 ? people : ['person-anna'];
    return this.prescriber.authorise(text, this.prescriber.sign(text, ...signers));
  }

  async stop(person = 'person-anna'): Promise<string> {
    const text = this.prescriber.text({ action: 'stop' });
    return this.prescriber.stop(text, this.prescriber.sign(text, person));
  }

  /** The adapter has taken everything that stands on the stream now. */
  async hasRead(): Promise<void> {
    const manager = await jetstreamManager(this.connection);
    const last = await this.ledger.events.lastPosition();
    const taken = async (): Promise<boolean> => {
      const info = await manager.consumers.info(STREAM.events, 'pump-adapter-1-on-site-event');
      return (
        BigInt(info.ack_floor.stream_seq) >= last || (info.num_pending === 0 && info.num_ack_pending === 0)
      );
    };
    await expect.poll(taken, PATIENCE).toBe(true);
  }

  async close(): Promise<void> {
    await this.adapter.kill();
    await this.ledger.close();
    await this.connection.close();
    await this.nats.stop();
    rmSync(this.folder, { recursive: true });
  }
}
