import { EventLog, EventLogError, sealOf, setUpStreams, STREAM, type LogMessage } from '@bcmed/event-log';
import { parseEvent } from '@bcmed/events';
import { LogFixture, type FixtureMessage } from '@bcmed/testing';
import type { Sealer } from '@bcmed/seal';
import type { NatsConnection } from '@nats-io/transport-node';

/**
 * A ledger's whole work on real streams in a few lines: admits what comes by the real rules, cuts and signs real
 * blocks, and confirms them. It has no chain and nothing durable: a test that kills something else needs neither.
 */
export class TinyLedger {
  readonly fixture: LogFixture;
  readonly events: EventLog;
  readonly #blocks: EventLog;
  readonly #stop = new AbortController();
  #told = 0;
  #made = 0;
  #cutting = false;
  #cuts: Promise<void> = Promise.resolve();
  #running: Promise<void> = Promise.resolve();
  /** While false, positions are judged and no block is cut. */
  confirming = true;
  /** Every message of the stream as it was judged, in order. */
  readonly seen: LogMessage[] = [];

  private constructor(connection: NatsConnection, site: string) {
    this.fixture = new LogFixture({ site });
    this.events = new EventLog(connection);
    this.#blocks = new EventLog(connection, { stream: STREAM.blocks });
  }

  /** Sets up the site's streams and writes the epoch and the three enrolments of the fixture. */
  static async open(connection: NatsConnection, site = 's1'): Promise<TinyLedger> {
    await setUpStreams(connection, site);
    const ledger = new TinyLedger(connection, site);
    for (const entry of ledger.fixture.entries) if (!('missing' in entry)) await ledger.publish(entry);
    ledger.#running = ledger.#follow();
    return ledger;
  }

  /** Appends a message that somebody else sealed; its judgement follows when it comes back from the stream. */
  async publish({ subject, seal, body }: FixtureMessage): Promise<void> {
    const parsed = parseEvent(body);
    await this.events.append({ subject, seal, body, id: parsed.ok ? parsed.event.id : crypto.randomUUID() });
  }

  /** Makes a key of an adapter known, as the site's operator does. */
  async enrol(request: { keyId: string; publicKey: object; holder: string }): Promise<void> {
    const { enrolment } = this.#scratch((fixture) => {
      // The request is what the adapter wrote; the rules check every field of it.
      const sealer = { keyId: request.keyId, publicJwk: request.publicKey } as never;
      return fixture.enrol(sealer, request.holder, ['pump'], 'device');
    });
    await this.publish(enrolment);
  }

  async enrolService(sealer: Sealer, holder: string, areas: readonly string[]): Promise<void> {
    const { enrolment } = this.#scratch((fixture) => fixture.enrol(sealer, holder, areas, 'service'));
    await this.publish(enrolment);
  }

  async revokeAdapter(): Promise<void> {
    const { enrolment } = this.#scratch((fixture) => fixture.revoke(fixture.adapter));
    await this.publish(enrolment);
  }

  /** Confirms what was judged and is in no block yet. */
  async confirm(): Promise<void> {
    if (this.#isBehind()) this.fixture.cutBlock();
    await this.tell();
  }

  /** Publishes confirmations that were made and not yet told. */
  async tell(): Promise<void> {
    for (const { subject, seal, body } of this.fixture.confirmations.slice(this.#told)) {
      const parsed = parseEvent(body);
      const id = parsed.ok ? parsed.event.id : crypto.randomUUID();
      while (!this.#stop.signal.aborted && !(await this.#store({ subject, seal, body, id })));
      this.#told += 1;
    }
  }

  /** False when the server is away: the same confirmation is then told again. */
  async #store(event: Parameters<EventLog['append']>[0]): Promise<boolean> {
    return this.#blocks.append(event).then(
      () => true,
      (error: unknown) => {
        if (error instanceof EventLogError) return false;
        throw error;
      },
    );
  }

  async close(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#cuts;
  }

  /** Lets a fresh fixture make a message, so that ours only judges what really is in the stream. */
  #scratch(make: (fixture: LogFixture) => FixtureMessage): { enrolment: FixtureMessage } {
    const scratch = new LogFixture({ site: this.fixture.site });
    for (let skipped = 0; skipped < 1_000 + this.seen.length + this.#made; skipped += 1) scratch.nextId();
    this.#made += 1;
    return { enrolment: make(scratch) };
  }

  /** Group commit: while one block is told, the next one fills. */
  #cutSoon(): void {
    if (this.#cutting) return;
    this.#cutting = true;
    const cut = async (): Promise<void> => {
      while (this.#isBehind()) {
        await new Promise((resolve) => setImmediate(resolve));
        await this.confirm();
      }
      this.#cutting = false;
    };
    this.#cuts = cut();
  }

  #isBehind(): boolean {
    return BigInt(this.fixture.entries.length) > (this.fixture.headers.at(-1)?.lastSequence ?? 0n);
  }

  async #follow(): Promise<void> {
    const from = BigInt(this.fixture.entries.length) + 1n;
    for await (const message of this.events.tail(from, { signal: this.#stop.signal })) {
      this.seen.push(message);
      const { subject, body, position } = message;
      while (BigInt(this.fixture.entries.length) < position - 1n) this.fixture.appendHole();
      this.fixture.appendMessage({ subject, seal: sealOf(message), body });
      if (this.confirming) this.#cutSoon();
    }
  }
}

/** The numbers of each chain in the order in which they stand in the stream. */
export function sequencesByChain(messages: readonly LogMessage[]): Map<string, number[]> {
  const chains = new Map<string, number[]>();
  for (const { body } of messages) {
    const parsed = parseEvent(body);
    if (!parsed.ok || parsed.event.chain === undefined) continue;
    const numbers = chains.get(parsed.event.chain) ?? [];
    numbers.push(Number(parsed.event.sequence));
    chains.set(parsed.event.chain, numbers);
  }
  return chains;
}
