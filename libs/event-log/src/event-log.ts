import {
  DeliverPolicy,
  jetstream,
  jetstreamManager,
  JetStreamApiCodes,
  JetStreamApiError,
  type JsMsg,
  type StreamInfo,
} from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import {
  DUPLICATE_IN_BATCH,
  publishBatch,
  publishOne,
  type Appended,
  type AppendTarget,
  type Expectation,
} from './append.js';
import { watchConnection } from './connection.js';
import {
  AppendConflictError,
  AppendRejectedError,
  EventLogError,
  ReadInterruptedError,
  StreamMissingError,
} from './errors.js';
import { idOf, NO_HEADERS, type LogEntry, type LogMessage, type SealedEvent } from './messages.js';
import { patiently, readNewestOfEach, readRange, readSubject, readSubjects } from './read.js';
import { STREAM } from './streams.js';

export interface EventLogSettings {
  /** EVENTS by default; the ledger opens a second log on BLOCKS. */
  readonly stream?: string;
  /** How long an append waits for the server, and before that for a lost line. */
  readonly timeoutMs?: number;
}

/**
 * Up to this many events are published one by one, each after the answer to the one before: measured with fsync on every
 * write, an atomic batch costs about as much as five single publishes, and then hardly more for each further event.
 */
const ONE_BY_ONE = 8;
/** The server takes 1,000 messages in a batch; smaller ones keep the wait of other writers short. */
const BATCH_MESSAGES = 500;

/** How far an ordered append came. `failure` belongs to the event at index `appended.length`. */
export interface OrderedAppend {
  readonly appended: readonly Appended[];
  readonly failure?: EventLogError;
}

/** An entity as it is stored: its events in order, and what to expect when something is appended to it. */
export interface StoredEntity {
  readonly messages: readonly LogMessage[];
  readonly expected: Expectation;
}

/**
 * One stream of a site as the store of record. Holds no state beside the connection, so any number may exist.
 * Positions are stream sequences, from 1.
 */
export class EventLog {
  readonly stream: string;
  readonly #target: AppendTarget;

  constructor(
    readonly connection: NatsConnection,
    settings: EventLogSettings = {},
  ) {
    this.stream = settings.stream ?? STREAM.events;
    this.#target = { connection, stream: this.stream, timeoutMs: settings.timeoutMs ?? 5_000 };
  }

