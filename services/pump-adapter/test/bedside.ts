import { EventLog, STREAM } from '@bcmed/event-log';
import { LatencyWindow } from '@bcmed/telemetry';
import { fixtureSealer } from '@bcmed/testing';
import type { NatsConnection } from '@nats-io/transport-node';
import { join } from 'node:path';
import { Clock } from '../src/adapters/clock.js';
import { OutboxPublisher } from '../src/adapters/outbox-publisher.js';
import { SafetyStore } from '../src/adapters/safety-store.js';
import { SiteTrust } from '@bcmed/site-trust';
import { Recorder } from '../src/commands/recorder.js';
import { DEFAULT_RULES } from '../src/domain/index.js';
import { SettleOutbox } from '../src/reactions/settle-outbox.js';

export const clock = new Clock();

/** An adapter without lines and without Nest, on a real server with a small ledger. */
export class Bedside {
  readonly store: SafetyStore;
  readonly trust: SiteTrust;
  readonly publisher: OutboxPublisher;
  readonly outbox: SettleOutbox;
  readonly recorder: Recorder;
  readonly latency = new LatencyWindow();
  readonly told: { readonly code?: unknown; readonly msg: string }[] = [];
  readonly events: EventLog;
  readonly #stop = new AbortController();
  #logEntryId = 0;

  constructor(
    folder: string,
    private readonly connection: NatsConnection,
    { source = 'pump-adapter/1', sealer = fixtureSealer('adapter') } = {},
  ) {
    const tell = (line: { msg: string }): void => void this.told.push(line);
    const log = { log: tell, warn: tell, error: tell };
    this.events = new EventLog(connection, { timeoutMs: 1_000 });
    this.store = new SafetyStore(join(folder, 'safety-store.db'));
    const rootKeyId = fixtureSealer('root').keyId;
    this.trust = new SiteTrust({
      site: 's1',
      rootKeyId,
      own: { keyId: sealer.keyId, source: 'pump-adapter/1', area: 'pump' },
      allowDemonstration: true,
    });
    this.publisher = new OutboxPublisher({
      store: this.store,
      clock,
      log,
      mayPublish: () => this.trust.enrolment.state === 'enrolled',
      resendAfterMs: 300,
    });
    this.outbox = new SettleOutbox({
      site: 's1',
      store: this.store,
      clock,
      log,
      latency: this.latency,
      validators: () => this.trust.validators,
      onForked: (entity, chain) => this.recorder.beginAnew(entity, chain),
      onConfirmed: (through, displaced) => this.publisher.confirmed(through, displaced),
    });
    this.recorder = new Recorder({
      store: this.store,
      signature: { site: 's1', source, sealer },
      rules: DEFAULT_RULES,
      clock,
      log,
      onRecorded: () => this.publisher.wake(),
    });
  }

  async start(): Promise<void> {
    await this.trust.load(this.events);
    this.publisher.start(this.events);
    void this.#settle();
  }

  /** One reading of each of three pumps: a volume that moved, so one event for each (the first time two). */
  read(): void {
    this.#logEntryId += 1;
    for (const serial of ['8002-51740', '8002-51733', '8002-51752']) {
      const moment = clock.now();
      this.recorder.submit({
        kind: 'reading',
        serial,
        line: serial,
        beganAt: moment,
        moment,
        identity: {
          family: 'alaris-asena',
          model: '8002',
          serial,
          protocol: 'Asena Rev 2.1.5',
          transport: 'tcp',
          line: serial,
        },
        status: {
          delivering: false,
          mode: 'HLD',
          rateMlPerHour: 0,
          volumeInfusedMl: this.#logEntryId / 1_000,
          pressureMmHg: 17.9,
          remainingSeconds: null,
          alarmActive: false,
          drugName: null,
          logEntryId: 1,
        },
      });
    }
    this.recorder.flush();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.publisher.stop(0);
    await this.publisher.ended();
    this.store.close();
  }

  async #settle(): Promise<void> {
    const blocks = new EventLog(this.connection, { stream: STREAM.blocks });
    for await (const message of blocks.tail(1n, { signal: this.#stop.signal }))
      this.outbox.take([{ ...message, deliveryCount: 1 }]);
  }
}
