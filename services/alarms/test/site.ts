import 'reflect-metadata';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startNats, type NatsServer } from '@bcmed/embedded';
import { EventLog, connectNats, idOf, setUpStreams } from '@bcmed/event-log';
import { parseEvent, subjectOf, type EventDefinition, type StreamEvent } from '@bcmed/events';
import type { Sealer } from '@bcmed/seal';
import { LogFixture, fixtureSealer } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import type { z } from 'zod';
import { Voice } from './voice.js';

/** A site on a real broker, with the fixture as its operator and adapter: everything but the alarm service itself. */
export class Site {
  readonly log = new LogFixture();
  #published = 0;
  readonly #voice = new Voice(this.log);
  readonly #monitor = new Voice(this.log, undefined, {
    source: 'monitor/1',
    sealer: fixtureSealer('monitor'),
  });

  private constructor(
    readonly folder: string,
    public nats: NatsServer,
    readonly connection: NatsConnection,
  ) {}

  static async begin(): Promise<Site> {
    const folder = await mkdtemp(join(tmpdir(), 'bcmed-alarms-'));
    const nats = await startNats({ storeDir: join(folder, 'nats') });
    const connection = await connectNats({ servers: nats.url, name: 'test' });
    const site = new Site(folder, nats, connection);
    await setUpStreams(connection, site.log.site);
    site.log.enrol(fixtureSealer('monitor'), 'monitor/1', ['vitals', 'association'], 'device');
    await site.publish();
    return site;
  }

  get events(): EventLog {
    return new EventLog(this.connection);
  }

  /** Appends what the operator has made since the last time. */
  async publish(): Promise<void> {
    for (; this.#published < this.log.entries.length; this.#published++) {
      const slot = this.log.entries[this.#published];
      if (!slot || 'missing' in slot) throw new Error('a hole');
      await this.events.append({ ...slot, id: `operator-${this.#published}` });
    }
  }

  async enrol(stateDir: string): Promise<void> {
    const request = await readFile(join(stateDir, 'enrolment-request.json'), 'utf8');
    this.log.enrolKey(JSON.parse(request) as Parameters<LogFixture['enrolKey']>[0]);
    await this.publish();
  }

  /** A pump says something through its adapter: sealed, numbered, linked. */
  async tell<Data extends z.ZodObject>(
    definition: EventDefinition<Data>,
    pump: string,
    data: z.input<Data>,
    sealer: Sealer = this.log.adapter,
  ): Promise<StreamEvent> {
    const { event, message } = this.#voice.say(definition, pump, data, sealer);
    await this.events.append({ ...message, id: event.id });
    return event;
  }

  /** A monitor's gateway says something of a patient, or of what the patient is connected to. */
  async monitor<Data extends z.ZodObject>(
    definition: EventDefinition<Data>,
    entity: string,
    data: z.input<Data>,
  ): Promise<StreamEvent> {
    const { event, message } = this.#monitor.say(definition, entity, data);
    await this.events.append({ ...message, id: event.id });
    return event;
  }

  /** The same message once more under another id of the broker, so that its duplicate window does not help. */
  async repeat(event: StreamEvent): Promise<void> {
    for await (const message of this.events.readSubject(subjectOf(event))) {
      if (idOf(message) !== event.id) continue;
      const seal = message.headers.get('Bcmed-Seal');
      await this.events.append({
        subject: message.subject,
        id: `again-${event.id}`,
        seal,
        body: message.body,
      });
      return;
    }
    throw new Error('it was never sent');
  }

  /** Everything that alarm services said, in order. */
  async said(): Promise<StreamEvent[]> {
    const found: StreamEvent[] = [];
    for await (const { body } of this.events.readSubject(`bcmed.${this.log.site}.alarm.>`)) {
      const parsed = parseEvent(body);
      if (!parsed.ok) throw new Error('an alarm event is not valid');
      found.push(parsed.event);
    }
    return found;
  }

  async restartNats(): Promise<void> {
    await this.nats.kill();
    this.nats = await startNats({ storeDir: join(this.folder, 'nats'), port: this.nats.port });
  }

  environment(name: string): Record<string, string> {
    return {
      BCMED_SITE: this.log.site,
      BCMED_ROOT_KID: this.log.rootKeyId,
      BCMED_STATE_DIR: join(this.folder, name),
      NATS_URL: this.nats.url,
      LOG_LEVEL: 'silent',
    };
  }

  async end(): Promise<void> {
    await this.connection.close();
    await this.nats.stop();
    await rm(this.folder, { recursive: true, force: true });
  }
}
