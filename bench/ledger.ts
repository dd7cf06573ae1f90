import { setTimeout as pause } from 'node:timers/promises';
import { jetstreamManager, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { Stack } from '@bcmed/bcmed';
import { EventLog } from '@bcmed/event-log';
import { checkSeal, entryBytes, importPublicKey, splitEntry, type PublicJwk } from '@bcmed/seal';
import { SITE, ledgerStatus, withStack } from './bench-stack.ts';
import { sealedLoad, type LoadEvent } from './sealed-load.ts';
import type { Benchmark } from './table.ts';

const EVENTS = 20_000;

/**
 * Sustained events/s of the ledger: a backlog is appended as fast as the stream takes it while the ledger works, until the newest event is
 * in a confirmed block. Compared with the slower of two limits of the same run: appending alone, and checking seals alone.
 */
export const ledger: Benchmark = ({ say }) =>
  withStack(say, async (stack) => {
    await stack.startLedger();
    say(`sealing ${EVENTS} events`);
    const { request, events } = sealedLoad(SITE, EVENTS, 'pump-adapter/load');
    await stack.enrol(request);

    say('limit: checking seals, one thread');
    const checksPerSecond = sealLimit(request.publicKey, events);
    say('limit: appending alone, to a stream that nobody reads');
    const appendsPerSecond = await appendLimit(stack, events);

    say('the ledger at work');
    const target = (await stack.events.lastPosition()) + BigInt(EVENTS);
    const beganMs = performance.now();
    await appendAll(stack.events, events);
    const appendedMs = performance.now() - beganMs;
    for (
      let status = await ledgerStatus(stack);
      BigInt(status.lastPosition) < target || status.waitingLeaves > 0;
      status = await ledgerStatus(stack)
    ) {
      await pause(20);
    }
    const perSecond = (EVENTS / (performance.now() - beganMs)) * 1_000;
    const { anchorMs, lastBlock } = await ledgerStatus(stack);
    return {
      load: `${EVENTS} sealed events of one sender in ${lastBlock} blocks, fsync on every append, one validator, embedded chain`,
      figures: [
        { what: 'sustained, appended and confirmed', value: perSecond, unit: 'events/s' },
        { what: 'limit: JetStream append alone', value: appendsPerSecond, unit: 'events/s' },
        { what: 'limit: signature checks alone, one thread', value: checksPerSecond, unit: 'events/s' },
        {
          what: 'ratio to the slower limit',
          value: perSecond / Math.min(checksPerSecond, appendsPerSecond),
          unit: '',
          comparedWith: 'aim ≥ 0.5',
        },
        { what: 'append while the ledger works', value: (EVENTS / appendedMs) * 1_000, unit: 'events/s' },
        { what: 'anchor p50', value: anchorMs?.p50 ?? 0, unit: 'ms' },
        { what: 'anchor p99', value: anchorMs?.p99 ?? 0, unit: 'ms' },
      ],
    };
  });

async function appendAll(log: EventLog, events: readonly LoadEvent[]): Promise<void> {
  const { failure } = await log.appendInOrder(events);
  if (failure) throw failure;
}

/** The same bytes, to a stream that nobody reads. */
async function appendLimit({ events: { connection } }: Stack, events: readonly LoadEvent[]): Promise<number> {
  const name = 'LIMIT';
  const manager = await jetstreamManager(connection);
  const settings = {
    name,
    subjects: ['limit.>'],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
  };
  await manager.streams.add({ ...settings, ...{ allow_atomic: true } });
  const beganMs = performance.now();
  await appendAll(
    new EventLog(connection, { stream: name }),
    events.map((event) => ({ ...event, subject: 'limit.pump' })),
  );
  const perSecond = (events.length / (performance.now() - beganMs)) * 1_000;
  await manager.streams.delete(name);
  return perSecond;
}

function sealLimit(publicKey: PublicJwk, events: readonly LoadEvent[]): number {
  const key = importPublicKey(publicKey);
  const sample = events.slice(0, 5_000).map(({ seal, body }) => splitEntry(entryBytes(seal, body)));
  const beganMs = performance.now();
  for (const entry of sample) {
    if (!entry || !checkSeal(entry.seal, entry.body, () => key).ok)
      throw new Error('a seal of our own was not believed');
  }
  return (sample.length / (performance.now() - beganMs)) * 1_000;
}
