import {
  headers as newHeaders,
  nuid,
  RequestError,
  TimeoutError,
  type MsgHdrs,
  type NatsConnection,
} from '@nats-io/transport-node';
import { extractTrace, withPublishSpan } from '@bcmed/telemetry';
import { watchConnection } from './connection.js';
import {
  AppendConflictError,
  AppendOutcomeUnknownError,
  AppendRejectedError,
  LogUnavailableError,
} from './errors.js';
import { HEADER, type SealedEvent } from './messages.js';

/** Where an event stands in the log. `duplicate`: it stood there before this call, from an earlier attempt. */
export interface Appended {
  readonly position: bigint;
  readonly duplicate: boolean;
}

/** The entity must not have changed since it was read. Every writer of an entity uses the identical filter. */
export interface Expectation {
  /** Subject filter of the entity, `bcmed.<site>.<area>.<entity>.>`. */
  readonly filter: string;
  /** Position of the entity's last event; 0n when it must have none. */
  readonly lastPosition: bigint;
}

export interface AppendTarget {
  readonly connection: NatsConnection;
  readonly stream: string;
  readonly timeoutMs: number;
}

/** What the server answers to a publish. */
interface PublishAnswer {
  readonly stream?: string;
  readonly seq?: number;
  readonly count?: number;
  readonly duplicate?: boolean;
  readonly error?: { readonly code?: number; readonly err_code?: number; readonly description?: string };
}

const WRONG_LAST_SEQUENCE = new Set([10071, 10164]);
const UNAVAILABLE = 503;

/** The server refused a whole batch because it holds one of the ids already. */
export const DUPLICATE_IN_BATCH = 10201;

/** A message that is not an event of its own: its headers are made already. */
export interface RawMessage extends Pick<SealedEvent, 'subject' | 'id' | 'body' | 'traceparent'> {
  readonly headers: MsgHdrs;
}

/** Publishes one event and waits until it is stored. Throws what the errors' descriptions say. */
export async function publishOne(
  target: AppendTarget,
  event: SealedEvent | RawMessage,
  expected?: Expectation,
): Promise<Appended> {
  const headers = headersOf(event);
  if (expected !== undefined) expect(headers, expected);
  const answer = await withPublishSpan(spanOf(event, headers), () =>
    request(target, { subject: event.subject, body: event.body, headers }),
  );
  return { position: positionOf(target, answer), duplicate: answer.duplicate === true };
}

/**
 * Publishes several events as one atomic batch (ADR-50): all stored at consecutive positions in this order, or none.
 * Returns the position of the first.
 */
export async function publishBatch(
  target: AppendTarget,
  events: readonly [SealedEvent, ...SealedEvent[]],
  expected?: Expectation,
): Promise<bigint> {
  const batchId = nuid.next();
  const prepared = events.map((event, index) => {
    const headers = headersOf(event);
    headers.set('Nats-Batch-Id', batchId);
    headers.set('Nats-Batch-Sequence', String(index + 1));
    if (index === 0 && expected !== undefined) expect(headers, expected);
    return { event, headers };
  });
  const last = prepared.at(-1);
  if (last === undefined) throw new RangeError('a batch has at least one event');
  last.headers.set('Nats-Batch-Commit', '1');
  await ensureConnected(target);
  for (const { event, headers } of prepared.slice(0, -1)) {
    await withPublishSpan(spanOf(event, headers), () => {
      sendOnly(target, event, headers);
      return Promise.resolve();
    });
  }
  const answer = await withPublishSpan(spanOf(last.event, last.headers), () =>
    request(target, { subject: last.event.subject, body: last.event.body, headers: last.headers }),
  );
  return positionOf(target, answer) - BigInt(events.length - 1);
}

function headersOf(event: SealedEvent | RawMessage): MsgHdrs {
  const headers = 'headers' in event ? event.headers : newHeaders();
  if ('seal' in event) headers.set(HEADER.seal, event.seal);
  headers.set(HEADER.id, event.id);
  return headers;
}

