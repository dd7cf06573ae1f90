import { type Msg, type NatsConnection } from '@nats-io/transport-node';
import { inboxOf, watchConnection } from './connection.js';
import { ReadInterruptedError } from './errors.js';
import { NO_HEADERS, type LogMessage } from './messages.js';

/** What to read from a stream in one request. */
export interface PageRequest {
  readonly stream: string;
  readonly from: bigint;
  readonly count: number;
  /** Only messages on this subject; wildcards are allowed. */
  readonly filter?: string;
}

export interface Page {
  readonly messages: readonly LogMessage[];
  /** Nothing matching is stored at or after `from`. */
  readonly empty: boolean;
}

/** One answer of the server ends before it has this many bytes, so memory stays bounded with large events. */
const PAGE_BYTES = 8 * 1024 * 1024;
const SILENCE_MS = 5_000;
const STATUS_END_OF_BATCH = 204;
const STATUS_NOT_FOUND = 404;

/**
 * One Direct Get batch (ADR-31). The client library's own call leaves its subscription behind and waits for ever when the
 * server dies half-way, hence this one. Throws ReadInterruptedError on silence, on a cut line and on a refusal; the
 * caller may ask again.
 */
export function readPage(connection: NatsConnection, request: PageRequest): Promise<Page> {
  const { stream, from, count, filter } = request;
  // The server takes the sequence as a JSON number; positions stay far below 2^53.
  return askPage(connection, stream, {
    seq: Number(from),
    batch: count,
    max_bytes: PAGE_BYTES,
    next_by_subj: filter,
  });
}

/** Which messages are the newest of their subjects. */
export interface NewestRequest {
  readonly stream: string;
  /** At most 1,024, or the server refuses. */
  readonly subjects: readonly string[];
  readonly upTo: bigint;
}

/**
 * The newest message of each subject up to a position, ascending by position. One answer; what follows beyond its limit in bytes is asked
 * for with `from`.
 */
export function readNewest(
  connection: NatsConnection,
  { stream, subjects, upTo, from }: NewestRequest & { readonly from: bigint },
): Promise<Page> {
  const ask = { multi_last: subjects, up_to_seq: Number(upTo), seq: Number(from), max_bytes: PAGE_BYTES };
  return askPage(connection, stream, ask);
}

function askPage(connection: NatsConnection, stream: string, ask: Record<string, unknown>): Promise<Page> {
  const from = String(ask['seq']);
  return new Promise((resolve, reject) => {
    const messages: LogMessage[] = [];
    const end = (settle: () => void): void => {
      clearTimeout(silence);
      stopWatching();
      subscription.unsubscribe();
      settle();
    };
    const fail = (why: string, cause?: unknown): void =>
      end(() =>
        reject(new ReadInterruptedError(`Reading ${stream} from ${from} stopped: ${why}.`, { cause })),
      );
    const silence = setTimeout(() => fail(`no answer for ${SILENCE_MS} ms`), SILENCE_MS);
    const stopWatching = watchConnection(connection).onChange((event) => fail(event));
    const subscription = connection.subscribe(inboxOf(connection), {
      callback: (error, message) => {
        if (error) {
          fail(error.message, error);
          return;
        }
        const status = message.headers?.code ?? 0;
        if (status === 0) {
          messages.push(toLogMessage(message));
          if (messages.length % 256 === 0) silence.refresh();
        } else if (status === STATUS_END_OF_BATCH)
          end(() => resolve({ messages, empty: messages.length === 0 }));
        else if (status === STATUS_NOT_FOUND) end(() => resolve({ messages, empty: messages.length === 0 }));
        else fail(`${status} ${message.headers?.description ?? ''}`);
      },
    });
    try {
      connection.publish(`$JS.API.DIRECT.GET.${stream}`, JSON.stringify(ask), {
        reply: subscription.getSubject(),
      });
    } catch (cause) {
      fail(cause instanceof Error ? cause.message : String(cause), cause);
    }
  });
}

function toLogMessage(message: Msg): LogMessage {
  const headers = message.headers ?? NO_HEADERS;
  return {
    position: BigInt(headers.get('Nats-Sequence')),
    subject: headers.get('Nats-Subject'),
    headers,
    body: message.data,
    timestampMs: Date.parse(headers.get('Nats-Time-Stamp')),
  };
}

/**
 * The first stored position at or after `from` (of a message on the filter) as the stream's leader knows it, or undefined
 * when there is none. Direct Get may be answered by a replica that lags; before something is called missing, the leader is
 * asked.
 */
export async function nextStoredPosition(
  connection: NatsConnection,
  { stream, from, filter = '>' }: Omit<PageRequest, 'count'>,
): Promise<bigint | undefined> {
  const ask = JSON.stringify({ seq: Number(from), next_by_subj: filter });
  let answer: { message?: { seq?: number }; error?: { code?: number; description?: string } };
  try {
    const asked = connection.request(`$JS.API.STREAM.MSG.GET.${stream}`, ask, { timeout: SILENCE_MS });
    answer = (await watchConnection(connection).orCut(asked, (event) => new Error(event))).json();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReadInterruptedError(`Reading ${stream} from ${from} stopped: ${why}.`, { cause });
  }
  if (answer.message?.seq !== undefined) return BigInt(answer.message.seq);
  if (answer.error?.code === STATUS_NOT_FOUND) return undefined;
  throw new ReadInterruptedError(
    `Reading ${stream} from ${from} stopped: ${answer.error?.description ?? 'no reason given'}.`,
  );
}
