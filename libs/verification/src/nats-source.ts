import type { StreamEntry, StreamSlot } from '@bcmed/admission';
import { EventLog, STREAM, sealOf, subjects, type LogEntry } from '@bcmed/event-log';
import type { NatsConnection } from '@nats-io/transport-node';
import { readConfirmation } from './confirmation.js';
import type { BlockSource, LogSource } from './ports.js';

/** A message of a stream as the rules of admission take it. */
export function slotOf(entry: LogEntry): StreamSlot {
  if (entry.missing) return { position: entry.position, missing: true };
  return { position: entry.position, subject: entry.subject, seal: sealOf(entry), body: entry.body };
}

/** The events of a live site, read from NATS without a consumer: nothing is left behind on the server. */
export function streamSource(connection: NatsConnection): LogSource {
  const log = new EventLog(connection);
  return {
    place: 'stream',
    lastPosition: () => log.lastPosition(),
    slots: async function* (from, to) {
      for await (const entry of log.readRange(from, to)) yield slotOf(entry);
    },
  };
}

/** The confirmations of a live site. */
export function blocksSource(connection: NatsConnection, site: string): BlockSource {
  const log = new EventLog(connection, { stream: STREAM.blocks });
  /** Where the reader who asks for the next block left off, so that it is not sought again. */
  let resume: { readonly block: bigint; readonly position: bigint } | undefined;

  const positionOf = async (block: bigint): Promise<bigint> => {
    if (block <= 1n) return 1n;
    if (resume?.block === block) return resume.position;
    for await (const { position } of log.readSubject(subjects.block(site, block))) return position;
    return 1n; // not on its own subject, or not there (yet): whoever reads skips what comes before it
  };

  return {
    place: 'blocks',
    confirmations: async function* (fromBlock) {
      const from = await positionOf(fromBlock);
      const to = await log.lastPosition();
      let skipping = fromBlock > 1n && from === 1n;
      for await (const entry of log.readRange(from, to)) {
        const slot = slotOf(entry);
        if ('missing' in slot) continue;
        const number = numberOf(slot);
        if (skipping && number !== undefined && number < fromBlock) continue;
        skipping = false;
        if (number !== undefined) resume = { block: number + 1n, position: slot.position + 1n };
        yield slot;
      }
    },
    newest: async () => {
      for (let position = await log.lastPosition(); position > 0n; position--) {
        const message = await log.readAt(position);
        const slot = message && slotOf(message);
        if (slot && !('missing' in slot) && numberOf(slot) !== undefined) return slot;
      }
      return undefined;
    },
  };
}

function numberOf(entry: StreamEntry): bigint | undefined {
  const read = readConfirmation(entry);
  return read.ok ? BigInt(read.data.header.number) : undefined;
}