function expect(headers: MsgHdrs, { filter, lastPosition }: Expectation): void {
  headers.set('Nats-Expected-Last-Subject-Sequence', lastPosition.toString());
  headers.set('Nats-Expected-Last-Subject-Sequence-Subject', filter);
}

function spanOf(event: SealedEvent | RawMessage, headers: MsgHdrs) {
  const { traceparent } = event;
  const parent =
    traceparent === undefined
      ? {}
      : { parent: extractTrace({ get: (name) => (name === 'traceparent' ? traceparent : '') }) };
  return { subject: event.subject, messageId: event.id, headers, ...parent };
}

interface Outgoing {
  readonly subject: string;
  readonly body: Uint8Array;
  readonly headers: MsgHdrs;
}

function sendOnly({ connection }: AppendTarget, { subject, body }: SealedEvent, headers: MsgHdrs): void {
  try {
    connection.publish(subject, body, { headers });
  } catch (cause) {
    throw refusedByClient(subject, cause);
  }
}

async function ensureConnected({ connection, timeoutMs }: AppendTarget): Promise<void> {
  if (await watchConnection(connection).waitUntilConnected(timeoutMs)) return;
  throw new LogUnavailableError(
    `Nothing was sent: no connection to ${connection.getServer()} for ${timeoutMs} ms.`,
  );
}

async function request(target: AppendTarget, { subject, body, headers }: Outgoing): Promise<PublishAnswer> {
  const { connection, timeoutMs } = target;
  await ensureConnected(target);
  try {
    const answer: PublishAnswer = (
      await watchConnection(connection).orCut(
        connection.request(subject, body, { headers, timeout: timeoutMs }),
        (event) =>
          new AppendOutcomeUnknownError(`The line was lost (${event}) before ${subject} was acknowledged.`),
      )
    ).json();
    return answer;
  } catch (cause) {
    throw meaningOf(cause, subject, timeoutMs);
  }
}

/** Sorts the client's errors by the only thing that matters to the caller: is it stored, not stored, or unknown? */
function meaningOf(cause: unknown, subject: string, timeoutMs: number): Error {
  if (cause instanceof AppendOutcomeUnknownError) return cause;
  if (cause instanceof RequestError && cause.isNoResponders()) {
    return new LogUnavailableError(
      `Nothing was stored: no stream takes ${subject}, or JetStream is not ready.`,
      { cause },
    );
  }
  if (cause instanceof TimeoutError) {
    return new AppendOutcomeUnknownError(`No answer for ${subject} within ${timeoutMs} ms.`, { cause });
  }
  if (cause instanceof SyntaxError) {
    return new AppendOutcomeUnknownError(`The answer for ${subject} was not one of JetStream.`, { cause });
  }
  return refusedByClient(subject, cause);
}

function refusedByClient(subject: string, cause: unknown): Error {
  const why = cause instanceof Error ? cause.message : String(cause);
  const name = cause instanceof Error ? cause.name : '';
  if (name === 'ClosedConnectionError' || name === 'DrainingConnectionError') {
    return new LogUnavailableError(`Nothing was sent: ${why}.`, { cause });
  }
  return new AppendRejectedError(`${subject} was not accepted: ${why}.`, 0, { cause });
}

function positionOf({ stream }: AppendTarget, answer: PublishAnswer): bigint {
  const { error } = answer;
  if (error !== undefined) {
    const serverCode = error.err_code ?? 0;
    const why = error.description ?? 'no reason given';
    if (WRONG_LAST_SEQUENCE.has(serverCode)) throw new AppendConflictError(`The entity has changed: ${why}.`);
    if (error.code === UNAVAILABLE) throw new LogUnavailableError(`Nothing was stored: ${why}.`);
    throw new AppendRejectedError(`The server refused: ${why} (${serverCode}).`, serverCode);
  }
  if (answer.stream !== stream || answer.seq === undefined || answer.seq < 1) {
    throw new AppendOutcomeUnknownError(`Stored in ${answer.stream ?? 'no stream'}, not in ${stream}.`);
  }
  return BigInt(answer.seq);
}
