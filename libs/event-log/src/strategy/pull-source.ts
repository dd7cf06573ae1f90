import {
  jetstream,
  jetstreamManager,
  type ConsumerInfo,
  type ConsumerMessages,
  type ConsumerNotification,
  type JsMsg,
} from '@nats-io/jetstream';
import type { NatsConnection, Subscription as Interest } from '@nats-io/transport-node';
import { watchConnection } from '../connection.js';
import { ensureConsumer } from './consumer.js';
import type { Subscription } from './subscription.js';

/** Who takes the messages of a {@link PullSource}. */
export interface Receiver {
  /** Takes one message; until the promise resolves no further one is handed over. */
  receive(message: JsMsg): Promise<void>;
  /** The consumer exists and nothing is being pulled yet: at the start and after every loss. */
  attached(info: ConsumerInfo): Promise<void>;
  /** Where a vanished consumer must begin anew so that nothing is skipped, if that is known. */
  resumeAt(): bigint | undefined;
}

export interface SourceSettings {
  readonly connection: NatsConnection;
  readonly subscription: Subscription;
  /** Messages asked for ahead. */
  readonly prefetch: number;
  readonly receiver: Receiver;
  readonly warn: (text: string) => void;
}

/** Whether messages flow, and if not, why. */
export interface SourceState {
  readonly flowing: boolean;
  readonly detail: string;
}

const PAUSES_MS = [0, 50, 100, 200, 500, 1_000, 2_000];
const PULL_EXPIRES_MS = 30_000;
const HEARTBEAT_MS = 5_000;
const FATAL = new Set<ConsumerNotification['type']>([
  'heartbeats_missed',
  'consumer_deleted',
  'consumer_not_found',
  'stream_not_found',
  'no_responders',
  'exceeded_limits',
]);

/**
 * Pulls a durable consumer for as long as the service runs: through lost lines, killed servers and vanished consumers,
 * which it creates again. Never rejects after {@link start}: what hinders it is its {@link state}.
 */
export class PullSource {
  #messages: ConsumerMessages | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopping = false;
  #tellStop: () => void = () => undefined;
  readonly #stopped = new Promise<void>((resolve) => (this.#tellStop = resolve));
  #state: SourceState = { flowing: false, detail: 'not started' };

  constructor(private readonly settings: SourceSettings) {}

  get state(): SourceState {
    const { state } = watchConnection(this.settings.connection);
    return state === 'connected' ? this.#state : { flowing: false, detail: `no connection (${state})` };
  }

  /** Finds or makes the consumer and begins to pull. Throws what {@link ensureConsumer} throws: a start must not be wrong. */
  async start(): Promise<void> {
    await this.#ensure();
    this.#state = { flowing: true, detail: 'starting' };
    this.#running = this.#run();
  }

  /** Asks for no more messages. Resolves when the receiver has taken those that are here already. */
  async stop(): Promise<void> {
    this.#stopping = true;
    this.#tellStop();
    if (this.#messages !== undefined) await this.#drain(this.#messages);
    await this.#running;
  }

  async #ensure(): Promise<ConsumerInfo> {
    const { connection, subscription, receiver } = this.settings;
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const ensured = ensureConsumer(manager, subscription, receiver.resumeAt());
    return watchConnection(connection).orCut(ensured, (event) => new Error(`${event} of the connection`));
  }

  async #run(): Promise<void> {
    const { durable } = this.settings.subscription;
    for (let attempt = 0; !this.#isStopping(); attempt++) {
      const begun = Date.now();
      const why = await this.#pullUntilLost().catch((error: unknown) =>
        error instanceof Error ? error.message : String(error),
      );
      if (this.#isStopping()) return;
      if (Date.now() - begun > PULL_EXPIRES_MS) attempt = 0;
      if (this.#state.flowing || attempt === 3)
        this.settings.warn(`${durable}: messages stopped flowing: ${why}`);
      this.#state = { flowing: false, detail: why };
      await this.#pause(PAUSES_MS[Math.min(attempt, PAUSES_MS.length - 1)] ?? 0);
    }
  }

  /** One attachment: resolves with the reason why it ended. */
  async #pullUntilLost(): Promise<string> {
    const { connection, receiver, prefetch } = this.settings;
    const watch = watchConnection(connection);
    const up = await this.#orStop(watch.waitUntilConnected(PULL_EXPIRES_MS));
    if (up !== true) return `no connection (${watch.state})`;
    const info = await this.#orStop(this.#ensure());
    if (info === undefined) return 'stopping';
    this.#state = { flowing: true, detail: 'catching up' };
    await this.#orStop(receiver.attached(info));
    if (this.#isStopping()) return 'stopping';
    const consumer = jetstream(connection).consumers.getConsumerFromInfo(info);
    const messages = await consumer.consume({
      max_messages: prefetch,
      expires: PULL_EXPIRES_MS,
      idle_heartbeat: HEARTBEAT_MS,
      bind: true,
    });
    this.#messages = messages;
    let why = 'the pull ended';
    const interrupt = (reason: string): void => {
      why = reason;
      messages.stop();
    };
    const stopWatching = watch.onChange((event) => interrupt(`${event} of the connection`));
    void watchNotifications(messages, interrupt);
    this.#state = { flowing: true, detail: 'flowing' };
    try {
      if (this.#stopping) messages.stop();
      for await (const message of messages) await receiver.receive(message);
    } finally {
      stopWatching();
      messages.stop();
    }
    return why;
  }

  /**
   * Takes back the subscription at the server and still receives what was on the line: a message that nobody receives
   * would be nobody's until ack_wait is over.
   */
  async #drain(messages: ConsumerMessages): Promise<void> {
    // The library's stop() drops what is on the line, and it offers no drain; the subscription below it does.
    const { sub } = messages as { sub?: Pick<Interest, 'drain'> };
    const watch = watchConnection(this.settings.connection);
    if (sub !== undefined && watch.state === 'connected') {
      await watch.orCut(sub.drain(), (event) => new Error(event)).catch(() => undefined);
    }
    messages.stop();
  }

  /** A method, because the flag changes while something is awaited, which the compiler does not expect. */
  #isStopping(): boolean {
    return this.#stopping;
  }

  async #pause(ms: number): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    await this.#orStop(new Promise<void>((resolve) => (timer = setTimeout(resolve, ms))));
    clearTimeout(timer);
  }

  /** What the server is waited for, or undefined as soon as the source stops. */
  #orStop<Result>(work: Promise<Result>): Promise<Result | undefined> {
    work.catch(() => undefined); // its failure does not matter any more once we stop
    return Promise.race([work, this.#stopped.then(() => undefined)]);
  }
}

async function watchNotifications(
  messages: ConsumerMessages,
  interrupt: (reason: string) => void,
): Promise<void> {
  for await (const { type } of messages.status()) {
    if (FATAL.has(type)) interrupt(type.replaceAll('_', ' '));
  }
}
