import type { NatsConnection } from '@nats-io/transport-node';
import { watchConnection } from './connection.js';
import { nextStoredPosition, readNewest, readPage, type Page, type PageRequest } from './direct-get.js';
import { ReadInterruptedError } from './errors.js';
import type { LogEntry, LogMessage } from './messages.js';

/** Messages asked for at once: two such pages are in memory while one is being consumed. */
const PAGE_MESSAGES = 2_048;
const ATTEMPTS = 8;
const RECONNECT_WITHIN_MS = 10_000;
const PAUSE_MS = 250;

/**
 * Every position from `from` to `to` inclusive, in order, each exactly once: a message, or `{ position, missing: true }`
 * where nothing is stored, also beyond the stream's end. A cut line is waited out and the read goes on where it was.
 *
 * Throws ReadInterruptedError when the server stays away; what was yielded until then is right.
 */
export async function* readRange(
  connection: NatsConnection,
  stream: string,
  from: bigint,
  to: bigint,
): AsyncGenerator<LogEntry, void> {
  let next = from < 1n ? 1n : from;
  const pageFrom = (start: bigint): Promise<Page> => {
    const page = readPatiently(connection, { stream, from: start, count: sizeOfPage(start, to) });
    page.catch(() => undefined); // it is awaited later; until then its failure must not end the process
    return page;
  };
  let ahead = next <= to ? pageFrom(next) : undefined;
  while (next <= to && ahead !== undefined) {
    const { messages } = await ahead;
    const last = messages.at(-1)?.position;
    ahead = last !== undefined && last < to ? pageFrom(last + 1n) : undefined;
    for (const message of messages) {
      if (message.position > to) break;
      if (message.position > next) yield* confirmHoles(connection, stream, next, message.position - 1n);
      yield message;
      next = message.position + 1n;
    }
    if (last === undefined || last >= to) {
      if (next <= to) yield* confirmHoles(connection, stream, next, to);
      return;
    }
  }
}

function sizeOfPage(from: bigint, to: bigint): number {
  const left = to - from + 1n;
  return left < PAGE_MESSAGES ? Number(left) : PAGE_MESSAGES;
}

/** Yields `first` to `last` as missing once the leader agrees that nothing is there; a lagging replica is asked again. */
async function* confirmHoles(
  connection: NatsConnection,
  stream: string,
  first: bigint,
  last: bigint,
): AsyncGenerator<LogEntry, void> {
  let next = first;
  for (let attempt = 0; attempt < ATTEMPTS && next <= last; attempt++) {
    const start = next;
    const stored = await patiently(connection, () => nextStoredPosition(connection, { stream, from: start }));
    const holeEnd = stored === undefined || stored > last ? last : stored - 1n;
    for (; next <= holeEnd; next++) yield { position: next, missing: true };
    if (next > last) return;
    const { messages } = await readPatiently(connection, {
      stream,
      from: next,
      count: sizeOfPage(next, last),
    });
    for (const message of messages) {
      if (message.position !== next || next > last) break;
      yield message;
      next++;
    }
    if (messages.length === 0) await pause(PAUSE_MS);
  }
  if (next <= last) {
    throw new ReadInterruptedError(
      `Reading ${stream} from ${next} stopped: a replica lags behind its leader.`,
    );
  }
}

/**
 * All stored messages on a subject filter from a position on, in order; positions between them are not reported.
 *
 * With `to` it is complete up to there. Without it a replica that lags behind its leader may end the read early, on a
 * cluster: enough to decide on (the append expects what was read), not enough to conclude that nothing follows.
 */
export async function* readSubject(
  connection: NatsConnection,
  stream: string,
  filter: string,
  range: { readonly from?: bigint; readonly to?: bigint } = {},
): AsyncGenerator<LogMessage, void> {
  const { to } = range;
  let next = range.from ?? 1n;
  for (let idle = 0; idle < ATTEMPTS;) {
    if (to !== undefined && next > to) return;
    const { messages } = await readPatiently(connection, {
      stream,
      from: next,
      count: PAGE_MESSAGES,
      filter,
    });
    for (const message of messages) {
      if (to !== undefined && message.position > to) return;
      yield message;
      next = message.position + 1n;
    }
    if (messages.length > 0) {
      idle = 0;
      continue;
    }
    if (to === undefined) return;
    const from = next;
    const left = await patiently(connection, () => nextStoredPosition(connection, { stream, from, filter }));
    if (left === undefined || left > to) return;
    idle++;
    await pause(PAUSE_MS);
  }
  throw new ReadInterruptedError(`Reading ${stream} from ${next} stopped: a replica lags behind its leader.`);
}

/**
 * All stored messages on any of these filters up to `to` inclusive, each once, in the order of the stream. Filters must not
 * overlap, as the server demands of a consumer.
 */
export async function* readSubjects(
  connection: NatsConnection,
  stream: string,
  filters: readonly string[],
  range: { readonly from: bigint; readonly to: bigint },
): AsyncGenerator<LogMessage, void> {
  const readers = filters.map((filter) => readSubject(connection, stream, filter, range));
  const heads = await Promise.all(readers.map((reader) => reader.next()));
  for (;;) {
    let least: { readonly index: number; readonly message: LogMessage } | undefined;
    for (const [index, { done, value }] of heads.entries()) {
      if (done !== true && (least === undefined || value.position < least.message.position))
        least = { index, message: value };
    }
    if (least === undefined) return;
    yield least.message;
    const reader = readers[least.index];
    if (reader) heads[least.index] = await reader.next();
  }
}

/** So many subjects does the server take in one request for the newest of each. */
const SUBJECTS_AT_ONCE = 1_000;

/** The newest message of each of these subjects up to a position, in the order of the stream. Holds all of them in memory. */
export async function readNewestOfEach(
  connection: NatsConnection,
  stream: string,
  subjects: readonly string[],
  upTo: bigint,
): Promise<LogMessage[]> {
  const found: LogMessage[] = [];
  for (let start = 0; start < subjects.length; start += SUBJECTS_AT_ONCE) {
    const some = { stream, subjects: subjects.slice(start, start + SUBJECTS_AT_ONCE), upTo };
    for (let from = 1n; from <= upTo;) {
      const next = from;
      const { messages } = await patiently(connection, () => readNewest(connection, { ...some, from: next }));
      const last = messages.at(-1);
      if (last === undefined) break;
      found.push(...messages);
      from = last.position + 1n;
    }
  }
  return found.sort((a, b) => (a.position < b.position ? -1 : 1));
}

function readPatiently(connection: NatsConnection, request: PageRequest): Promise<Page> {
  return patiently(connection, () => readPage(connection, request));
}

/**
 * Asks the server something that changes nothing, and asks again when it could not answer: after a lost line, and while a
 * restarted server loads its streams. Throws the last ReadInterruptedError when that does not help.
 */
export async function patiently<Answer>(
  connection: NatsConnection,
  ask: () => Promise<Answer>,
): Promise<Answer> {
  const watch = watchConnection(connection);
  for (let attempt = 1; ; attempt++) {
    const up = await watch.waitUntilConnected(RECONNECT_WITHIN_MS);
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof ReadInterruptedError) || attempt === ATTEMPTS || !up) throw error;
      await pause(PAUSE_MS);
    }
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