  /**
   * Stores one event; resolves when the server has it (synced to disk where the server syncs always). Safe to repeat
   * with the same id: a repetition answers `duplicate: true` with the first position, within the stream's duplicate
   * window, and with an expectation also after it.
   *
   * Throws AppendConflictError, AppendOutcomeUnknownError, LogUnavailableError, AppendRejectedError.
   */
  async append(event: SealedEvent, expected?: Expectation): Promise<Appended> {
    try {
      return await publishOne(this.#target, event, expected);
    } catch (error) {
      // The server looks at the expectation before the id, so our own earlier attempt looks like a stranger's.
      const [before] =
        expected && error instanceof AppendConflictError ? await this.#find([event], expected) : [];
      if (before !== undefined) return before;
      throw error;
    }
  }

  /**
   * Stores all events of one decision at consecutive positions, or none. Safe to repeat like {@link append}, and with the
   * same errors.
   */
  async appendDecision(
    events: readonly [SealedEvent, ...SealedEvent[]],
    expected: Expectation,
  ): Promise<readonly Appended[]> {
    if (events.length === 1) return [await this.append(events[0], expected)];
    try {
      const first = await publishBatch(this.#target, events, expected);
      return events.map((_, index) => ({ position: first + BigInt(index), duplicate: false }));
    } catch (error) {
      const repeated = error instanceof AppendRejectedError && error.serverCode === DUPLICATE_IN_BATCH;
      if (!repeated && !(error instanceof AppendConflictError)) throw error;
      const before = await this.#find(events, expected);
      if (before.length === events.length) return before;
      throw error;
    }
  }

  /**
   * Stores events so that they can never stand in another order than here, whatever fails: an event is not sent before
   * the one before it is known to be stored, except inside an atomic batch, which is stored in order or not at all. Long
   * lists go out as batches, which is also seven times faster than single publishes.
   *
   * Never throws for what the log does: stops at the first failure and tells how far it came. Repeat from there, with the
   * same ids; what an unknown outcome had stored after all is then reported as duplicate, at its first position.
   */
  async appendInOrder(events: readonly SealedEvent[]): Promise<OrderedAppend> {
    const appended: Appended[] = [];
    try {
      for (let start = 0; start < events.length; start += BATCH_MESSAGES) {
        const [first, ...rest] = events.slice(start, start + BATCH_MESSAGES);
        if (first !== undefined) await this.#appendChunk([first, ...rest], appended);
      }
      return { appended };
    } catch (error) {
      if (error instanceof EventLogError) return { appended, failure: error };
      throw error;
    }
  }

  async #appendChunk(chunk: readonly [SealedEvent, ...SealedEvent[]], appended: Appended[]): Promise<void> {
    if (chunk.length > ONE_BY_ONE) {
      try {
        const first = await publishBatch(this.#target, chunk);
        appended.push(...chunk.map((_, index) => ({ position: first + BigInt(index), duplicate: false })));
        return;
      } catch (error) {
        // Some of them are stored already: single publishes tell which, and where.
        if (!(error instanceof AppendRejectedError && error.serverCode === DUPLICATE_IN_BATCH)) throw error;
      }
    }
    for (const event of chunk) appended.push(await publishOne(this.#target, event));
  }

  async #find(events: readonly SealedEvent[], expected: Expectation): Promise<readonly Appended[]> {
    const positions = new Map<string, bigint>();
    const range = { from: expected.lastPosition + 1n };
    for await (const message of readSubject(this.connection, this.stream, expected.filter, range)) {
      positions.set(idOf(message), message.position);
    }
    return events.flatMap(({ id }) => {
      const position = positions.get(id);
      return position === undefined ? [] : [{ position, duplicate: true }];
    });
  }

  /** Every position of a range, with explicit holes; see {@link readRange}. */
  readRange(from: bigint, to: bigint): AsyncGenerator<LogEntry, void> {
    return readRange(this.connection, this.stream, from, to);
  }

  /** All messages of a subject filter, in order; for large results, where {@link readEntity} would hold too much. */
  readSubject(
    filter: string,
    range: { readonly from?: bigint; readonly to?: bigint } = {},
  ): AsyncGenerator<LogMessage, void> {
    return readSubject(this.connection, this.stream, filter, range);
  }

  /** All messages on any of these filters, which must not overlap, in the order of the stream, complete up to `to`. */
  readSubjects(
    filters: readonly string[],
    range: { readonly from: bigint; readonly to: bigint },
  ): AsyncGenerator<LogMessage, void> {
    return readSubjects(this.connection, this.stream, filters, range);
  }

  /**
   * The newest message of each subject of a filter up to a position, in the order of the stream: how things stand, without what led
   * there. All of it is held in memory. A replica that lags answers as of where it is.
   */
  async readNewest(filter: string, upTo: bigint): Promise<readonly LogMessage[]> {
    const info = await patiently(this.connection, () => this.#info({ subjects_filter: filter }));
    const subjects = Object.keys(info.state.subjects ?? {});
    return readNewestOfEach(this.connection, this.stream, subjects, upTo);
  }

  /** One message, or undefined when nothing is stored at this position. */
  async readAt(position: bigint): Promise<LogMessage | undefined> {
    for await (const entry of this.readRange(position, position)) return entry.missing ? undefined : entry;
    return undefined;
  }

  /**
   * The events of one entity and what to expect when appending to it. Costs more the more other events lie between:
   * keep the state of live entities in memory and ask with `from` for what came after.
   */
  async readEntity(filter: string, from = 1n): Promise<StoredEntity> {
    const messages: LogMessage[] = [];
    for await (const message of readSubject(this.connection, this.stream, filter, { from }))
      messages.push(message);
    const lastPosition = messages.at(-1)?.position ?? (from > 0n ? from - 1n : 0n);
    return { messages, expected: { filter, lastPosition } };
  }

  /** Position of the last message ever stored, 0n for an empty stream; the stream's leader is asked. */
  async lastPosition(): Promise<bigint> {
    return BigInt((await patiently(this.connection, () => this.#info())).state.last_seq);
  }

  async #info(options?: { readonly subjects_filter: string }): Promise<StreamInfo> {
    try {
      const manager = await jetstreamManager(this.connection, { checkAPI: false });
      const asked = manager.streams.info(this.stream, options);
      return await watchConnection(this.connection).orCut(asked, (event) => new Error(event));
    } catch (cause) {
      if (cause instanceof JetStreamApiError && cause.code === JetStreamApiCodes.StreamNotFound) {
        throw new StreamMissingError(`There is no stream ${this.stream}.`, { cause });
      }
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new ReadInterruptedError(`The state of ${this.stream} could not be read: ${why}.`, { cause });
    }
  }

  /**
   * Messages from a position on and then as they come, in order, for live views: no acknowledgement, nothing durable.
   * Survives restarts of the server. Ends when `signal` aborts.
   */
  async *tail(
    from: bigint,
    options: { readonly filter?: string; readonly signal?: AbortSignal } = {},
  ): AsyncGenerator<LogMessage, void> {
    const { filter, signal } = options;
    if (signal?.aborted) return;
    const consumer = await jetstream(this.connection).consumers.get(this.stream, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: Number(from < 1n ? 1n : from),
      ...(filter === undefined ? {} : { filter_subjects: [filter] }),
    });
    const messages = await consumer.consume({ max_messages: 1_000, expires: 10_000, idle_heartbeat: 1_000 });
    const stop = (): void => void messages.close();
    signal?.addEventListener('abort', stop, { once: true });
    try {
      for await (const message of messages) {
        if (signal?.aborted) return;
        yield logMessageOf(message);
      }
    } finally {
      signal?.removeEventListener('abort', stop);
      await messages.close();
      await consumer.delete().catch(() => undefined); // the server removes an unused one by itself
    }
  }
}

/** A delivered message in the form in which a stored one is read. */
export function logMessageOf(message: JsMsg): LogMessage {
  return {
    position: BigInt(message.seq),
    subject: message.subject,
    headers: message.headers ?? NO_HEADERS,
    body: message.data,
    timestampMs: Math.floor(message.info.timestampNanos / 1_000_000),
  };
}
