import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { admit, applyAdmission, initialAdmission, type Admission } from '@bcmed/admission';
import { startNats, type NatsServer } from '@bcmed/embedded';
import {
  connectNats,
  EventLog,
  loadOrCreateSeed,
  permissionsOf,
  sealOf,
  setUpStreams,
  STREAM,
  type BusIdentity,
} from '@bcmed/event-log';
import { parseEvent, type StreamEvent } from '@bcmed/events';
import { LogFixture, type FixtureMessage } from '@bcmed/testing';

/** What the gateway needs on the broker, and nothing more: the row for the broker's table. */
export const ICU_MONITOR: BusIdentity = {
  name: 'icu-monitor',
  publishes: ['bcmed.{site}.vitals.>', 'bcmed.{site}.association.>'],
  consumers: [],
  reads: [STREAM.events],
};

type Connection = Awaited<ReturnType<typeof connectNats>>;

/** A real broker that lets in the operator and the gateway, each with its own rights, and the beginning of a site's log. */
export class Broker {
  readonly fixture = new LogFixture({ site: 's1' });
  readonly folder = mkdtempSync(join(tmpdir(), 'bcmed-icu-broker-'));
  server!: NatsServer;
  connection!: Connection;
  log!: EventLog;

  get seedFile(): string {
    return join(this.folder, 'icu-monitor.nk');
  }

  async open(): Promise<this> {
    await this.start();
    const seedFile = join(this.folder, 'set-up.nk');
    const credentials = { name: 'set-up', seedFile };
    this.connection = await connectNats({ servers: this.server.url, name: 'test', credentials });
    this.log = new EventLog(this.connection);
    await setUpStreams(this.connection, 's1');
    for (const entry of this.fixture.entries) if (!('missing' in entry)) await this.publish(entry);
    return this;
  }

  /** Also after a stop: on the same port, with the same streams. */
  async start(port = 0): Promise<void> {
    const { publish, subscribe } = permissionsOf(ICU_MONITOR, 's1');
    this.server = await startNats({
      storeDir: join(this.folder, 'nats'),
      port,
      authorisation: [
        'authorization { users: [',
        `  { nkey: ${loadOrCreateSeed(join(this.folder, 'set-up.nk'))} }`,
        `  { nkey: ${loadOrCreateSeed(this.seedFile)}, permissions: {`,
        `    publish: { allow: ${JSON.stringify(publish)} }, subscribe: { allow: ${JSON.stringify(subscribe)} } } }`,
        '] }',
      ],
    });
  }

  async publish({ subject, seal, body }: FixtureMessage): Promise<void> {
    const parsed = parseEvent(body);
    if (!parsed.ok) throw new Error('the fixture makes valid events');
    await this.log.append({ subject, seal, body, id: parsed.event.id });
  }

  /** The whole stream under the ledger's own rules. */
  async judged(): Promise<readonly Admission[]> {
    const state = initialAdmission('s1', this.fixture.rootKeyId);
    const ids = new Map<string, bigint>();
    const admissions: Admission[] = [];
    for await (const entry of this.log.readRange(1n, await this.log.lastPosition())) {
      const slot = entry.missing ? entry : { ...entry, seal: sealOf(entry) };
      const admission = admit(state, slot, { positionOf: (id) => ids.get(id) });
      applyAdmission(state, admission);
      if (admission.outcome === 'admitted') ids.set(admission.event.id, admission.position);
      admissions.push(admission);
    }
    return admissions;
  }

  /** The admitted events of one type, in order. */
  async events(type: string): Promise<readonly StreamEvent[]> {
    return (await this.judged()).flatMap((one) =>
      one.outcome === 'admitted' && one.event.type === type ? [one.event] : [],
    );
  }

  async close(): Promise<void> {
    await this.connection.close();
    await this.server.stop();
    rmSync(this.folder, { recursive: true });
  }
}
