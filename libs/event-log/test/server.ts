import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type NatsServer } from '@bcmed/embedded';
import type { NatsConnection } from '@nats-io/transport-node';
import { connectNats } from '../src/connection.js';
import { EventLog } from '../src/event-log.js';
import type { SealedEvent } from '../src/messages.js';
import { setUpStreams } from '../src/streams.js';

export const SITE = 'ward-1';

/** A real server with the streams of one site, a connection, and the log; `restart` comes back on the same port. */
export class TestLog {
  connection!: NatsConnection;
  log!: EventLog;
  server!: NatsServer;
  #folder!: string;

  async start(): Promise<this> {
    this.#folder = await mkdtemp(join(tmpdir(), 'bcmed-event-log-'));
    this.server = await startNats({ storeDir: this.#folder });
    this.connection = await connectNats({ servers: this.server.url, name: 'test' });
    await setUpStreams(this.connection, SITE);
    this.log = new EventLog(this.connection, { timeoutMs: 3_000 });
    return this;
  }

  /** SIGKILL, then the same store on the same port. */
  async killAndRestart(): Promise<void> {
    await this.server.kill();
    await this.restart();
  }

  async restart(): Promise<void> {
    this.server = await startNats({ storeDir: this.#folder, port: this.server.port });
  }

  async stop(): Promise<void> {
    await this.connection.close();
    await this.server.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

let counter = 0;

/** A sealed event of one pump; the seal is not a real one, because the log never looks at it. */
export function sealed(entity: string, event = 'status-sampled', body = `{"n":${counter}}`): SealedEvent {
  const id = `00000000-0000-7000-8000-${String(++counter).padStart(12, '0')}`;
  return {
    subject: `bcmed.${SITE}.pump.${entity}.${event}`,
    id,
    seal: `header..${id}`,
    body: Buffer.from(body),
  };
}

export function sealedSeries(entity: string, count: number): SealedEvent[] {
  return Array.from({ length: count }, () => sealed(entity));
}

export const entityFilter = (entity: string): string => `bcmed.${SITE}.pump.${entity}.>`;

export async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
