import type { EventLog, LogEntry, LogMessage } from '@bcmed/event-log';

/**
 * The positions after `after` up to the last of `batch`, without a hole: what the batch lacks is read from the stream, and what the
 * stream lacks too comes as an explicit empty position. Positions that were decided before are left out, so a redelivery is harmless.
 */
export async function* contiguous(
  log: EventLog,
  after: bigint,
  batch: readonly LogMessage[],
): AsyncGenerator<LogEntry[], void> {
  let next = after + 1n;
  let run: LogEntry[] = [];
  for (const message of batch) {
    if (message.position < next) continue;
    if (message.position > next) {
      if (run.length > 0) yield run;
      run = [];
      yield* readChunks(log, next, message.position - 1n);
    }
    run.push(message);
    next = message.position + 1n;
  }
  if (run.length > 0) yield run;
}

const CHUNK = 1_000;

/** A range of the stream in pieces that fit one transaction. */
export async function* readChunks(log: EventLog, from: bigint, to: bigint): AsyncGenerator<LogEntry[], void> {
  let chunk: LogEntry[] = [];
  for await (const entry of log.readRange(from, to)) {
    chunk.push(entry);
    if (chunk.length < CHUNK) continue;
    yield chunk;
    chunk = [];
  }
  if (chunk.length > 0) yield chunk;
}
