import {
  connect,
  createInbox,
  type NatsConnection,
  type NodeConnectionOptions,
} from '@nats-io/transport-node';
import { connectAs, type BusCredentials } from './broker/seed-file.js';
import { inboxPrefixOf } from './broker/identities.js';
import { ConnectError } from './errors.js';

export interface ConnectSettings {
  /** One address or several, also as one text separated by commas. */
  readonly servers: string | readonly string[];
  /** Who we are, as the server's monitoring shows it: `<service>/<instance>`. */
  readonly name: string;
  /** How long the first connection may take; afterwards it is kept up for ever. */
  readonly firstConnectMs?: number;
  /** Which identity of the broker's table we are; absent for a server that asks nobody who they are. */
  readonly credentials?: BusCredentials | undefined;
  /** Everything else that the client knows: TLS. */
  readonly options?: Omit<NodeConnectionOptions, 'servers' | 'name'>;
}

export const CONNECT_DEFAULTS = {
  firstConnectMs: 30_000,
  /** Pause before the next attempt: short at first, because a restarted server is back within a second. */
  reconnectPausesMs: [20, 50, 100, 100, 200, 200, 500, 1_000],
  attemptMs: 2_000,
  pingIntervalMs: 5_000,
} as const;

/** What a service knows about its line to the server; one for each connection. */
export class ConnectionWatch {
  readonly #listeners = new Set<(event: 'disconnect' | 'reconnect' | 'close') => void>();
  #state: 'connected' | 'reconnecting' | 'closed';
  #attempt = 0;
  #sinceMs = Date.now();

  constructor(private readonly connection: NatsConnection) {
    this.#state = connection.isClosed() ? 'closed' : 'connected';
    void this.#follow();
  }

  get state(): 'connected' | 'reconnecting' | 'closed' {
    return this.#state;
  }

  /** Calls `listener` at every change; the returned function ends that. */
  onChange(listener: (event: 'disconnect' | 'reconnect' | 'close') => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Resolves to true when the line is up, at once or within the time; to false otherwise. */
  async waitUntilConnected(withinMs: number): Promise<boolean> {
    if (this.#state !== 'reconnecting') return this.#state === 'connected';
    return new Promise((resolve) => {
      const settle = (up: boolean): void => {
        clearTimeout(timer);
        stop();
        resolve(up);
      };
      const timer = setTimeout(() => settle(false), withinMs);
      const stop = this.onChange((event) => event !== 'disconnect' && settle(event === 'reconnect'));
    });
  }

  /** What `work` gives, or a rejection as soon as the line is lost: the answer to a request in flight never comes then. */
  async orCut<Result>(work: Promise<Result>, cut: (event: string) => Error): Promise<Result> {
    let stop: () => void = () => undefined;
    const lost = new Promise<never>((_, reject) => {
      stop = this.onChange((event) => reject(cut(event)));
    });
    work.catch(() => undefined); // when the line is cut first, nobody else looks at it
    try {
      return await Promise.race([work, lost]);
    } finally {
      stop();
    }
  }

  /** For the health registry. */
  health(): { name: string; check(): Promise<{ status: 'up' | 'down'; detail: string }> } {
    return {
      name: 'nats',
      check: () => {
        const server = this.connection.getServer();
        if (this.#state === 'connected') {
          return Promise.resolve({
            status: 'up',
            detail: `${server}, version ${this.connection.info?.version ?? '?'}`,
          });
        }
        const seconds = Math.round((Date.now() - this.#sinceMs) / 1000);
        return Promise.resolve({ status: 'down', detail: `${this.#state} for ${seconds} s` });
      },
    };
  }

  /** Pause before the next attempt to reconnect; the count begins anew with every loss. */
  nextPauseMs(): number {
    const pauses = CONNECT_DEFAULTS.reconnectPausesMs;
    return pauses[Math.min(this.#attempt++, pauses.length - 1)] ?? 1_000;
  }

  async #follow(): Promise<void> {
    for await (const { type } of this.connection.status()) {
      if (type === 'disconnect') this.#turn('reconnecting', 'disconnect');
      else if (type === 'reconnect') this.#turn('connected', 'reconnect');
      else if (type === 'close') this.#turn('closed', 'close');
    }
    this.#turn('closed', 'close');
  }

  #turn(state: 'connected' | 'reconnecting' | 'closed', event: 'disconnect' | 'reconnect' | 'close'): void {
    if (this.#state === state) return;
    this.#state = state;
    this.#sinceMs = Date.now();
    this.#attempt = 0;
    for (const listener of [...this.#listeners]) listener(event);
  }
}

const prefixes = new WeakMap<NatsConnection, string>();

/** A subject for one answer to us, which nobody else may read. */
export function inboxOf(connection: NatsConnection): string {
  return createInbox(prefixes.get(connection));
}

const watches = new WeakMap<NatsConnection, ConnectionWatch>();

/** The watch of a connection; the same one at every call. */
export function watchConnection(connection: NatsConnection): ConnectionWatch {
  let watch = watches.get(connection);
  if (watch === undefined) watches.set(connection, (watch = new ConnectionWatch(connection)));
  return watch;
}

/**
 * Connects and stays connected: a lost server is sought again for ever, first within milliseconds, later every second.
 * Throws ConnectError when no server answers within `firstConnectMs`, and SeedFileError for an unusable identity.
 */
export async function connectNats(settings: ConnectSettings): Promise<NatsConnection> {
  const { name, firstConnectMs = CONNECT_DEFAULTS.firstConnectMs, options = {}, credentials } = settings;
  const identity = credentials && connectAs(credentials);
  const servers = [settings.servers]
    .flat()
    .flatMap((part) => part.split(',').map((address) => address.trim()));
  const deadline = Date.now() + firstConnectMs;
  let watch: ConnectionWatch | undefined;
  for (let attempt = 0; ; attempt++) {
    try {
      const connection = await connect({
        maxReconnectAttempts: -1,
        ignoreAuthErrorAbort: true,
        reconnectDelayHandler: () => watch?.nextPauseMs() ?? 100,
        timeout: CONNECT_DEFAULTS.attemptMs,
        pingInterval: CONNECT_DEFAULTS.pingIntervalMs,
        ...options,
        ...identity,
        servers,
        name,
      });
      watch = watchConnection(connection);
      if (credentials) prefixes.set(connection, inboxPrefixOf(credentials.name));
      return connection;
    } catch (cause) {
      const pauses = CONNECT_DEFAULTS.reconnectPausesMs;
      const pause = pauses[Math.min(attempt, pauses.length - 1)] ?? 1_000;
      if (Date.now() + pause > deadline) {
        const why = cause instanceof Error ? cause.message : String(cause);
        throw new ConnectError(
          `No NATS server at ${servers.join(', ')} within ${firstConnectMs} ms: ${why}`,
          { cause },
        );
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
